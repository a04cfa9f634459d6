"""A hundred lines that show a log of any length: chosen by what is rare, not by what is last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .analysis import Analysis
from .diagnosis import Diagnosis
from .groups import Group
from .lines import Level
from .templates import Seen, Template

BUDGET = 100  # lines
TAIL = 20
RARE_ERRORS = 15  # groups
MOST_DECIDING = 40  # lines that the diagnosis rests on


@dataclass(frozen=True)
class Excerpt:
    """`lines` in the order of the log; `templates` counts kinds of lines, groups among them."""

    lines: tuple[Seen, ...]
    of_lines: int
    templates: int
    of_templates: int

    @property
    def coverage(self) -> str:
        return (
            f"{len(self.lines):,} of {self.of_lines:,} lines, "
            f"{self.templates:,} of {self.of_templates:,} templates"
        )


def excerpt(log: Analysis, found: Diagnosis, budget: int = BUDGET) -> Excerpt:
    kept: dict[int, Seen] = {}
    for one in _chosen(log, found):
        if len(kept) >= budget:
            break
        if one.number:
            kept.setdefault(one.number, one)
    templates = sum(t.first.number in kept or t.last in kept for t in log.templates)
    groups = sum(
        any(p.number in kept for p in g.head.telling) or g.head.number in kept for g in log.groups
    )
    return Excerpt(
        lines=tuple(kept[number] for number in sorted(kept)),
        of_lines=log.lines,
        templates=templates + groups,
        of_templates=len(log.templates) + len(log.groups),
    )


def _chosen(log: Analysis, found: Diagnosis) -> Iterator[Seen]:
    """What decides, then how it ends, how it began, what is rare."""
    yield from [s for f in found.because[:3] for s in f.lines[:12]][:MOST_DECIDING]
    for one in found.because[:1]:
        for group in one.groups[:2]:
            yield from telling(group)
    groups = sorted(log.groups, key=lambda g: (-g.head.level, g.count))
    for group in groups[:RARE_ERRORS]:
        yield from telling(group)
    yield from (Seen(m.number, m.text) for m in (*log.marks[:5], *log.marks[-5:]))
    yield from sorted(log.tail, key=lambda s: -s.number)[:TAIL]
    yield from log.around
    for group in groups[RARE_ERRORS:]:
        yield from telling(group)
    yield from _rare(log.templates)
    yield from sorted(log.tail, key=lambda s: -s.number)[TAIL:]


def telling(group: Group) -> Iterator[Seen]:
    """What names it, of the first and of the last."""
    pieces = (*group.head.telling, *group.newest)
    yield from (Seen(p.number, p.raw or p.text) for p in pieces)


def _rare(templates: Iterable[Template]) -> Iterator[Seen]:
    known = sorted(templates, key=lambda t: (t.level is Level.DEBUG, t.count))
    for template in known:
        yield template.first
    for template in known:
        yield template.newest
