"""What a model is shown of an incident: numbered evidence, clean and bounded, and acts by id."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from bot.domain.cause import Cause, Option
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.remedy import Proposal
from bot.domain.why.ways import way_of

from .plain import LEFT_OUT, plain, shown
from .spend import Usage

MOST = 24_000  # characters of all evidence: some eight thousand tokens
LOOKED = 6_000  # characters of what one look of the model's own brings
LONGEST_LINE, LONGEST_FACT, LONGEST_SUMMARY = 300, 200, 600
MOST_ITEMS, MOST_LINES, MOST_FACTS = 20, 60, 60

NUMBERED = re.compile(r"([A-Z]{1,3})([0-9]{1,4})")
ROWS = "_points"  # facts that end so are rows for charts: nothing there to quote
WATCH = "W"  # what our own checks saw: the symptom, which proves no cause
MEMORY, RUNBOOK = "H", "R"


@dataclass(frozen=True)
class Act:
    """An act that is on offer.

    `id`, by which a model names it, is that of the offer without the number of its look: the name
    of the action, or name@service where several have that name. `way` is the option that code
    makes of the offer: no word of a model gets into it.
    """

    id: str
    target: str
    effect: str
    risk: str
    way: Option


@dataclass(frozen=True)
class Brief:
    """All of `evidence` is as it will be sent: quotes are looked for in this very text.

    `rules` is the note that code wrote. It is not shown to the model: what both say
    independently counts for more than what one repeats. `left_out` are lines on what the model
    does not see.
    """

    incident: int
    service: str
    began: datetime
    now: datetime
    evidence: tuple[Evidence, ...]
    acts: tuple[Act, ...]
    rules: Cause
    left_out: tuple[str, ...] = ()

    def item(self, id: str) -> Evidence | None:
        return next((e for e in self.evidence if e.id == id), None)


@dataclass(frozen=True)
class Ask:
    """A conversation as plain data, in the form of the Messages API.

    `shown` is the evidence as JSON; `messages` begin with our own words and go on with a call of
    `read_evidence` that is answered with it already.
    """

    system: str
    messages: tuple[Mapping[str, Any], ...]
    tools: tuple[Mapping[str, Any], ...]
    schema: Mapping[str, Any]
    shown: str


@dataclass(frozen=True)
class Told:
    """What a model said, checked.

    `cause` is its note; of a question `problem` is the question and `cause` the answer. `cost` is
    in US dollars, of all calls it took; `requests` are the ids by which the API knows them. `sent`
    is the JSON of the last request, which holds all that was sent. `looked` is what it looked up
    itself: quotes refer to it.
    """

    cause: Cause
    model: str
    cost: float
    usage: Usage
    requests: tuple[str, ...]
    sent: str
    looked: tuple[Evidence, ...] = ()


Look = Callable[[str, Mapping[str, Any]], Awaitable[str]]
"""Carry out one read-only look by its name; "" is "nothing there". Raises Unavailable."""


class Wording(Protocol):
    """What is said to a model, as plain data."""

    def explain(self, brief: Brief) -> Ask: ...
    def question(self, brief: Brief, question: str) -> Ask: ...


class Model(Protocol):
    """A language model. Raises Unavailable with one line for people, and nothing else."""

    @property
    def last_sent(self) -> str:
        """The JSON of the last request of this process, also of one that failed; "" is none."""
        ...

    async def explain(self, brief: Brief) -> Told: ...
    async def answer(self, brief: Brief, question: str, look: Look) -> Told: ...


def brief_of(
    incident: Incident,
    evidence: Iterable[Evidence],
    proposals: Iterable[Proposal],
    rules: Cause,
    now: datetime,
) -> Brief:
    """Make it from what is known; `evidence` in the order of its importance."""
    found = [_watched(incident), *evidence]
    named, unread = [e for e in found if e.id], [e for e in found if not e.id]
    left_out = [f"{e.source}: {shown(e.summary, LONGEST_FACT)}" for e in unread[:MOST_ITEMS]]
    left_out += [f"{e.source}: not shown" for e in named[MOST_ITEMS:]]
    items, cut = fitted(_numbered(named[:MOST_ITEMS]), MOST)
    return Brief(
        incident=incident.id,
        service=incident.service,
        began=incident.began_at,
        now=now,
        evidence=items,
        acts=tuple({a.id: a for a in map(_act, proposals)}.values()),
        rules=rules,
        left_out=(*left_out, *cut),
    )


def kind(id: str) -> str:
    """What kind of evidence it is: two of one kind say the same thing twice.

    Deploys and the changes they brought are one: that there was a deploy proves nothing twice.
    """
    letters = id.rstrip("0123456789")
    return "D" if letters == "C" else letters


def next_id(evidence: Iterable[Evidence], letters: str) -> str:
    """The first number of that kind that nobody has."""
    taken = {e.id for e in evidence}
    return next(id for n in range(1, 10_000) if (id := f"{letters}{n}") not in taken)


def fitted(evidence: Sequence[Evidence], most: int) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """Clean them and cut them to that many characters together; say what was cut.

    What each is about is kept before any of the lines; then each gets a line in turn.
    """
    evidence, room = [_without_rows(one) for one in evidence], most
    heads = []
    for one in evidence:
        head = _head(one, room)
        room -= _size(head)
        heads.append(head)
    lengths = [[_length(line, LONGEST_LINE) for line in one.lines[:MOST_LINES]] for one in evidence]
    taken = _shares(lengths, room)
    # Cleaned is only what is shown: to look for attempts takes a millisecond a line.
    shown = [
        _clean(replace(head, lines=one.lines[:n]))
        for one, head, n in zip(evidence, heads, taken, strict=True)
    ]
    pairs = zip(evidence, shown, strict=True)
    return tuple(shown), tuple(said for before, after in pairs for said in _cut(before, after))


def as_data(evidence: Evidence) -> dict[str, object]:
    """How an item is written for the model; `sections` reads it back."""
    return {
        "id": evidence.id,
        "source": evidence.source,
        "found": str(evidence.found),
        "summary": evidence.summary,
        "facts": [f"{name}: {value}" for name, value in evidence.facts],
        "lines": list(evidence.lines),
    }


def sections(evidence: Evidence) -> tuple[str, ...]:
    """The texts of an item in which a quote may stand, each on one line."""
    facts = (f"{name}: {value}" for name, value in evidence.facts)
    return evidence.summary, *facts, " ".join(evidence.lines)


def _watched(incident: Incident) -> Evidence:
    """What our own checks saw, as evidence of its own."""
    failing = incident.failing
    names = ", ".join(dict.fromkeys(e.where for e in failing)) or "nothing that checks see"
    summary = f"failing since {incident.began_at:%H:%M:%S} UTC: {names}"
    return Evidence("W1", "watch", Found.SOMETHING, summary, (), tuple(map(_failing, failing)))


def _failing(event: Event) -> str:
    return f"{event.at:%H:%M:%S} {event.where}: {event.code} {event.note}".strip()


def _act(proposal: Proposal) -> Act:
    id = proposal.id.partition(".")[2] or proposal.action
    return Act(
        id=id,
        target=plain(proposal.target, 100),
        effect=plain(proposal.effect, 300),
        risk=str(proposal.risk),
        way=way_of(proposal),
    )


def _numbered(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Give each an id of its own: two services may both have an L1."""
    kept: list[Evidence] = []
    for one in evidence:
        found = NUMBERED.fullmatch(one.id)
        letters = found[1] if found else "X"
        free = found is not None and all(e.id != one.id for e in kept)
        kept.append(one if free else replace(one, id=next_id([*evidence, *kept], letters)))
    return kept


def _clean(evidence: Evidence) -> Evidence:
    return replace(
        evidence,
        source=plain(evidence.source, 40),
        summary=shown(evidence.summary, LONGEST_SUMMARY),
        facts=tuple((plain(n, 60), shown(v, LONGEST_FACT)) for n, v in evidence.facts),
        lines=tuple(shown(line, LONGEST_LINE) for line in evidence.lines),
    )


def _without_rows(evidence: Evidence) -> Evidence:
    told = tuple(fact for fact in evidence.facts if not fact[0].endswith(ROWS))
    return replace(evidence, facts=told)


def _head(evidence: Evidence, room: int) -> Evidence:
    """It without lines, and with as many facts as there is room for."""
    room -= _length(evidence.summary, LONGEST_SUMMARY)
    facts = []
    for name, value in evidence.facts[:MOST_FACTS]:
        room -= _length(name, 60) + _length(value, LONGEST_FACT)
        if room < 0:
            break
        facts.append((name, value))
    return replace(evidence, facts=tuple(facts), lines=())


def _size(head: Evidence) -> int:
    facts = (_length(name, 60) + _length(value, LONGEST_FACT) for name, value in head.facts)
    return _length(head.summary, LONGEST_SUMMARY) + sum(facts)


def _length(text: str, most: int) -> int:
    return min(len(text), most)


def _shares(lengths: Sequence[Sequence[int]], room: int) -> list[int]:
    """How many lines of each there is room for, when each gets one in turn."""
    taken = [0] * len(lengths)
    for n in range(max(map(len, lengths), default=0)):
        for place, own in enumerate(lengths):
            if n != taken[place] or n >= len(own):
                continue
            if own[n] > room:
                return taken
            room -= own[n]
            taken[place] += 1
    return taken


def _cut(before: Evidence, after: Evidence) -> Iterable[str]:
    if len(after.lines) < len(before.lines):
        yield f"{after.id}: {len(after.lines)} of {len(before.lines)} lines were shown to the model"
    if len(after.facts) < len(before.facts):
        yield f"{after.id}: {len(after.facts)} of {len(before.facts)} facts were shown to the model"
    texts = [after.summary, *after.lines, *(value for _, value in after.facts)]
    if masked := texts.count(LEFT_OUT):
        were = "text was" if masked == 1 else "texts were"
        yield f"{after.id}: {masked} {were} kept from the model: they try to instruct their reader"
