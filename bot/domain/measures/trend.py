"""Where a measured value is going: up to its limit, nowhere, or up and down like a saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations, pairwise
from statistics import median, median_low

from .points import Point, Points, thin

MOST = 150  # points looked at: every pair of them is compared
FEWEST = 8  # points of a run that say where it goes
TELLS = 0.05  # of the scale: less is noise
FALL, SUDDEN = 0.15, 3  # a drop is so much of the scale within so many steps
FEWEST_PARTS, MOST_PARTS = 3, 6  # that a run is looked at in
LEAST_SHARE, MOST_SHARE = 0.05, 0.65  # of the whole rise, from one part to the next
TEETH = 2
FARTHEST = 1_440.0  # minutes: what is farther away is not foretold
MINUTE = timedelta(minutes=1)


class Course(StrEnum):
    RISING = "rising"
    FLAT = "flat"
    SAWTOOTH = "sawtooth"  # filled up and fell back, again and again
    UNEVEN = "uneven"
    SHORT = "short"  # too few points since it last fell back


@dataclass(frozen=True)
class Trend:
    """`slope` is per minute, of the run since `since`; 0 where that does not rise steadily.

    `drops` are the moments at which it suddenly fell back; `low` and `high` are of the whole row.
    """

    course: Course
    now: float
    since: datetime
    until: datetime
    slope: float = 0.0
    low: float = 0.0
    high: float = 0.0
    drops: tuple[datetime, ...] = ()

    def minutes_to(self, limit: float) -> float | None:
        """Minutes until it reaches the limit; None: it does not rise, or that is far away."""
        if self.slope <= 0 or self.now >= limit:
            return None
        minutes = (limit - self.now) / self.slope
        return minutes if minutes <= FARTHEST else None


def trend(points: Sequence[Point], scale: float = 0.0) -> Trend | None:
    """Say where it goes; `scale` is its limit, or 0 where none is known. None: no points."""
    row = thin(points, MOST)
    if not row:
        return None
    values = [value for _, value in row]
    scale = scale if scale > 0 else max([0.0, *values])
    falls = drops(row, scale)
    run = tuple(p for p in row if not falls or p[0] >= falls[-1])
    slope = steady_rise(run, scale)
    return Trend(
        _course(run, falls, slope, scale),
        now=values[-1],
        since=run[0][0],
        until=run[-1][0],
        slope=slope,
        low=min(values),
        high=max(values),
        drops=falls,
    )


def _course(run: Points, falls: Sequence[datetime], slope: float, scale: float) -> Course:
    if len(falls) >= TEETH:
        return Course.SAWTOOTH
    if slope:
        return Course.RISING
    if len(run) < FEWEST:
        return Course.SHORT
    late = sorted(value for _, value in run[len(run) // 2 :])
    edge = len(late) // 10  # a stray point is no unrest
    calm = late[-1 - edge] - late[edge] <= TELLS * scale
    return Course.FLAT if calm else Course.UNEVEN


def drops(row: Points, scale: float) -> tuple[datetime, ...]:
    """The moments at which it was down after a sudden fall; between two it has risen again."""
    if scale <= 0:
        return ()
    found: list[datetime] = []
    recent: list[float] = []
    down: float | None = None  # where the last fall ended, until it has risen from there
    for at, value in row:
        recent = [*recent[-SUDDEN:], value]
        if down is None and max(recent) - value >= FALL * scale:
            down = value
            found.append(at)
        elif down is not None and down - value >= TELLS * scale:  # still on its way down
            down, found[-1] = value, at
        elif down is not None and value - down >= FALL * scale:
            down, recent = None, [value]
    return tuple(found)


def steady_rise(run: Points, scale: float) -> float:
    """The slope per minute of what rises all the time by more than noise, else 0.

    It is that of the later half, where there is enough of it: what grows faster and faster is full
    sooner than the whole would tell.
    """
    if len(run) < FEWEST:
        return 0.0
    lasts, whole = (run[-1][0] - run[0][0]) / MINUTE, _slope(run)
    if not (whole * lasts >= TELLS * scale > 0 and _all_along(run)):
        return 0.0
    late = _slope(run[len(run) // 2 :]) if len(run) >= 2 * FEWEST else 0.0
    return late if late > 0 else whole


def _slope(run: Points) -> float:
    """The median of the slopes of all pairs (Theil and Sen): single peaks do not bend it."""
    row = [((at - run[0][0]) / MINUTE, value) for at, value in run]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(row, 2) if b[0] > a[0]]
    return median(slopes) if slopes else 0.0


def _all_along(run: Points) -> bool:
    """Whether every part has its share: a single step is no leak, nor a start that settles."""
    parts = MOST_PARTS if len(run) >= MOST_PARTS * 3 else FEWEST_PARTS
    cuts = [n * len(run) // parts for n in range(parts + 1)]
    levels = [median_low(value for _, value in run[a:b]) for a, b in pairwise(cuts)]
    whole, steps = levels[-1] - levels[0], [b - a for a, b in pairwise(levels)]
    return (
        whole > 0
        and min(steps) >= -LEAST_SHARE * whole
        and max(steps) <= MOST_SHARE * whole
        and steps[-1] >= LEAST_SHARE * whole
    )
