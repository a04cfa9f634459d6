"""Measure the sets and write their figures into docs/quality.md: python -m tests.quality.table."""

from __future__ import annotations

import re
from pathlib import Path

from tests.quality import injections, test_redaction
from tests.quality.door import Figure, say
from tests.quality.logs import score as logs
from tests.quality.tracebacks import score as tracebacks

PAGE = Path(__file__).parents[2] / "docs/quality.md"
PLACE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)


def measured() -> list[Figure]:
    """All that these sets measure; takes as long as some 450 diagnoses."""
    figures = logs.figures(logs.all_judged()) + tracebacks.figures(tracebacks.all_judged())
    return figures + injections.figures(injections.all_tried()) + test_redaction.rows()


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


def main() -> None:
    figures = measured()
    PAGE.write_text(filled(PAGE.read_text("utf-8"), figures), "utf-8")
    say(*figures)


if __name__ == "__main__":
    main()
