"""The marks of a time axis: round moments of the reader's clock, few enough to be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720)
DAY = 1_440  # minutes
DAYS = (1, 2, 5, 7, 14, 30, 60, 90, 180, 365)
FEWEST = timedelta(minutes=1)  # a shorter axis has its ends only
LONGEST_NAME = 6  # characters of a zone's short name


@dataclass(frozen=True)
class Tick:
    at: datetime
    label: str


def ticks(begin: datetime, end: datetime, zone: tzinfo, most: int = 7) -> tuple[Tick, ...]:
    """At most `most` round moments from `begin` to `end`, oldest first.

    Labels are the wall clock of `zone`, also over a change of it: hours and minutes, or the date
    where days are counted, and on the first one of another day.
    """
    if end - begin < FEWEST:
        return tuple(Tick(at, _exact(at, zone)) for at in dict.fromkeys((begin, end)))
    whole = (end - begin) / timedelta(minutes=1)
    steps = (*MINUTES, *(days * DAY for days in DAYS))
    step = next((s for s in steps if whole / s < most), steps[-1])
    found = [at for at in _round(begin, end, zone, step) if begin <= at <= end]
    return tuple(
        Tick(at, _label(at, found[n - 1] if n else begin, zone, step))
        for n, at in enumerate(found[:most])
    )


def zone_name(at: datetime, zone: tzinfo) -> str:
    """The short name of the zone at that time, as `CET` or `+0530`."""
    local = at.astimezone(zone)
    name = local.tzname() or ""
    return name if 0 < len(name) <= LONGEST_NAME and name.isascii() else f"{local:%z}"


def clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def _round(begin: datetime, end: datetime, zone: tzinfo, step: int) -> list[datetime]:
    """Walk the wall clock from the midnight before; a time that a change skips comes later."""
    midnight = begin.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    wall = midnight.replace(tzinfo=None)
    if step < DAY:
        into = (begin.astimezone(zone).replace(tzinfo=None) - wall) / timedelta(minutes=step)
        wall += timedelta(minutes=step) * int(into)
    found: list[datetime] = []
    while True:
        at = wall.replace(tzinfo=zone).astimezone(UTC)
        if at > end:
            return found
        if not found or at > found[-1]:
            found.append(at)
        wall += timedelta(minutes=step)


def _label(at: datetime, before: datetime, zone: tzinfo, step: int) -> str:
    local, earlier = at.astimezone(zone), before.astimezone(zone)
    if step >= DAY or local.date() != earlier.date():
        return f"{local.day} {local:%b}"
    return f"{local:%H:%M}"


def _exact(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"
