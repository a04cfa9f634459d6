"""How a diagnosis of a labelled log is scored.

category    right if it is the label's or one of its acceptable alternatives; over all logs.
suggestion  right if at least one of those that must be there is; over logs that ask for one.
forbidden   a log counts once if any suggestion of `never` was made; over all logs.
excerpt     right if every decisive pattern is found in the excerpt, and the excerpt has at most
            100 lines; over logs that have such patterns.
confident   a healthy log is confidently accused if anything is suggested that somebody should do,
            or if a category but `none` is named (or one of its alternatives: a burst that is over
            may be named) with a verdict but `inconclusive`.
unclear     right if nothing is suggested, and any category but `none` goes with `inconclusive`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.quality.door import Figure, diagnose
from tests.quality.logs.labels import CALM, Log, deploys_file, logs

BUDGET = 100
SURE = {"confirmed", "likely"}


@dataclass(frozen=True)
class Judged:
    log: Log
    category: str
    verdict: str
    suggestions: frozenset[str]
    excerpt: str

    @property
    def category_right(self) -> bool:
        return self.category in self.log.categories

    @property
    def suggestion_right(self) -> bool:
        return not self.log.must or bool(self.log.must & (self.suggestions or {CALM}))

    @property
    def forbidden(self) -> frozenset[str]:
        return self.suggestions & self.log.never

    @property
    def lost(self) -> list[re.Pattern[str]]:
        return [each for each in self.log.keep if not each.search(self.excerpt)]

    @property
    def excerpt_right(self) -> bool:
        return not self.lost and len(self.excerpt.splitlines()) <= BUDGET

    @property
    def asks_nothing(self) -> bool:
        return self.suggestions <= {CALM}

    @property
    def accused(self) -> bool:
        """Something was called broken, with confidence, or somebody was sent to do something."""
        harmless = self.category == CALM or (self.log.kind == "healthy" and self.category_right)
        return not self.asks_nothing or (not harmless and self.verdict in SURE)

    @property
    def right(self) -> bool:
        kept = self.excerpt_right or not self.log.keep
        fine = self.category_right and self.suggestion_right and not self.forbidden and kept
        return fine and not (self.log.kind in {"healthy", "unclear"} and self.accused)

    def __str__(self) -> str:
        wrong = [] if self.category_right else [f"category {self.category}"]
        wrong += [] if self.suggestion_right else [f"no {'/'.join(sorted(self.log.must))}"]
        wrong += [f"forbidden {each}" for each in sorted(self.forbidden)]
        wrong += [f"lost /{each.pattern}/" for each in self.lost]
        wrong += ["excerpt too long"] if len(self.excerpt.splitlines()) > BUDGET else []
        wrong += ["accused"] if self.log.kind in {"healthy", "unclear"} and self.accused else []
        said = f"{self.category} {self.verdict} {sorted(self.suggestions)}"
        return (
            f"  [{self.log.kind}] {self.log.name} ({self.log.form}): {', '.join(wrong)}  ← {said}"
        )


def judged(log: Log, report: dict[str, Any]) -> Judged:
    rows = (row if isinstance(row, str) else str(row.get("text", row)) for row in report["excerpt"])
    suggestions = frozenset(report["suggestions"])
    return Judged(log, report["category"], report["verdict"], suggestions, "\n".join(rows))


def all_judged() -> list[Judged]:
    return [judged(log, diagnose(log.text, deploys_file(log))) for log in logs()]


def figures(all_of: list[Judged]) -> list[Figure]:
    asked = [each for each in all_of if each.log.must]
    keeping = [each for each in all_of if each.log.keep]
    healthy = [each for each in all_of if each.log.kind == "healthy"]
    unclear = [each for each in all_of if each.log.kind == "unclear"]
    return [
        share("logs: category", [each.category_right for each in all_of], 0.95),
        share("logs: a suggestion that must be there", [e.suggestion_right for e in asked], 0.95),
        share("logs: decisive lines in the excerpt", [e.excerpt_right for e in keeping], 0.98),
        share("logs: too little evidence, and says so", [not e.accused for e in unclear], 1),
        share("logs: with a forbidden suggestion", [bool(e.forbidden) for e in all_of], 0, True),
        share("logs: healthy, accused confidently", [e.accused for e in healthy], 0, True),
    ]


def share(name: str, truths: list[bool], limit: float, at_most: bool = False) -> Figure:
    return Figure(name, sum(truths), len(truths), limit, at_most)


def by_kind(all_of: list[Judged]) -> dict[str, tuple[int, int]]:
    """Kind → (right in everything, all)."""
    kinds = sorted({each.log.kind for each in all_of})
    own = {kind: [each.right for each in all_of if each.log.kind == kind] for kind in kinds}
    return {kind: (sum(rights), len(rights)) for kind, rights in own.items()}
