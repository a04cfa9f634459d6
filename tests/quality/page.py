"""The page that keeps the figures of these sets: docs/quality.md."""

from __future__ import annotations

import re
from pathlib import Path

from tests.quality.door import Figure

PAGE = Path(__file__).parents[2] / "docs/quality.md"
PLACE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)


def row(figure: Figure) -> str:
    sign = "≤" if figure.at_most else "≥"
    said = f"{figure.good} of {figure.of} ({figure.share:.1%})"
    return f"| {figure.name} | {said} | {sign} {figure.limit:.0%} |"


def filled(page: str, figures: list[Figure]) -> str:
    """The page with the rows of these figures."""
    rows = {figure.name: row(figure) for figure in figures}

    def fill(found: re.Match[str]) -> str:
        lines = found.group().splitlines()
        return "".join(f"{rows.get(line.split(' | ')[0][2:], line)}\n" for line in lines)

    return PLACE.sub(fill, page)


def missing(figures: list[Figure]) -> list[str]:
    """Rows that the page does not hold: `python -m tests.quality.table` writes them."""
    kept = PAGE.read_text("utf-8").splitlines()
    return [row(figure) for figure in figures if row(figure) not in kept]
