"""Measure the sets and write their figures into docs/quality.md: python -m tests.quality.table."""

from __future__ import annotations

from tests.quality import injections, test_redaction
from tests.quality.door import Figure, say
from tests.quality.logs import score as logs
from tests.quality.page import PAGE, filled
from tests.quality.tracebacks import score as tracebacks


def measured() -> list[Figure]:
    """All that these sets measure; takes as long as some 450 diagnoses."""
    figures = logs.figures(logs.all_judged()) + tracebacks.figures(tracebacks.all_judged())
    return figures + injections.figures(injections.all_tried()) + test_redaction.rows()


def main() -> None:
    figures = measured()
    PAGE.write_text(filled(PAGE.read_text("utf-8"), figures), "utf-8")
    say(*figures)


if __name__ == "__main__":
    main()
