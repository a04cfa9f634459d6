"""H1: what was like this before, in one line for a phone and in facts for code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.sources.similar import SimilarIncidents
from bot.domain.evidence import Found
from bot.domain.past.memory import memory_of
from bot.domain.past.similar import CANDIDATES, Recalled
from bot.ports import Unavailable
from tests.recurrences import (
    ANN,
    CRASH,
    DAY,
    MINUTE,
    NOW,
    act,
    healed,
    of,
    opened,
    over,
    persisted,
    recovered,
    triaged,
)

TROUBLE = of(CRASH, top=("EOFError: Ran out of input", "memory.load"), state="crashed")


class FakeMemories:
    def __init__(self, *incidents, by_text=True, known=None):
        memories = tuple(memory_of(incident) for incident in incidents)
        self.recalled = Recalled(memories, by_text, len(memories) if known is None else known)
        self.asked, self.broken = [], ""

    async def recall(self, fingerprint, words, service, limit):
        if self.broken:
            raise Unavailable(self.broken)
        self.asked.append((fingerprint, words, service, limit))
        return self.recalled


async def gathered(memories, incident=None):
    source = SimilarIncidents("life-os", memories, lambda: NOW)
    return await source.gather(incident or opened(TROUBLE, 99))


def by_rollback(id, at):
    incident = persisted(act(opened(TROUBLE, id, at), "restart", at), at + 8 * MINUTE)
    incident = triaged(incident, TROUBLE, at + 9 * MINUTE)
    return recovered(act(incident, "rollback", at + 9 * MINUTE), at + 20 * MINUTE)


async def test_what_helped_then_in_one_line():
    past = FakeMemories(over(TROUBLE, 12, NOW - 9 * DAY), by_rollback(7, NOW - 31 * DAY))
    found = await gathered(past)
    assert (found.id, found.source, found.found) == ("H1", "similar", Found.SOMETHING)
    assert found.summary == (
        "2 like this: #12 (9 days ago, same error): restart helped in 6 min;"
        " #7 (31 days ago, same error): rollback helped in 7 min, restart did not"
    )
    assert found.lines == ()


async def test_facts_for_code():
    cause = over(TROUBLE, 12, NOW - 9 * DAY, cause="a half written file")
    facts = dict((await gathered(FakeMemories(cause, by_rollback(7, NOW - 31 * DAY)))).facts)
    assert facts == {
        "remembered": "2",
        "searched": "fingerprint and words",
        "ids": "12,7",
        "how_12": "same error",
        "ended_12": "2026-11-11T03:25:00+00:00",
        "helped_12": "restart",
        "took_s_12": "360",
        "cause_12": "a half written file",
        "sure_12": "likely",
        "how_7": "same error",
        "ended_7": "2026-10-20T03:35:00+00:00",
        "helped_7": "rollback",
        "failed_7": "restart",
        "took_s_7": "420",
    }


async def test_the_store_is_asked_for_what_is_known_so_far():
    memories = FakeMemories()
    await gathered(memories)
    [(fingerprint, words, service, limit)] = memories.asked
    assert (fingerprint, service, limit) == (
        "service:crash||EOFError@memory.load",
        "life-os",
        CANDIDATES,
    )
    assert "eoferror" in words.split()


async def test_none_is_a_fact():
    other = over(of(("certificate", "expired", "it expired 2 h ago")), 3)
    found = await gathered(FakeMemories(other, known=41))
    assert (found.found, found.summary) == (
        Found.NOTHING,
        "no similar incident among the 41 remembered",
    )
    assert found.fact("ids") is None


async def test_an_empty_memory_says_so():
    found = await gathered(FakeMemories())
    assert found.found is Found.NOTHING
    assert found.summary == "nothing to compare with: no past incident is remembered yet"


async def test_a_search_by_fingerprint_alone_is_said():
    nothing = await gathered(FakeMemories(by_text=False, known=5))
    assert nothing.summary == (
        "no similar incident among the 5 remembered (only exact matches could be searched for)"
    )
    one = await gathered(FakeMemories(over(TROUBLE, 12), by_text=False))
    assert one.summary.startswith("1 like this (only exact matches could be searched for): #12")
    assert one.fact("searched") == "fingerprint"


async def test_a_person_is_named_as_such_and_the_words_stay_out_of_the_facts():
    at = NOW - 3 * DAY
    said = healed(opened(TROUBLE, 5, at), at + MINUTE, by_id=ANN)
    found = await gathered(FakeMemories(recovered(said, at + 2 * MINUTE)))
    assert found.summary.endswith("#5 (3 days ago, same error): a person put it right in 2 min")
    assert found.fact("helped_5") == "a person"


async def test_by_itself_and_in_another_service():
    there = replace(TROUBLE, service="digest")
    found = await gathered(FakeMemories(over(there, 5, NOW - DAY, helped="")))
    assert found.summary == (
        "1 like this: #5 (24 h ago, same error, digest): went by itself in 10 min"
    )


async def test_a_store_that_cannot_be_read():
    memories = FakeMemories()
    memories.broken = "the database is busy"
    with pytest.raises(Unavailable, match="busy"):
        await gathered(memories)
