"""Which deploy is in progress, and how long one usually takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from statistics import median

from .platform import IN_PROGRESS, RELEASED, Deploy, newest_first

WAITING = frozenset({"created", "queued"})


def under_way(deploys: Iterable[Deploy]) -> Deploy | None:
    """The deploy that is being built or started; where all only wait, the oldest of them."""
    going = [d for d in newest_first(deploys) if d.status in IN_PROGRESS]
    return next((d for d in going if d.status not in WAITING), going[-1] if going else None)


def usual_length(deploys: Iterable[Deploy]) -> timedelta | None:
    """How long those that went live took, with a build: the median."""
    built = (d for d in deploys if d.status in RELEASED and d.trigger != "rollback")
    spans = [d.finished_at - d.created_at for d in built if d.finished_at and d.created_at]
    seconds = [span.total_seconds() for span in spans]
    return timedelta(seconds=median(seconds)) if seconds else None
