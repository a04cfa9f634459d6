"""A time as machines write it: ISO 8601, of which RFC 3339 is a part."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(value: object) -> datetime | None:
    """Aware UTC, with any number of digits of a second; without an offset it is UTC.

    None for what is no time, or beyond the ends of the calendar.
    """
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
