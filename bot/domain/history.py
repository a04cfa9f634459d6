"""What a check saw over a stretch of time, once its single looks are not worth their room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MINUTES_KEPT = timedelta(days=14)  # after the looks themselves are gone; then an hour is one line
HOURS_KEPT = timedelta(days=365)


@dataclass(frozen=True)
class Stretch:
    """From `at` for `lasts`: how many looks, how many of them failed or saw nothing.

    `low`, `high` and `mean` are of the measured figures, in the check's own unit; None where
    nothing was measured.
    """

    service: str
    check: str
    at: datetime
    lasts: timedelta
    looks: int
    failed: int
    blind: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None
