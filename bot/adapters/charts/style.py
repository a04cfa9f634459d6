"""How charts look: read on a telephone at night, also by those who do not see every colour."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.charts.chart import Shape, Sign, State, Theme

WIDTH, HEIGHT, DPI = 1200, 800, 200  # pixels; points are 1/72 of an inch
# A chat shows a picture about 390 px wide: 12.4 points are 11.2 px there.
PHONE, LEGIBLE = 390, 11
TITLE, TEXT = 17.0, 12.4  # points
FONT = "DejaVu Sans"  # comes with matplotlib
MARGIN = 34  # pixels
LINE = 44  # pixels of a line of text
TITLE_LINE = 62
SYMBOL = 26
NOTCH = 12  # pixels between the axes and their times
TALLEST = 1200  # pixels, with many strips
STRIP = 92  # pixels of a strip with its name
TICKS = 4  # steps of the upright axis, at most


@dataclass(frozen=True)
class Palette:
    """Okabe and Ito's colours, lighter or darker as the ground needs it.

    No meaning rests on colour alone: each sign has its form, each state its height.
    """

    ground: str
    field: str
    grid: str
    text: str
    muted: str
    main: str
    bad: str
    good: str
    blind: str
    limit: str
    shade: str
    signs: dict[Sign, str]

    def of(self, state: State) -> str:
        return {State.GOOD: self.good, State.BAD: self.bad, State.BLIND: self.blind}[state]


PALETTES = {
    Theme.DARK: Palette(
        ground="#17212b",
        field="#1d2935",
        grid="#33424f",
        text="#f2f5f7",
        muted="#b4c1cc",
        main="#56b4e9",
        bad="#f0753a",
        good="#2fb592",
        blind="#93a1ad",
        limit="#e69f00",
        shade="#f0753a",
        signs={
            Sign.DEPLOY: "#dd9bc1",
            Sign.RESTART: "#9ad0f2",
            Sign.CRASH: "#f0753a",
            Sign.ACT: "#f0e442",
            Sign.BACK: "#2fb592",
        },
    ),
    Theme.LIGHT: Palette(
        ground="#ffffff",
        field="#f5f8fa",
        grid="#dbe3ea",
        text="#14202b",
        muted="#4a5a69",
        main="#0072b2",
        bad="#bf4600",
        good="#00805c",
        blind="#6b7a87",
        limit="#8f6200",
        shade="#bf4600",
        signs={
            Sign.DEPLOY: "#9c3f78",
            Sign.RESTART: "#0072b2",
            Sign.CRASH: "#bf4600",
            Sign.ACT: "#6e6400",
            Sign.BACK: "#00805c",
        },
    ),
}
MARKERS = {Sign.DEPLOY: "D", Sign.RESTART: "^", Sign.CRASH: "v", Sign.ACT: "o", Sign.BACK: "s"}
SIGN_NAMES = {
    Sign.DEPLOY: "deploy",
    Sign.RESTART: "restart",
    Sign.CRASH: "crash",
    Sign.ACT: "done by us",
    Sign.BACK: "back",
}
SHAPE_NAMES = {Shape.FAILED: "failed", Shape.BLIND: "not seen"}
STATE_NAMES = {State.GOOD: "good", State.BAD: "failed", State.BLIND: "not seen"}
STATE_HEIGHTS = {State.GOOD: 0.34, State.BAD: 1.0, State.BLIND: 0.62}  # of its strip
