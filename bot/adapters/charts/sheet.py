"""The sheet that a chart is drawn on: places in pixels from the upper left, times as seconds."""

from __future__ import annotations

from datetime import datetime

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from bot.adapters.charts.style import DPI, FONT, LINE, MARGIN, NOTCH, PALETTES, TEXT, WIDTH
from bot.adapters.charts.text import width
from bot.domain.charts.chart import Chart

RIGHT = WIDTH - MARGIN


class Sheet:
    """`left` is where the time axis begins, `height` that of the whole picture."""

    def __init__(self, chart: Chart, height: int, left: float = MARGIN) -> None:
        self.chart, self.height, self.left = chart, height, left
        self.palette = PALETTES[chart.theme]
        self.lasts = max((chart.end - chart.begin).total_seconds(), 1.0)
        self.figure = Figure(
            figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=self.palette.ground
        )

    def seconds(self, at: datetime) -> float:
        return (at - self.chart.begin).total_seconds()

    def across(self, at: datetime) -> float:
        """Where a time is, in pixels from the left."""
        return self.left + (RIGHT - self.left) * self.seconds(at) / self.lasts

    def write(
        self,
        place: tuple[float, float],
        text: str,
        *,
        anchor: str = "left",
        colour: str = "",
        size: float = TEXT,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """`place` is the anchor of the text and the middle of its line; a halo keeps lines off."""
        x, y = place
        self.figure.text(
            x / WIDTH,
            1 - y / self.height,
            text,
            ha=anchor,
            va="center_baseline",
            color=colour or self.palette.text,
            fontsize=size,
            fontweight="bold" if bold else "normal",
            family=FONT,
            parse_math=False,  # a dollar in a name is a dollar
            path_effects=[withStroke(linewidth=4, foreground=self.palette.field)] if halo else None,
        )

    def axes(self, top: float, tall: float) -> Axes:
        """Over the time of the chart, without any furniture."""
        across = (RIGHT - self.left) / WIDTH
        below = 1 - (top + tall) / self.height
        axes = self.figure.add_axes((self.left / WIDTH, below, across, tall / self.height))
        axes.set_xlim(0, self.lasts)
        axes.set_facecolor(self.palette.field)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes

    def times(self, y: float) -> None:
        """A notch for each moment of the time axis, which ends at `y`, and its name if it fits."""
        free = 0.0
        for tick in self.chart.ticks:
            wide, at = width(tick.label), self.across(tick.at)
            self._notch(at, y)
            begin = min(max(at - wide / 2, MARGIN / 2), RIGHT - wide)
            if begin >= free:
                self.write((begin, y + NOTCH + LINE / 2), tick.label, colour=self.palette.muted)
                free = begin + wide + width("  ")

    def _notch(self, x: float, y: float) -> None:
        ends = [1 - y / self.height, 1 - (y + NOTCH) / self.height]
        notch = Line2D([x / WIDTH] * 2, ends, color=self.palette.muted, linewidth=1)
        self.figure.add_artist(notch)
