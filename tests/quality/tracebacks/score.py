"""How the events found in a traceback text are scored, read off `groups` of the diagnosis.

A group whose `type` is an exception is an error of the app that was seen `count` times. One without
a type, or with that of a log level (ERROR, WARNING …), is a plain line and is not scored here. A
group is exactly right for an event of the label if

* its `type` is the type of the root (what happened first) or of what was raised (what came out),
  as printed; if the group names both (`root`, `raised`), both must be right;
* the first line of its message is the first line of that error's message (white space aside; it may
  be cut after 80 characters). Notes stand behind a message without a mark, so what follows the
  first line is free;
* its `functions` hold the place: the in-app function nearest to where the root was raised; and
  nothing but in-app functions of this event. Events with no frame of the app, or whose place is
  the body of a module, are not asked;
* its count is the label's.

A trace that is cut before its type was printed is no event; it may be named `Traceback`.

A text is exactly right if groups and events match one to one, nothing left over on either side.
Where two readings are fair (is a group of two one event or two?), either is right, as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.quality.door import Figure, diagnose
from tests.quality.tracebacks.cases import Case, Event, cases

NAME = re.compile(r"(<\w+>|\w+)(?:\(\))?$")
CUT = 80
LEVELS = {"DEBUG", "INFO", "NOTICE", "WARNING", "WARN", "ERROR", "CRITICAL", "FATAL", "ALERT"}


@dataclass(frozen=True)
class Judged:
    case: Case
    groups: list[dict[str, Any]]

    @property
    def best(self) -> tuple[int, int]:
        """Events matched and events expected, by the reading that fits best."""
        return max(
            ((matched(label, self.groups), len(label)) for label in self.case.labels),
            key=lambda pair: (pair[0] == pair[1] == len(self.groups), pair[0] - pair[1]),
        )

    @property
    def right(self) -> bool:
        return any(
            matched(label, self.groups) == len(label) == len(self.groups)
            for label in self.case.labels
        )

    def __str__(self) -> str:
        keys = ("type", "root", "raised", "message", "functions", "count")
        said = [{key: group[key] for key in keys if key in group} for group in self.groups]
        hard = "hard" if self.case.hard else "easy"
        name = f"  [{self.case.kind}, {hard}] {self.case.name}"
        return f"{name}\n      ← {said}\n      = {wanted(self.case)}"


def wanted(case: Case) -> str:
    events = case.labels[0]
    return str([(e.root, e.raised[0], e.place, sorted(e.functions), e.count) for e in events])


def matched(label: tuple[Event, ...], groups: list[dict[str, Any]]) -> int:
    left = list(groups)
    for event in label:
        own = next((group for group in left if fits(event, group)), None)
        if own is not None:
            left.remove(own)
    return len(groups) - len(left)


def fits(event: Event, group: dict[str, Any]) -> bool:
    return (
        bool(errors(event, group))
        and any(same_message(group.get("message") or "", text) for text in errors(event, group))
        and functions_fit(event, [plain_name(each) for each in group.get("functions", [])])
        and group["count"] == event.count
    )


def errors(event: Event, group: dict[str, Any]) -> list[str]:
    """The messages that would be right for what this group calls its type; none if it is wrong."""
    roots = [event.root, *event.roots]
    if group.get("root") and group.get("raised"):
        right = group["raised"] == event.raised[0] and group["root"] in {r[0] for r in roots}
        return [text for _, text in (*roots, event.raised)] if right else []
    return [text for name, text in (*roots, event.raised) if name == group["type"]]


def same_message(found: str, wanted: str) -> bool:
    first = " ".join(wanted.split("\n", 1)[0].split())
    got = " ".join(found.strip().split("\n", 1)[0].split()).rstrip("…")
    return got == first or (len(got) >= CUT and first.startswith(got))


def plain_name(function: str) -> str:
    """`bot/store.py:connect`, `bot.store.connect` and `connect` are all `connect`."""
    found = NAME.search(function.partition(" (")[0])
    return found.group(1) if found else function


def functions_fit(event: Event, functions: list[str]) -> bool:
    if event.place in {"", "<module>"}:
        return True
    return event.place in functions and set(functions) <= event.functions | {"<module>"}


def judged(case: Case, report: dict[str, Any]) -> Judged:
    groups = [group for group in report["groups"] if group["type"]]
    return Judged(case, [group for group in groups if group["type"].upper() not in LEVELS])


def all_judged() -> list[Judged]:
    return [judged(case, diagnose(case.text)) for case in cases()]


def figures(all_of: list[Judged]) -> list[Figure]:
    easy, hard = ([each for each in all_of if each.case.hard == how] for how in (False, True))
    found, expected = (sum(each.best[n] for each in all_of) for n in (0, 1))
    said = sum(len(each.groups) for each in all_of)
    return [
        Figure("tracebacks: easy texts exactly right", sum(e.right for e in easy), len(easy), 0.97),
        Figure("tracebacks: hard texts exactly right", sum(e.right for e in hard), len(hard), 0.85),
        Figure("tracebacks: events named that are right", found, said, 0.9),
        Figure("tracebacks: events found", found, expected, 0.9),
    ]


def by_kind(all_of: list[Judged]) -> dict[str, tuple[int, int]]:
    """Kind → (texts exactly right, all)."""
    kinds = sorted({each.case.kind for each in all_of})
    own = {kind: [each.right for each in all_of if each.case.kind == kind] for kind in kinds}
    return {kind: (sum(rights), len(rights)) for kind, rights in own.items()}
