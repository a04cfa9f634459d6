"""The labelled traceback texts: captured and written shapes, each plain and in some transports."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from tests.quality.tracebacks.transports import EASY, HARD, interleaved

HERE = Path(__file__).parent
# Shapes that go through every transport in turn: what is inside matters as much as what is around.
TRAVEL = (
    "key error of a dict",
    "explicit chain",
    "dotted type of the app",
    "bare type",
    "attribute of none",
    "implicit chain",
    "library below",
    "from none",
    "three in a chain",
    "carets under a long sum",
    "own code called back by a library",
)
TRAVEL_HARD = (
    "group of two",
    "psycopg2 line and caret",
    "message of many lines",
    "sqlalchemy with sql and parameters, for real",
    "nested group of a task group",
)
TIMES = {"repeated": 3}


@dataclass(frozen=True)
class Event:
    """One error of the app: what is inside (root) and what came out (raised), (type, message)."""

    root: tuple[str, str]
    raised: tuple[str, str]
    functions: frozenset[str]  # in-app functions of any block
    place: str  # in-app function nearest to where the root was raised; "" = not asked
    roots: tuple[tuple[str, str], ...] = ()  # others that may be called the root (groups)
    count: int = 1


@dataclass(frozen=True)
class Case:
    name: str
    kind: str
    hard: bool
    text: str
    labels: tuple[tuple[Event, ...], ...]  # any one of these lists of events is right


def event(said: dict) -> Event:
    root = tuple(said["root"])
    own = said.get("in", [])
    return Event(
        root,
        tuple(said.get("raised", root)),
        frozenset(own),
        "" if said.get("any") else said.get("place", own[-1]),
        tuple(map(tuple, said.get("roots", []))),
        said.get("count", 1),
    )


def labels(text: str) -> tuple[tuple[Event, ...], ...]:
    """`#= {...}` is one event, `#or` begins another right answer, none at all: no event."""
    return tuple(
        tuple(event(json.loads(line[3:])) for line in part.splitlines() if line.startswith("#= "))
        for part in text.split("#or\n")
    )


def parts(file: str) -> list[tuple[str, str]]:
    return [
        tuple(part.split("\n", 1)) for part in (HERE / file).read_text("utf-8").split("%%% ")[1:]
    ]


def shape(head: str, rest: str, text: str) -> Case:
    name, kind, how = head.split(" | ")[:3]
    return Case(name, kind, how == "hard", text, labels(rest))


def plain() -> list[Case]:
    captured = dict(parts("captured.txt"))
    ours = [
        shape(head, rest, captured[head.split(" | ")[0]]) for head, rest in parts("snippets.txt")
    ]
    for head, rest in parts("written.txt"):
        body = [
            line for line in rest.splitlines(keepends=True) if not line.startswith(("#=", "#or"))
        ]
        ours.append(shape(head, rest, "".join(body)))
    return ours


def wrapped(case: Case, name: str) -> Case:
    wrap = (EASY | HARD)[name]
    many = TIMES.get(name, 1)
    labels = tuple(
        tuple(replace(each, count=each.count * many) for each in label) for label in case.labels
    )
    return Case(f"{case.name}, {name}", name, case.hard or name in HARD, wrap(case.text), labels)


def both(one: Case, two: Case) -> Case:
    together = tuple(a + b for a in one.labels for b in two.labels)
    text = interleaved(one.text, two.text)
    return Case(f"{one.name} and {two.name}", "interleaved", True, text, together)


def cases() -> list[Case]:
    """All of them, always the same and in the same order."""
    shapes = plain()
    by_name = {case.name: case for case in shapes}
    travellers = cycle(TRAVEL)
    easy = [wrapped(by_name[each], name) for name in EASY for each in islice(travellers, 4)]
    hard = [wrapped(by_name[each], name) for name in HARD for each in islice(travellers, 4)]
    hardest = [
        wrapped(by_name[each], name)
        for name in (*EASY, *HARD)
        if name not in {"cut head", "foreign line"}
        for each in islice(cycle(TRAVEL_HARD), len(name) % 5, len(name) % 5 + 2)
    ]
    pairs = [("key error of a dict", "explicit chain"), ("bare type", "library below")]
    pairs += [("implicit chain", "group of two"), ("psycopg2 detail", "from none")]
    return shapes + easy + hard + hardest + [both(by_name[a], by_name[b]) for a, b in pairs]
