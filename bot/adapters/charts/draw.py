"""The drawing process: a chart as JSON on the standard input, a PNG on the standard output.

Its argument is after how many seconds it ends itself.
"""

from __future__ import annotations

import signal
import sys
from io import BytesIO

from matplotlib.figure import Figure
from PIL import Image

from bot.adapters.charts import form
from bot.adapters.charts.marks import draw_key, draw_moments, draw_signs, draw_spells, key_lines
from bot.adapters.charts.panels import draw_panel, left_of
from bot.adapters.charts.sheet import RIGHT, Sheet
from bot.adapters.charts.strips import draw_strips
from bot.adapters.charts.style import (
    HEIGHT,
    LINE,
    MARGIN,
    NOTCH,
    STRIP,
    SYMBOL,
    TALLEST,
    TITLE,
    TITLE_LINE,
)
from bot.adapters.charts.text import fitted, shown, wrapped
from bot.domain.charts.chart import Chart

COLOURS = 128
UPPER = (1.0, 0.62)  # shares of the upper panel, of one and of two


def main() -> None:
    signal.alarm(int(sys.argv[1]))  # also when nobody waits any more
    chart = form().validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(png(chart))


def png(chart: Chart) -> bytes:
    """A third of the size that matplotlib writes: some dozens of colours are enough."""
    drawing, file = BytesIO(), BytesIO()
    drawn(chart).savefig(drawing, format="png")
    few = Image.open(drawing).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


def drawn(chart: Chart) -> Figure:
    """Title, names of what happened, panels or strips, times, key: from the top down."""
    key = key_lines(chart)
    said = wrapped(shown(chart.subtitle), RIGHT - MARGIN)
    top = MARGIN / 2 + TITLE_LINE + LINE * len(said) + 10
    signs = LINE + SYMBOL if chart.marks else 0
    foot = LINE * (len(key) + 1) + MARGIN / 2 + NOTCH
    height = HEIGHT
    if chart.strips:
        wanted = top + signs + STRIP * len(chart.strips) + foot
        height = round(min(max(wanted, HEIGHT), TALLEST))
    sheet = Sheet(chart, height, left_of(chart.panels) if chart.panels else MARGIN)
    _head(sheet, said)
    draw_signs(sheet, top)
    _body(sheet, top + signs, height - foot)
    sheet.times(height - foot)
    draw_key(sheet, key, height - foot + LINE + NOTCH)
    return sheet.figure


def _head(sheet: Sheet, said: list[str]) -> None:
    title = fitted(shown(sheet.chart.title), RIGHT - MARGIN, TITLE, bold=True)
    middle = MARGIN / 2 + TITLE_LINE / 2
    sheet.write((MARGIN, middle), title, size=TITLE, bold=True)
    for n, text in enumerate(said):
        place = (MARGIN, MARGIN / 2 + TITLE_LINE + LINE * (n + 0.5))
        sheet.write(place, text, colour=sheet.palette.muted)


def _body(sheet: Sheet, top: float, bottom: float) -> None:
    panels = sheet.chart.panels
    if not panels:
        draw_strips(sheet, top, bottom - top)
        return
    captions = [LINE + 4 if panel.caption else 6 for panel in panels]
    room = bottom - top - sum(captions)
    upper = UPPER[min(len(panels), len(UPPER)) - 1]
    for n, panel in enumerate(panels):
        share = upper if n == 0 else (1 - upper) / (len(panels) - 1)
        caption, tall = captions[n], room * share
        if panel.caption:
            text = fitted(shown(panel.caption), RIGHT - sheet.left)
            sheet.write((sheet.left, top + caption / 2), text, colour=sheet.palette.muted)
        axes = draw_panel(sheet, panel, top + caption, tall)
        draw_spells(sheet, axes)
        draw_moments(sheet, axes, *axes.get_ylim())
        top += caption + tall


if __name__ == "__main__":
    main()
