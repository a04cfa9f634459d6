"""What a single value must look like. Each raises ValueError with the rest of a sentence."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.domain.people import NOBODIES

SQLITE, POSTGRES = ("sqlite:///",), ("postgres://", "postgresql://")


def of_people(ids: frozenset[int]) -> frozenset[int]:
    if ids & NOBODIES:
        raise ValueError("names an id that Telegram uses for nobody in particular")
    if any(id <= 0 for id in ids):
        raise ValueError("takes ids of people, which are positive; this one is of a chat")
    return ids


def web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without an end, a port that is no number
        good = False
    if value and not good:
        raise ValueError("must be an address that begins with http:// or https://")
    return value


def postgres_url(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not value.get_secret_value().startswith(POSTGRES):
        raise ValueError("must begin with postgresql://")
    return value
