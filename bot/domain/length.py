"""A length of time in one measure, as people say it in passing."""

from __future__ import annotations

from datetime import timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def about(length: timedelta) -> str:
    """`45 s`, `12 min`, `3 h`, `3 days`: minutes up to two hours, hours up to two days."""
    if length < MINUTE:
        return f"{length.total_seconds():.0f} s"
    if length < 2 * HOUR:
        return f"{length / MINUTE:.0f} min"
    return f"{length / HOUR:.0f} h" if length < 2 * DAY else f"{length / DAY:.0f} days"
