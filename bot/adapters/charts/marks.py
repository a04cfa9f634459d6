"""What happened meanwhile: the incident as a shade, moments as lines with a sign and a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from bot.adapters.charts.sheet import RIGHT, Sheet
from bot.adapters.charts.style import (
    LINE,
    MARGIN,
    MARKERS,
    SHAPE_NAMES,
    SIGN_NAMES,
    STATE_HEIGHTS,
    STATE_NAMES,
    SYMBOL,
    WIDTH,
)
from bot.adapters.charts.text import fitted, shown, width
from bot.domain.charts.chart import Chart, Mark, Shape, Sign, State

URGENT = (
    Sign.ACT,
    Sign.BACK,
    Sign.DEPLOY,
    Sign.RESTART,
    Sign.CRASH,
)  # whose names are placed first
LONGEST_NAME = 300  # pixels
GAP = 16  # pixels between names, and beside the sign in the key
SWATCH = 30  # pixels


def draw_spells(sheet: Sheet, axes: Axes) -> None:
    for spell in sheet.chart.spells:
        begin, end = sheet.seconds(spell.begin), sheet.seconds(spell.end)
        axes.axvspan(begin, end, color=sheet.palette.shade, alpha=0.13, linewidth=0, zorder=0)


def draw_moments(sheet: Sheet, axes: Axes, low: float, high: float) -> None:
    """Upright lines from `low` to `high` of the axes: where the incident began, and the marks."""
    dashes = (0, (2, 2)) if sheet.chart.panels else "solid"
    begun = [sheet.seconds(spell.begin) for spell in sheet.chart.spells]
    shade = sheet.palette.shade
    axes.vlines([x for x in begun if x > 0], low, high, color=shade, linewidth=1.5, alpha=0.7)
    for sign, colour in sheet.palette.signs.items():
        xs = [sheet.seconds(mark.at) for mark in sheet.chart.marks if mark.sign is sign]
        axes.vlines(xs, low, high, color=colour, linewidth=1.6, linestyle=dashes, zorder=2)


def draw_signs(sheet: Sheet, top: float) -> None:
    """The names on one line, as many as have room, and below it a sign for each."""
    taken: list[tuple[float, float]] = []
    for mark in sorted(sheet.chart.marks, key=lambda m: URGENT.index(m.sign)):
        x = sheet.across(mark.at)
        _sign(sheet, x, top + LINE + SYMBOL / 2, mark.sign)
        name = fitted(name_of(mark), LONGEST_NAME)
        wide = width(name)
        begin = min(max(x - wide / 2, MARGIN), RIGHT - wide)
        if all(begin >= end + GAP or begin + wide + GAP <= start for start, end in taken):
            taken.append((begin, begin + wide))
            sheet.write((begin, top + LINE / 2), name, colour=sheet.palette.signs[mark.sign])


def name_of(mark: Mark) -> str:
    label = shown(mark.label)
    if mark.sign is Sign.ACT:
        return label or SIGN_NAMES[mark.sign]
    return f"{SIGN_NAMES[mark.sign]} {label}".strip()


def _sign(sheet: Sheet, x: float, y: float, sign: Sign) -> None:
    sheet.figure.add_artist(
        Line2D(
            [x / WIDTH],
            [1 - y / sheet.height],
            marker=MARKERS[sign],
            markersize=8,
            color=sheet.palette.signs[sign],
            markeredgewidth=0,
            linestyle="none",
        )
    )


# The key at the foot.

Entry = tuple[Sign | Shape | State | None, str]  # None: the incident


def entries(chart: Chart) -> Iterator[Entry]:
    """What stands on the chart, with how often where that is more than once."""
    counts = Counter(mark.sign for mark in chart.marks)
    if chart.spells:
        yield None, chart.incident
    for sign in URGENT:
        if count := counts[sign]:
            yield sign, SIGN_NAMES[sign] + (f" ×{count}" if count > 1 else "")
    shapes = {row.shape for panel in chart.panels for row in panel.rows if row.points}
    states = {one.state for strip in chart.strips for one in strip.stretches}
    yield from ((shape, name) for shape, name in SHAPE_NAMES.items() if shape in shapes)
    yield from ((state, name) for state, name in STATE_NAMES.items() if state in states)


def key_lines(chart: Chart) -> list[list[tuple[float, Entry]]]:
    """The entries with their places from the left, line by line; the end is the zone's."""
    lines: list[list[tuple[float, Entry]]] = [[]]
    x, end = float(MARGIN), RIGHT - width(zone_of(chart)) - 2 * GAP
    for what, said in entries(chart):
        name = fitted(shown(said), 420)
        wide = SWATCH + GAP + width(name)
        if lines[-1] and x + wide > end:
            lines.append([])
            x = float(MARGIN)
        lines[-1].append((x, (what, name)))
        x += wide + 2 * GAP
    return lines


def zone_of(chart: Chart) -> str:
    return shown(chart.zone)


def draw_key(sheet: Sheet, lines: Sequence[Sequence[tuple[float, Entry]]], top: float) -> None:
    for n, line in enumerate(lines):
        y = top + LINE * (n + 0.5)
        for x, (what, name) in line:
            _swatch(sheet, x, y, what)
            sheet.write((x + SWATCH + GAP, y), name, colour=sheet.palette.muted)
    place = (RIGHT, top + LINE / 2)
    sheet.write(place, zone_of(sheet.chart), anchor="right", colour=sheet.palette.muted)


def _swatch(sheet: Sheet, x: float, y: float, what: Sign | Shape | State | None) -> None:
    palette, middle = sheet.palette, x + SWATCH / 2
    match what:
        case Sign():
            _sign(sheet, middle, y, what)
        case Shape():
            failed = what is Shape.FAILED
            colour = palette.bad if failed else palette.blind
            _point(sheet, middle, y, "x" if failed else "|", colour)
        case State():
            box(sheet, (x, y, SWATCH, SYMBOL * STATE_HEIGHTS[what]), palette.of(what), what)
        case _:
            box(sheet, (x, y, SWATCH, SYMBOL), palette.shade, None, alpha=0.35)


def _point(sheet: Sheet, x: float, y: float, marker: str, colour: str) -> None:
    sheet.figure.add_artist(
        Line2D(
            [x / WIDTH],
            [1 - y / sheet.height],
            marker=marker,
            markersize=9,
            markeredgewidth=2,
            color=colour,
            linestyle="none",
        )
    )


def box(
    sheet: Sheet,
    place: tuple[float, float, float, float],
    colour: str,
    state: State | None,
    *,
    alpha: float = 1.0,
) -> None:
    """`place` is left, middle, width and height in pixels; what was not seen is hatched."""
    x, middle, wide, tall = place
    blind = state is State.BLIND
    sheet.figure.add_artist(
        Rectangle(
            (x / WIDTH, 1 - (middle + tall / 2) / sheet.height),
            wide / WIDTH,
            tall / sheet.height,
            facecolor="none" if blind else colour,
            edgecolor=colour if blind else "none",
            hatch="////" if blind else None,
            linewidth=1 if blind else 0,
            alpha=alpha,
        )
    )
