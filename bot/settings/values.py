"""What a single value must look like. Each raises ValueError with the rest of a sentence."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from bot.domain.people import NOBODIES

VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
Purpose = Annotated[str, Field(max_length=100)]
SQLITE, POSTGRES = ("sqlite:///",), ("postgres://", "postgresql://")
# The same lengths as in bot.inbound.border, so that a weak one stops the start.
SHORTEST_TOKEN = 16  # characters of the token in a ping's address, which people type
SHORTEST_SECRET = 32  # of what may open an incident or tell about all of it
IN_AN_ADDRESS = re.compile(r"[A-Za-z0-9_-]+")
WEBHOOK = "whsec_"


def of_people(ids: frozenset[int]) -> frozenset[int]:
    if ids & NOBODIES:
        raise ValueError("names an id that Telegram uses for nobody in particular")
    if any(id <= 0 for id in ids):
        raise ValueError("takes ids of people, which are positive; this one is of a chat")
    return ids


def owner_and_name(value: str) -> str:
    """A repository on GitHub."""
    owner, slash, name = value.partition("/")
    if value and not (slash and owner and name and "/" not in name and ":" not in owner):
        raise ValueError("is not of the form owner/name")
    return value


def web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without an end, a port that is no number
        good = False
    if value and not good:
        raise ValueError("must be an address that begins with http:// or https://")
    return value


def telegram_token(value: SecretStr) -> SecretStr:
    id, _, rest = value.get_secret_value().partition(":")
    if value.get_secret_value() and not (id.isdecimal() and rest):
        raise ValueError("is not a bot token; @BotFather gives one like 123456:ABC…")
    return value


def postgres_url(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not value.get_secret_value().startswith(POSTGRES):
        raise ValueError("must begin with postgresql://")
    return value


def ping_token(value: SecretStr) -> SecretStr:
    return strong(value, SHORTEST_TOKEN)


def long_token(value: SecretStr) -> SecretStr:
    return strong(value, SHORTEST_SECRET)


def strong(value: SecretStr, least: int) -> SecretStr:
    token = value.get_secret_value()
    if token and (len(token) < least or not IN_AN_ADDRESS.fullmatch(token)):
        raise ValueError(f"must have at least {least} characters: letters, digits, - and _ only")
    return value


def webhook_secret(value: SecretStr) -> SecretStr:
    """As the standard of webhooks has it: whsec_ and base64."""
    secret = value.get_secret_value()
    if not secret:
        return value
    try:
        good = secret.startswith(WEBHOOK) and bool(b64decode(secret.removeprefix(WEBHOOK)))
    except ValueError:
        good = False
    if not good or len(secret) < SHORTEST_SECRET:
        raise ValueError(
            f"is not a webhook's secret; Render shows one of {SHORTEST_SECRET} characters or more"
            f" that begins with {WEBHOOK}"
        )
    return value


def check_name(value: str) -> str:
    if ":" in value or "/" in value:
        raise ValueError("must not hold : or /")
    return value


def one_word(value: str) -> str:
    if value.split() != [value]:
        raise ValueError("must be one word, as it is typed after /oncall")
    return value
