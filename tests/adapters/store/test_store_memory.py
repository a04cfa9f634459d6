"""Past incidents in both engines: kept once, found by fingerprint and by words, hostile or not."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from store_examples import MINUTE, NOON

from bot.adapters.store import memory as memory_part
from bot.adapters.store import open_store
from bot.domain.past.fingerprint import fingerprint
from bot.domain.past.memory import Memory, memory_of, words
from bot.domain.past.similar import CANDIDATES, similar
from bot.domain.severity import Severity
from tests.recurrences import (
    DAY,
    FIRST_PAIRS,
    FIRST_STRANGERS,
    LATER_PAIRS,
    LATER_STRANGERS,
    NOW,
    opened,
    over,
)

PAIRS = (*FIRST_PAIRS, *LATER_PAIRS)
STRANGERS = (*FIRST_STRANGERS, *LATER_STRANGERS)
CRASH = "service:crash||EOFError@memory.load"


def one(id=1, said="pickle memory eoferror", **what):
    fields = {"service": "life-os", "began": NOON, "ended": NOON + 9 * MINUTE}
    fields |= {"severity": Severity.P0, "fingerprint": CRASH, "title": "was down <b> 🚨"}
    fields |= {"helped": "restart", "took": 6 * MINUTE, "failed": ("rollback", "restart")}
    fields |= {"cause": "a half written file", "sure": "likely", "words": said}
    return Memory(**({"id": id} | fields | what))


async def found(store, print_="", said="", service="life-os", limit=CANDIDATES):
    recalled = await store.recall(print_, said, service, limit)
    return [memory.id for memory in recalled.memories]


async def test_every_field_comes_back(store):
    full = one()
    bare = one(2, "", helped="", took=None, failed=(), cause="", sure="", proven=False)
    for memory in (full, bare):
        await store.remember(memory)
    recalled = await store.recall(CRASH, "", "life-os", 9)
    assert sorted(recalled.memories, key=lambda m: m.id) == [full, bare]
    assert (recalled.known, recalled.by_text) == (2, True)


async def test_an_incident_is_remembered_once_as_it_was_last(store, sql):
    await store.remember(one(said="pickle"))
    assert await found(store, said="pickle") == [1]
    await store.remember(one(said="certificate expired", helped="rollback"))
    assert sql("SELECT incident, helped FROM memory") == [(1, "rollback")]
    assert await found(store, said="pickle") == []
    assert await found(store, said="certificates expire") == [1]


async def test_equal_fingerprints_come_first_of_the_service_and_new_before_old(store):
    for id, days, service in ((1, 30, "life-os"), (2, 1, "other"), (3, 9, "life-os")):
        await store.remember(one(id, "x", service=service, ended=NOON - days * DAY))
    await store.remember(one(4, "pickle memory", fingerprint="http:status||"))
    assert await found(store, CRASH, "pickle") == [3, 1, 2, 4]
    assert await found(store, CRASH, "pickle", service="other") == [2, 3, 1, 4]
    assert await found(store, CRASH, "pickle", limit=1) == [3, 4]


async def test_no_fingerprint_is_equal_to_none(store):
    await store.remember(one(1, fingerprint=""))
    assert await found(store, "") == []


async def test_words_are_found_in_other_forms_the_best_first(store):
    await store.remember(one(1, "connection refused pool", fingerprint="a||"))
    await store.remember(one(2, "refused connections to the pool exhausted", fingerprint="b||"))
    await store.remember(one(3, "certificate expired", fingerprint="c||"))
    assert (await found(store, said="pools exhausted, connection refusing"))[0] == 2
    assert set(await found(store, said="connecting refused")) == {1, 2}
    assert await found(store, said="expiring") == [3]


async def test_a_word_with_a_stroke_is_one_word(store):
    await store.remember(one(1, "database_unreachable", fingerprint="a||"))
    await store.remember(one(2, "database unrelated unreachable", fingerprint="b||"))
    assert (await found(store, said="database_unreachable"))[:1] == [1]


async def test_nothing_remembered(store):
    recalled = await store.recall(CRASH, "pickle", "life-os", 9)
    assert (recalled.memories, recalled.known, recalled.by_text) == ((), 0, True)


async def test_it_is_found_again_after_a_restart(store, url, clock):
    await store.remember(one())
    await store.close()
    again = await open_store(url, clock)
    assert await found(again, said="pickles") == [1]
    await again.close()


async def test_what_another_process_wrote_is_found_too(store, url, clock):
    assert await found(store, said="pickle") == []
    other = await open_store(url, clock)
    await other.remember(one())
    await other.close()
    assert await found(store, said="pickle") == [1]


async def test_many_at_once(store, all_at_once):
    done = await all_at_once(
        *(store.remember(one(n % 5, f"word{n % 5} shared")) for n in range(20)),
        *(store.recall(CRASH, "shared", "life-os", 9) for _ in range(10)),
    )
    assert not [result for result in done if isinstance(result, Exception)]
    assert set(await found(store, said="shared")) == {0, 1, 2, 3, 4}


HOSTILE = (
    '"',
    "'",
    '""" OR "" NEAR(',
    "a* OR b^2 NOT (c",
    "{words}: -x + y",
    "words:pickle AND *",
    "'; DROP TABLE memory; --",
    "a & b | !c <-> d:*",
    "\\' || '%s' {0} :name ?1 $1",
    "\x00\x00",
    "nul\x00in\x00it",
    "\ud800 half",
    "🚨 👩\u200d👧 ² ½ ⅷ ﬁ ß İ",
    "x" * 100_000,
    "or and not near",
    "\u202e\u0301\u0300 a\u0301",
    "数据库 连接 ошибка",
    "<b>&amp;</b>",
    "",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_is_kept_and_searched_for(store, text):
    await store.remember(one(1, text, fingerprint=text, title=text, helped=text, cause=text))
    await store.remember(one(2))
    recalled = await store.recall(text, text, text, 9)
    assert recalled.known == 2
    assert (await found(store, CRASH, "pickle"))[0] == 2


async def test_any_text_can_be_searched_for(store):
    """Two hundred texts of what full text searches take for their own, from a fixed seed."""
    await store.remember(one())
    pieces = [*HOSTILE[:13], *HOSTILE[14:], *"\"'()*^:-+|&!<>\\%?$\x00\n", "pickle", "OR", "AND"]
    dice = random.Random(5)
    for _ in range(200):
        text = dice.choice(["", " "]).join(dice.choices(pieces, k=dice.randint(1, 9)))
        assert set(await found(store, text, text, text)) <= {1}
    assert await found(store, said="pickle") == [1]


async def test_without_full_text_search_equal_fingerprints_are_still_found(
    sqlite_store, monkeypatch, caplog
):
    monkeypatch.setattr(memory_part, "FTS", "no_such_module")
    for id in (1, 2):
        await sqlite_store.remember(one(id, fingerprint=CRASH if id == 1 else "http:status||"))
    for _ in range(2):
        recalled = await sqlite_store.recall(CRASH, "pickle memory", "life-os", 9)
        assert [memory.id for memory in recalled.memories] == [1]
        assert (recalled.by_text, recalled.known) == (False, 2)
    assert [r.message for r in caplog.records if r.name == memory_part.__name__] == [
        "memory.no_text_search"
    ]


async def test_words_kept_without_such_a_search_are_found_once_there_is_one(
    empty_file, clock, monkeypatch
):
    with monkeypatch.context() as without:
        without.setattr(memory_part, "FTS", "no_such_module")
        poor = await open_store(empty_file, clock)
        await poor.remember(one())
        await poor.close()
    rich = await open_store(empty_file, clock)
    assert await found(rich, said="pickle") == [1]
    await rich.close()


async def test_the_file_holds_nothing_that_another_build_could_not_read(sqlite_store, empty_file):
    await sqlite_store.remember(one())
    await sqlite_store.recall(CRASH, "pickle", "life-os", 9)
    with sqlite3.connect(empty_file.removeprefix("sqlite:///")) as file:
        made = file.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%VIRTUAL%'").fetchall()
    assert made == []


async def test_labelled_pairs(store, url, record_property):
    """The figure as the engine gives it: of all pairs in one memory the first is the right one."""
    for n, (_, then, _) in enumerate(PAIRS):
        await store.remember(memory_of(over(then, n + 1, NOW - (2 + n % 17) * DAY)))
    best = [await first(store, now) for _, _, now in PAIRS]
    right = sum(id == n + 1 for n, id in enumerate(best))
    shown = [one for one in STRANGERS if await first(store, one)]
    record_property("recall_at_1", f"{url.partition(':')[0]} {right}/{len(PAIRS)}")
    assert len(PAIRS) >= 30
    assert right >= 39
    assert shown == []


async def first(store, trouble):
    incident = opened(trouble, 999)
    said = " ".join(words(incident))
    recalled = await store.recall(str(fingerprint(incident)), said, incident.service, CANDIDATES)
    found = similar(incident, recalled, NOW)
    return found[0].memory.id if found else None


async def test_the_newest_of_many_recurrences_is_first(store):
    label, then, now = PAIRS[0]
    for n in range(1, 60):
        await store.remember(memory_of(over(then, n, NOW - timedelta(days=n))))
    incident = opened(replace(now, service="life-os"), 999)
    recalled = await store.recall(str(fingerprint(incident)), label, "life-os", CANDIDATES)
    assert [s.memory.id for s in similar(incident, recalled, NOW)] == [1, 2, 3]
