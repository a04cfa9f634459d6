"""The charts of an incident: errors, memory and CPU, response times, what the checks saw.

A look costs some microseconds: of tens of thousands, they are built in a thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from statistics import median

from bot.domain.check import Result, Seen
from bot.domain.evidence import Evidence, Found
from bot.domain.history import Stretch as Past
from bot.domain.length import about
from bot.domain.measures.points import Point, Points, figure, ordered, unpacked

from .chart import Chart, Frame, Limit, Panel, Row, Shape, State, Stretch, Strip, line
from .timescale import clock

MINUTE = timedelta(minutes=1)
BARS = 120  # that can be told apart on a telephone
WIDTHS = (1, 2, 5, 10, 15, 20, 30, 60, 120)  # minutes of a bar
MOST_GAPS = 2  # that are told
TELLING = 0.05  # of the limit, by which a peak is above what is used now
MOST_NAMED = 3  # checks that fail
GAP = 4  # usual steps that a line does not go over
SHORTEST_GAP = 150.0  # seconds
GIGABYTE, LARGE = 1024.0, 10_000.0  # in MB
SHORT = 1.0  # seconds: what is below is told in milliseconds
CELLS = 240  # of a strip: narrower ones cannot be seen
STRIPS = 10
PATIENCE = 3  # usual steps that a look holds for
STALE, STALE_SHARE = timedelta(minutes=3), 0.05  # without a look; also of the chart
WORST = (State.BAD, State.BLIND, State.GOOD)
SEEN = {Seen.PASS: State.GOOD, Seen.FAIL: State.BAD, Seen.BLIND: State.BLIND}


def errors(
    frame: Frame,
    per_minute: Iterable[tuple[datetime, float]],
    *,
    since: datetime | None = None,
    unread: Iterable[tuple[datetime, datetime]] = (),
) -> Chart:
    """Errors by the minute; `since` is the first line that was read. Minutes without any may lack.

    Of `unread` times nothing is known. The looks of a logs check will do: their values are errors
    per minute. On a long chart a bar is several minutes and stands for the worst of them.
    """
    frame = frame.since(since)
    counts = _within(frame, ordered(per_minute))
    width = next((w for w in WIDTHS if (frame.end - frame.begin) / MINUTE <= w * BARS), WIDTHS[-1])
    bars = _bars(counts, width)
    rows = (Row(Shape.BARS, bars, width=width * 60.0),) if bars else ()
    panel = Panel("", rows, top=4, whole=True, empty="no errors in this time")
    said = _said_of_errors(frame, counts)
    gaps = [gap for gap in unread if gap[1] > frame.begin and gap[0] < frame.end]
    said += "".join(f", {_from_to(gap, frame)} not read" for gap in gaps[:MOST_GAPS])
    worst = f"; bars: worst of {width} min" if width > 1 and bars else ""
    return frame.chart("Errors per minute", f"{said}{worst}", [panel])


def usage(frame: Frame, metrics: Evidence | None) -> Chart:
    """Memory and CPU against their limits, from the evidence on metrics."""
    memory, cpu = (_row_of(metrics, f"{name}_points") for name in ("memory", "cpu"))
    first = min((row[0][0] for row in (memory, cpu) if row), default=None)
    frame = frame.since(first)
    limit = _number(metrics, "memory_limit_mb")
    large = max([limit, *(value for _, value in memory)]) >= LARGE
    unit, factor = ("GB", 1 / GIGABYTE) if large else ("MB", 1.0)
    memory = _within(frame, tuple((at, value * factor) for at, value in memory))
    line_at = Limit(limit * factor, f"limit {figure(limit * factor)} {unit}") if limit > 0 else None
    panels = [
        Panel("memory", _area(memory), unit, line_at),
        Panel("CPU, of its limit", _area(_within(frame, cpu)), "%", Limit(100, ""), top=100),
    ]
    return frame.chart("Memory and CPU", _said_of_usage(metrics), panels)


def answers(
    frame: Frame, looks: Iterable[Result], *, what: str = "", slow: float | None = None
) -> Chart:
    """How long the answers of one check took; values and `slow` in seconds.

    A failed look is a cross: at its time, or at the top when there was no answer to time.
    """
    seen = sorted((r for r in looks if frame.begin <= r.at <= frame.end), key=lambda r: r.at)
    frame = frame.since(seen[0].at if seen else None)
    timed = ordered((r.at, r.value) for r in seen if r.value is not None and r.value >= 0)
    most = max([0.0, *(value for _, value in timed)])
    unit, factor = ("s", 1.0) if max(most, slow or 0.0) >= SHORT else ("ms", 1000.0)
    top = 1.15 * factor * max(most, slow or 0.0)
    scaled = tuple((at, value * factor) for at, value in timed)
    failed = [r for r in seen if r.seen is Seen.FAIL]
    crosses = [(r.at, top if r.value is None or r.value < 0 else r.value * factor) for r in failed]
    blind = [(r.at, 0.0) for r in seen if r.seen is Seen.BLIND]
    rows = (
        Row(Shape.LINE, scaled, gap=_gap(scaled)),
        Row(Shape.FAILED, ordered(crosses)),
        Row(Shape.BLIND, ordered(blind)),
    )
    panel = Panel(
        "",
        tuple(row for row in rows if row.points),
        unit,
        Limit(slow * factor, f"slow: {figure(slow * factor)} {unit}") if slow else None,
        top=top,
        empty="no looks in this time",
    )
    name = f"Response times, {what}" if what else "Response times"
    return frame.chart(name, _said_of_answers(timed, failed, len(blind)), [panel])


@dataclass(frozen=True)
class Glance:
    """What was seen from then on."""

    at: datetime
    until: datetime
    state: State
    failed: int = 0
    looks: int = 1


def glances(looks: Iterable[Result]) -> Iterator[Glance]:
    """Each look holds until the next one, or for some usual steps where none came."""
    seen = sorted(looks, key=lambda r: r.at)
    steps = [after.at - before.at for before, after in pairwise(seen)]
    usual = timedelta(seconds=median(s.total_seconds() for s in steps)) if steps else MINUTE
    for n, look in enumerate(seen):
        holds = min(steps[n], PATIENCE * usual) if n < len(steps) else usual
        yield Glance(look.at, look.at + holds, SEEN[look.seen], int(look.seen is Seen.FAIL))


def past(stretches: Iterable[Past]) -> Iterator[Glance]:
    """The same of what is kept of older looks: the worst that a minute saw."""
    for one in stretches:
        state = State.BAD if one.failed else State.BLIND if one.blind else State.GOOD
        yield Glance(one.at, one.at + one.lasts, state, one.failed, one.looks)


def history(frame: Frame, seen: Mapping[str, Iterable[Glance]]) -> Chart:
    """One strip a check, the failing first; a moment of which nothing is known stays empty."""
    every = {
        name: [g for g in given if g.until > frame.begin and g.at <= frame.end]
        for name, given in seen.items()
    }
    first = min((g.at for given in every.values() for g in given), default=None)
    frame = frame.since(first)
    strips = sorted((_strip(frame, n, g) for n, g in every.items()), key=_urgency)
    failing = [s.name for s in strips if s.state is State.BAD]
    said = f"{len(strips)} check{'' if len(strips) == 1 else 's'}"
    if 0 < len(failing) <= MOST_NAMED:
        said = f"{', '.join(failing)} failing now, of {said}"
    else:
        said += f", {len(failing) or 'none'} failing now"
    if more := len(strips) - STRIPS:
        said += f"; {more} more are not shown" if more > 0 else ""
    return frame.chart("Checks", said if strips else "no checks", strips=strips[:STRIPS])


def _strip(frame: Frame, name: str, given: Sequence[Glance]) -> Strip:
    looks, failed = sum(g.looks for g in given), sum(g.failed for g in given)
    stretches = tuple(_stretches(frame, given))
    last = max(given, key=lambda g: g.at, default=None)
    if last is None:
        return Strip(line(name), "not looked at", stretches)
    if frame.end - last.until > max(STALE, (frame.end - frame.begin) * STALE_SHARE):
        note = f"not looked at since {clock(last.until, frame.zone)}"
        return Strip(line(name), note, stretches)
    counted = f"{failed} of {looks} failed" if failed else "ok"
    note = {State.BAD: "failing", State.BLIND: "cannot see"}.get(last.state, counted)
    return Strip(line(name), note, stretches, last.state)


def _urgency(strip: Strip) -> tuple[int, bool, str]:
    order = (State.BAD, State.BLIND, State.GOOD, None)
    return order.index(strip.state), strip.note == "ok", strip.name


def _stretches(frame: Frame, given: Iterable[Glance]) -> Iterator[Stretch]:
    """The worst of each cell, those alike together."""
    start, size = frame.begin.timestamp(), (frame.end - frame.begin).total_seconds() / CELLS
    cells = [len(WORST)] * CELLS  # places in WORST; behind it: nothing known
    for one in given:
        rank = WORST.index(one.state)
        first = min(max(0, int((one.at.timestamp() - start) / (size or 1))), CELLS - 1)
        last = max(first + 1, round((one.until.timestamp() - start) / (size or 1)))
        for n in range(first, min(last, CELLS)):
            cells[n] = min(cells[n], rank)
    for rank, run in groupby(range(CELLS), cells.__getitem__):
        ns = list(run)
        if rank < len(WORST):
            begin, end = (frame.begin + timedelta(seconds=size * n) for n in (ns[0], ns[-1] + 1))
            yield Stretch(begin, min(end, frame.end), WORST[rank])


def _within(frame: Frame, row: Points) -> Points:
    return tuple(p for p in row if frame.begin <= p[0] <= frame.end)


def _bars(counts: Points, width: int) -> Points:
    """The worst minute of each `width` minutes of the clock, at the bar's begin."""
    size = width * 60

    def place(point: Point) -> int:
        return int(point[0].timestamp()) // size

    return tuple(
        (min(same)[0] - _into(min(same)[0], size), max(value for _, value in same))
        for same in (list(group) for _, group in groupby(counts, place))
    )


def _into(at: datetime, size: int) -> timedelta:
    return timedelta(seconds=at.timestamp() % size)


def _area(points: Points) -> tuple[Row, ...]:
    return (Row(Shape.AREA, points, gap=_gap(points)),) if points else ()


def _gap(points: Points) -> float:
    steps = [(after[0] - before[0]).total_seconds() for before, after in pairwise(points)]
    return max(SHORTEST_GAP, GAP * median(steps)) if steps else 0.0


def _row_of(evidence: Evidence | None, name: str) -> Points:
    return unpacked(evidence.fact(name) or "") if evidence else ()


def _number(evidence: Evidence | None, name: str) -> float:
    try:
        return min(1e9, max(0.0, float((evidence and evidence.fact(name)) or 0)))
    except ValueError:
        return 0.0


def _said_of_errors(frame: Frame, counts: Points) -> str:
    if not counts:
        return f"none in {about(frame.end - frame.begin)}"
    at, most = max(counts, key=lambda p: p[1])
    now = sum(value for when, value in counts if when > frame.end - 5 * MINUTE) / 5
    return f"most {figure(most)} at {clock(at, frame.zone)}, now {figure(now)} a minute"


def _from_to(times: tuple[datetime, datetime], frame: Frame) -> str:
    return "–".join(clock(at, frame.zone) for at in times)


def _said_of_usage(metrics: Evidence | None) -> str:
    if metrics and metrics.found is Found.UNREADABLE:
        return f"not readable: {metrics.summary}"
    share, cpu = _number(metrics, "memory_share"), _number(metrics, "cpu_share")
    left = metrics.fact("full_in_min") if metrics else None
    full = f", full in about {about(_number(metrics, 'full_in_min') * MINUTE)}" if left else ""
    peak = _number(metrics, "memory_peak_mb") / (_number(metrics, "memory_limit_mb") or math.inf)
    high = f", at most {peak:.0%}" if peak - share >= TELLING else ""
    parts = [f"memory {share:.0%}{high}{full}" if share else "", f"CPU {cpu:.0%}" if cpu else ""]
    return "; ".join(p.replace("%", " %") for p in parts if p) or "no figures"


def _said_of_answers(timed: Points, failed: Sequence[Result], blind: int) -> str:
    usual = median(value for _, value in timed) if timed else None
    parts = [f"usually {_span(usual)}" if usual is not None else "nothing timed"]
    parts.append(f"{len(failed)} failed" if failed else "none failed")
    if silent := sum(r.value is None for r in failed):
        parts[-1] += f" ({silent} without answer)" if silent < len(failed) else ", no answer"
    return ", ".join([*parts, *([f"{blind} unseen"] if blind else [])])


def _span(seconds: float) -> str:
    return f"{figure(seconds)} s" if seconds >= SHORT else f"{1000 * seconds:.0f} ms"
