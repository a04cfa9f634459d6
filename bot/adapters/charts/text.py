"""Text on a picture: only what the font has, and only as much as fits."""

from __future__ import annotations

import unicodedata
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font

from bot.adapters.charts.style import DPI, FONT, TEXT

UNKNOWN = "□"  # in place of a letter that the font has not; a symbol is left out
SUBPIXELS = 64  # FreeType counts so many to a pixel
FIRST_SELECTOR, LAST_SELECTOR = 0xFE00, 0xFE0F


@cache
def known() -> frozenset[int]:
    """The characters that the font has."""
    return frozenset(get_font(findfont(FONT)).get_charmap())


def shown(text: str) -> str:
    """The text without what would be drawn as an empty box with a warning, such as emoji."""
    kept = (_glyph(char) for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(kept).split())


def _glyph(char: str) -> str:
    if FIRST_SELECTOR <= ord(char) <= LAST_SELECTOR:
        return ""
    if ord(char) in known():
        return char
    return UNKNOWN if unicodedata.category(char).startswith("L") else ""


def width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """In pixels."""
    font = get_font(findfont(FontProperties(family=FONT, weight="bold" if bold else "normal")))
    font.set_size(size, DPI)
    font.set_text(text, 0)
    return font.get_width_height()[0] / SUBPIXELS


def fitted(text: str, room: float, size: float = TEXT, *, bold: bool = False) -> str:
    """As much of it as fits into `room` pixels."""
    if width(text, size, bold=bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = width(text[:middle].rstrip() + "…", size, bold=bold) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low].rstrip() + "…"


def wrapped(text: str, room: float, most: int = 2) -> list[str]:
    """On at most `most` lines; the last one is cut."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        taken = next((n for n in range(len(words), 0, -1) if width(" ".join(words[:n])) <= room), 1)
        lines.append(fitted(" ".join(words[:taken]), room))
        words = words[taken:]
    return [*lines, fitted(" ".join(words), room)] if words else lines
