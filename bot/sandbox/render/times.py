"""Times as the platform writes and reads them: RFC 3339, UTC, as many fraction digits as needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

TICK = timedelta(microseconds=1)


def now() -> datetime:
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """`…10.46045Z`: trailing zeros of the fraction are dropped, a whole second has none."""
    whole, _, fraction = at.astimezone(UTC).replace(tzinfo=None).isoformat().partition(".")
    digits = fraction.rstrip("0")
    return f"{whole}.{digits}Z" if digits else f"{whole}Z"


def parse(text: str) -> datetime:
    """`ValueError` when it is no RFC 3339 time; digits below the microsecond are cut."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time needs its offset")
    return at.astimezone(UTC)
