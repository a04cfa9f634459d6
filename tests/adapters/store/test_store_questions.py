"""Questions of people on both engines: kept once, answered once, swept out when nothing repeats."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_examples import MINUTE, NOON, post

from bot.domain.question import Question
from bot.ports import Stale, Update, message_of

FIRST = Question(900, 1, "is “the database” up? \x00 🚨", "Ada", NOON, 51)
SECOND = replace(FIRST, id=3, at=NOON + MINUTE, message=52)


def looking(question):
    return replace(post(question.key, html="looking"), reply_to=message_of(question.message))


def answer(question):
    return replace(looking(question), message=post("", html="it is up").message)


async def test_those_that_wait_oldest_first(store):
    for question in (SECOND, FIRST):
        await store.put_question(question, looking(question))
    waiting = await store.questions()
    assert [q.id for q in waiting] == [900, 3]
    assert waiting[0] == FIRST


async def test_it_is_posted_below_what_they_wrote(store):
    await store.put_question(FIRST, looking(FIRST))
    found = await store.posted(FIRST.key)
    assert (found.post.message.html, found.reply_to_id) == ("looking", 51)


async def test_the_same_update_asks_once_also_when_it_is_answered(store, all_at_once):
    await all_at_once(*(store.put_question(FIRST, looking(FIRST)) for _ in range(6)))
    assert len(await store.questions()) == 1
    await store.answer_question(FIRST, answer(FIRST))
    await store.put_question(FIRST, looking(FIRST))
    assert await store.questions() == []
    assert (await store.posted(FIRST.key)).post.message.html == "it is up"


async def test_of_many_who_begin_it_one_may(store, all_at_once):
    await store.put_question(SECOND, looking(SECOND))
    done = await all_at_once(*(store.begin_question(SECOND) for _ in range(6)))
    assert sum(isinstance(d, Stale) for d in done) == 5
    assert await store.questions() == [replace(SECOND, begun=True)]


async def test_one_that_is_answered_is_not_begun_again(store):
    await store.put_question(SECOND, looking(SECOND))
    await store.answer_question(SECOND, answer(SECOND))
    with pytest.raises(Stale):
        await store.begin_question(SECOND)
    assert await store.questions() == []


async def test_what_is_left_of_it_goes_with_its_update(store, clock):
    await store.take_in([Update(900, "{}")], NOON)
    await store.put_question(FIRST, looking(FIRST))
    await store.put_question(SECOND, looking(SECOND))
    await store.answer_question(FIRST, answer(FIRST))
    await store.prune(NOON)
    assert await store.memo("question:900") == ""
    await store.handled(900, "a question")
    clock.time = NOON + MINUTE
    await store.prune(NOON + 2 * MINUTE)
    assert await store.memo("question:900") is None
    assert [q.id for q in await store.questions()] == [3]


async def test_the_post_that_stands_under_a_number(store):
    shown = replace(post("card:1:0"), chat=-100)
    await store.post(shown, replace(post("card:2:0"), chat=-200))
    for key in ("card:1:0", "card:2:0"):
        await store.sent(await store.sending(await store.posted(key)), 7, NOON)
    assert (await store.posted_as(-100, 7)).post.key == "card:1:0"
    assert await store.posted_as(-100, 8) is None
    assert await store.posted_as(-300, 7) is None


async def test_in_a_chat_that_moved_no_answer_hangs_below_a_strangers_line(store):
    asked = replace(looking(FIRST), chat=-100)
    await store.put_question(FIRST, asked)
    await store.moved(-100, -200)
    found = await store.posted(FIRST.key)
    assert (found.post.chat, found.reply_to_id) == (-200, None)
