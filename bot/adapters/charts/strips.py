"""What each check saw: its name, how it stands, and a strip over time."""

from __future__ import annotations

from bot.adapters.charts.marks import box, draw_moments, draw_spells
from bot.adapters.charts.sheet import RIGHT, Sheet
from bot.adapters.charts.style import LINE, MARGIN, STATE_HEIGHTS
from bot.adapters.charts.text import fitted, shown, width
from bot.domain.charts.chart import State, Strip

LEAST = 7.0  # pixels: what is shorter could not be seen
AIR = 10  # pixels above and below a strip


def draw_strips(sheet: Sheet, top: float, tall: float) -> None:
    strips = sheet.chart.strips
    axes = sheet.axes(top, tall)
    axes.set_ylim(tall, 0)
    draw_spells(sheet, axes)
    if not strips:
        middle = ((sheet.left + RIGHT) / 2, top + tall / 2)
        sheet.write(middle, "no checks", anchor="center", colour=sheet.palette.muted)
        return
    each = tall / len(strips)
    for n, strip in enumerate(strips):
        draw_moments(sheet, axes, n * each + LINE + AIR / 2, (n + 1) * each - AIR / 2)
        _draw_strip(sheet, strip, top + n * each, each)


def _draw_strip(sheet: Sheet, strip: Strip, top: float, tall: float) -> None:
    palette = sheet.palette
    middle = top + LINE / 2 + 2
    note = fitted(shown(strip.note), 500)
    colour = palette.of(strip.state) if strip.state in {State.BAD, State.BLIND} else palette.muted
    room = RIGHT - sheet.left - width(note) - 3 * MARGIN
    name = fitted(shown(strip.name) or "check", room)
    sheet.write((sheet.left + 10, middle), name)
    sheet.write((RIGHT - 10, middle), note, anchor="right", colour=colour)
    high = tall - LINE - 2 * AIR
    at = top + LINE + AIR + high / 2
    box(sheet, (sheet.left, at, RIGHT - sheet.left, 2), palette.grid, None)
    for state in (State.GOOD, State.BLIND, State.BAD):
        for one in (s for s in strip.stretches if s.state is state):
            begin, end = sheet.across(one.begin), sheet.across(one.end)
            begin = min(begin, RIGHT - LEAST)
            wide = max(end - begin, LEAST if state is not State.GOOD else 1.0)
            box(sheet, (begin, at, wide, high * STATE_HEIGHTS[state]), palette.of(state), state)
