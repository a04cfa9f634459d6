"""A pair of axes: bars, lines and crosses over time, under a limit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from matplotlib.axes import Axes

from bot.adapters.charts.sheet import RIGHT, Sheet
from bot.adapters.charts.style import MARGIN, TICKS
from bot.adapters.charts.text import fitted, shown, width
from bot.domain.charts.chart import Panel, Row, Shape
from bot.domain.measures.points import Point, figure

LONGEST_UNIT = 4  # characters
ROOM = 1.24  # times the limit: its name stands above it
AIR = 1.08  # times the highest value
NOTHING = 1e-9  # what is not above it has no scale
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
DENSE = 250  # points that a thick line would run together
LEAST_BAR = 5.0  # pixels: a narrower one cannot be seen


def highest(panel: Panel) -> float:
    """The upper end of its axis."""
    values = [value for row in panel.rows for _, value in row.points]
    over = panel.limit.value * ROOM if panel.limit else 0.0
    high = max(over, AIR * max([panel.top, *values]))
    return high if high > NOTHING else 1.0


def scale(panel: Panel) -> tuple[float, ...]:
    """Few round values from 0 up; of nothing there is no scale."""
    if not panel.limit and not any(row.points for row in panel.rows):
        return ()
    high = highest(panel)
    size = 10.0 ** math.floor(math.log10(high / TICKS))
    step = next(n * size for n in NICE if n * size * TICKS >= high * (1 - 1e-9))
    step = max(step, 1.0) if panel.whole else step
    return tuple(n * step for n in range(TICKS + 1) if n * step <= high)


def label(value: float, panel: Panel) -> str:
    unit = shown(panel.unit)[:LONGEST_UNIT]
    return f"{figure(value)} {unit}".rstrip() if value else figure(value)


def left_of(panels: Sequence[Panel]) -> float:
    """How far from the left the time axis begins, so that every label has room."""
    labels = [label(value, panel) for panel in panels for value in scale(panel)]
    return MARGIN + (max(map(width, labels)) + MARGIN / 2 if labels else 0.0)


def draw_panel(sheet: Sheet, panel: Panel, top: float, tall: float) -> Axes:
    axes = sheet.axes(top, tall)
    high = highest(panel)
    axes.set_ylim(0, high)
    for value in scale(panel):
        axes.axhline(value, color=sheet.palette.grid, linewidth=1, zorder=1)
        at = top + tall * (1 - value / high)
        place = (sheet.left - MARGIN / 2, at)
        sheet.write(place, label(value, panel), anchor="right", colour=sheet.palette.muted)
    for row in panel.rows:
        _draw_row(sheet, axes, row, high)
    if panel.limit:
        _draw_limit(sheet, axes, panel, top, tall)
    if not any(row.points for row in panel.rows):
        middle = ((sheet.left + RIGHT) / 2, top + tall / 2)
        said = fitted(shown(panel.empty), RIGHT - sheet.left)
        sheet.write(middle, said, anchor="center", colour=sheet.palette.muted, halo=True)
    return axes


def _draw_limit(sheet: Sheet, axes: Axes, panel: Panel, top: float, tall: float) -> None:
    limit, high = panel.limit, highest(panel)
    if limit is None:
        return
    colour = sheet.palette.limit
    axes.axhline(limit.value, color=colour, linewidth=2, linestyle=(0, (5, 3)), zorder=4)
    said = fitted(shown(limit.label), RIGHT - sheet.left - MARGIN)
    above = top + tall * (1 - limit.value / high) - 24
    sheet.write((sheet.left + MARGIN / 2, above), said, colour=colour, halo=True)


def _draw_row(sheet: Sheet, axes: Axes, row: Row, high: float) -> None:
    xs = [sheet.seconds(at) for at, _ in row.points]
    ys = [value for _, value in row.points]
    pixel = sheet.lasts / (RIGHT - sheet.left)
    match row.shape:
        case Shape.BARS:
            wide = max(row.width * 0.86, LEAST_BAR * pixel)
            middle = [x + row.width / 2 for x in xs]
            axes.bar(middle, ys, width=wide, color=sheet.palette.bad, zorder=3)
        case Shape.LINE | Shape.AREA:
            for piece in pieces(row):
                _draw_line(sheet, axes, piece, filled=row.shape is Shape.AREA)
        case Shape.FAILED:
            axes.scatter(
                xs,
                ys,
                marker="x",
                s=60,
                color=sheet.palette.bad,
                linewidths=2.2,
                zorder=5,
                clip_on=False,
            )
        case Shape.BLIND:
            axes.vlines(xs, 0, high * 0.08, color=sheet.palette.blind, linewidth=2, zorder=4)


def _draw_line(sheet: Sheet, axes: Axes, piece: Sequence[Point], *, filled: bool) -> None:
    xs, ys = [sheet.seconds(at) for at, _ in piece], [value for _, value in piece]
    colour = sheet.palette.main
    if len(piece) == 1:
        axes.scatter(xs, ys, s=30, color=colour, zorder=3, clip_on=False)
        return
    line = 2.0 if len(piece) < DENSE else 1.2
    axes.plot(xs, ys, color=colour, linewidth=line, zorder=3, solid_joinstyle="round")
    if filled:
        axes.fill_between(xs, ys, color=colour, alpha=0.22, linewidth=0, zorder=2)


def pieces(row: Row) -> Iterator[list[Point]]:
    """The row, parted where it has gaps."""
    piece = list(row.points[:1])
    for before, after in pairwise(row.points):
        if row.gap and (after[0] - before[0]).total_seconds() > row.gap:
            yield piece
            piece = []
        piece.append(after)
    if piece:
        yield piece
