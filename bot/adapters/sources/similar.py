"""What was like this before, and what helped then: from memory, never proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.length import about
from bot.domain.past.fingerprint import fingerprint
from bot.domain.past.memory import Memory, words
from bot.domain.past.similar import CANDIDATES, Recalled, Similar, similar

LONGEST = 60  # characters of what a person wrote


class Memories(Protocol):
    """The part of the store that is asked."""

    async def recall(self, fingerprint: str, words: str, service: str, limit: int) -> Recalled: ...


@dataclass(frozen=True)
class SimilarIncidents:
    """Evidence H1. Raises Unavailable when the store cannot be read."""

    service: str
    memories: Memories
    now: Callable[[], datetime]
    name: str = "similar"

    async def gather(self, incident: Incident) -> Evidence:
        recalled = await ask(self.memories, incident)
        found = similar(incident, recalled, self.now())
        kind = Found.SOMETHING if found else Found.NOTHING
        return Evidence("H1", self.name, kind, _summary(found, recalled), _facts(found, recalled))


async def ask(memories: Memories, incident: Incident) -> Recalled:
    """Whatever may be like it; `similar` says what is."""
    print_ = str(fingerprint(incident))
    said = " ".join(words(incident))
    return await memories.recall(print_, said, incident.service, CANDIDATES)


def _summary(found: Sequence[Similar], recalled: Recalled) -> str:
    """Say it like "2 like this: #12 (9 days ago, same trouble): restart helped in 6 min; #7 …"."""
    partly = "" if recalled.by_text else " (only exact matches could be searched for)"
    if not recalled.known:
        return "nothing to compare with: no past incident is remembered yet"
    if not found:
        return f"no similar incident among the {recalled.known} remembered{partly}"
    return f"{len(found)} like this{partly}: {'; '.join(_said(one) for one in found)}"


def _said(one: Similar) -> str:
    memory = one.memory
    where = "" if one.at_home else f", {memory.service[:20]}"
    head = f"#{memory.id} ({about(one.ago)} ago, {one.how}{where})"
    others = [act for act in dict.fromkeys(memory.failed) if act != memory.helped]
    vain = f", {' and '.join(others)} did not" if others else ""
    return f"{head}: {_helped(memory)}{vain}"


def _helped(memory: Memory) -> str:
    took = f" in {about(memory.took)}" if memory.took is not None else ""
    if not memory.helped:
        return "not known what helped"
    if memory.by_person:
        by = f"a person put it right{took}" if memory.proven else "closed by a person, not proved"
        return f"{by}: {memory.told[:LONGEST]}" if memory.told else by
    if memory.by_itself:
        return f"went by itself{took}"
    return f"{memory.helped} helped{took}{_on_try(memory)}"


def _on_try(memory: Memory) -> str:
    return f" on try {memory.tries}" if memory.tries > 1 else ""


def _facts(found: Sequence[Similar], recalled: Recalled) -> tuple[tuple[str, str], ...]:
    searched = "fingerprint and words" if recalled.by_text else "fingerprint"
    facts = {"remembered": str(recalled.known), "searched": searched}
    if found:
        facts["ids"] = ",".join(str(one.memory.id) for one in found)
    return (*facts.items(), *(fact for one in found for fact in _facts_of(one)))


def _facts_of(one: Similar) -> Iterator[tuple[str, str]]:
    """`how_12`, `ended_12`, `helped_12`, `failed_12`, `took_s_12`, `cause_12` and `sure_12`."""
    memory = one.memory
    took = "" if memory.took is None else f"{memory.took.total_seconds():.0f}"
    facts = {
        "how": str(one.how),
        "ended": memory.ended.isoformat(),
        "helped": memory.kind_of_help,
        "failed": ",".join(memory.failed),
        "took_s": took,
        "cause": memory.cause,
        "sure": memory.sure,
    }
    return ((f"{name}_{memory.id}", value) for name, value in facts.items() if value)
