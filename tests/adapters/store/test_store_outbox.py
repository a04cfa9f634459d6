from __future__ import annotations

from dataclasses import replace

import pytest
from store_examples import FULL_POST, MINUTE, NOON, post

from bot.ports import Delivery, Lane, Posted, Stale

SOON = NOON + MINUTE


async def claimed(store, key: str = "card:1") -> Posted:
    return await store.sending(await store.posted(key))


async def delivered(store, wished, message_id: int = 5) -> Posted:
    await store.post(wished)
    await store.sent(await claimed(store, wished.key), message_id, NOON)
    return await store.posted(wished.key)


async def keys(store, now=NOON) -> list[str]:
    return [p.post.key for p in await store.due(now)]


async def test_a_new_post_waits_with_every_field(store):
    await store.post(FULL_POST)
    found = await store.posted(FULL_POST.key)
    assert found.post == FULL_POST
    assert (found.state, found.wanted, found.shown) == (Delivery.WAITING, 1, 0)
    assert (found.message_id, found.reply_to_id, found.attempts) == (None, None, 0)
    assert not found.repeated
    assert found.not_before <= NOON
    assert found.error == ""
    assert await store.posted("nothing") is None


async def test_the_same_content_is_no_new_wish(store):
    before = await delivered(store, FULL_POST)
    await store.post(FULL_POST, FULL_POST)
    assert await store.posted(FULL_POST.key) == before
    assert await keys(store) == []


async def test_other_content_is_the_next_wish(store):
    await delivered(store, post(html="down"))
    changed = post(html="up", silent=True, lane=Lane.THREAD, reply_to="page:1")
    await store.post(changed)
    found = await store.posted("card:1")
    assert found.post == changed
    assert (found.state, found.wanted, found.shown) == (Delivery.WAITING, 2, 1)
    assert found.message_id == 5


async def test_wishes_are_coalesced(store):
    for n in range(4):
        await store.post(post(html=str(n)))
    assert await keys(store) == ["card:1"]
    assert (await store.posted("card:1")).wanted == 4
    await store.sent(await claimed(store), 5, NOON)
    found = await store.posted("card:1")
    assert (found.state, found.wanted, found.shown) == (Delivery.SENT, 4, 4)
    assert await keys(store) == []


async def test_a_wish_counts_its_own_attempts(store):
    await store.post(post(html="down"))
    await store.later(await claimed(store), NOON, "429")
    assert (await store.posted("card:1")).attempts == 1
    await store.post(post(html="up"))
    assert (await store.posted("card:1")).attempts == 0


async def test_a_wish_while_sending_becomes_due_when_it_is_sent(store):
    await store.post(post(html="down"))
    claim = await claimed(store)
    await store.post(post(html="up"))
    assert (await store.posted("card:1")).state is Delivery.SENDING
    assert await keys(store) == []
    await store.sent(claim, 5, NOON)
    found = await store.posted("card:1")
    assert (found.state, found.wanted, found.shown) == (Delivery.WAITING, 2, 1)
    assert (found.message_id, found.post.message.html) == (5, "up")
    assert await keys(store) == ["card:1"]


async def test_a_claim_counts_the_attempt(store):
    await store.post(post())
    claim = await claimed(store)
    assert (claim.state, claim.attempts) == (Delivery.SENDING, 1)
    assert claim == await store.posted("card:1")
    assert await keys(store) == []


async def test_of_ten_claims_one_wins(store, all_at_once):
    await store.post(post())
    waiting = await store.posted("card:1")
    done = await all_at_once(*(store.sending(waiting) for _ in range(10)))
    assert sum(isinstance(d, Posted) for d in done) == 1
    assert sum(isinstance(d, Stale) for d in done) == 9


async def test_a_claim_on_an_old_wish_is_stale(store):
    await store.post(post(html="down"))
    old = await store.posted("card:1")
    await store.post(post(html="up"))
    with pytest.raises(Stale):
        await store.sending(old)


async def test_a_copy_from_before_it_was_sent_is_stale(store):
    await store.post(post())
    old = await store.posted("card:1")
    await store.sent(await claimed(store), 5, NOON)
    with pytest.raises(Stale):
        await store.sending(old)


async def test_a_copy_from_before_somebody_elses_try_is_stale(store):
    await store.post(post())
    old = await store.posted("card:1")
    await store.later(await claimed(store), SOON, "429")
    with pytest.raises(Stale):
        await store.sending(old)


async def test_sent_settles_it(store):
    await store.post(post())
    await store.later(await claimed(store), NOON, "502")
    await store.sent(await claimed(store), 5, NOON)
    found = await store.posted("card:1")
    assert (found.state, found.message_id, found.attempts) == (Delivery.SENT, 5, 0)
    assert (found.wanted, found.shown, found.error) == (1, 1, "")


async def test_later_waits_until_its_time(store):
    await store.post(post())
    await store.later(await claimed(store), SOON, "429: slow down")
    found = await store.posted("card:1")
    assert (found.state, found.error, found.not_before) == (
        Delivery.WAITING,
        "429: slow down",
        SOON,
    )
    assert await keys(store, NOON) == []
    assert await keys(store, SOON) == ["card:1"]


async def test_an_unconfirmed_copy_is_not_forgotten(store):
    await store.post(post())
    await store.later(await claimed(store), NOON, "read timeout", repeated=True)
    await store.later(await claimed(store), NOON, "429")
    assert (await store.posted("card:1")).repeated
    await store.resend(await store.posted("card:1"))
    assert not (await store.posted("card:1")).repeated


async def test_later_wakes_nothing_that_is_settled(store):
    sent = await delivered(store, post("card:1"))
    await store.post(post("card:2"))
    await store.dead(await claimed(store, "card:2"), "kicked")
    await store.later(sent, NOON, "late answer")
    await store.later(await store.posted("card:2"), NOON, "late answer")
    assert (await store.posted("card:1")).state is Delivery.SENT
    assert (await store.posted("card:2")).state is Delivery.DEAD


async def test_resend_shows_it_anew(store):
    await store.resend(await delivered(store, post()))
    found = await store.posted("card:1")
    assert (found.state, found.message_id, found.shown) == (Delivery.WAITING, None, 0)
    assert await keys(store) == ["card:1"]
    assert await store.undelivered() == 1


async def test_the_dead_stay_dead_and_keep_up_with_the_wish(store):
    await store.post(post(html="down"))
    await store.dead(await claimed(store), "bot was kicked")
    await store.post(post(html="up"))
    found = await store.posted("card:1")
    assert (found.state, found.error) == (Delivery.DEAD, "bot was kicked")
    assert (found.wanted, found.post.message.html) == (2, "up")
    assert await keys(store) == []
    with pytest.raises(Stale):
        await store.sending(found)


async def test_due_goes_by_lane_then_by_age(store, clock):
    lanes = [Lane.DIGEST, Lane.CARD, Lane.PAGE, Lane.THREAD, Lane.ANSWER, Lane.PAGE]
    for n, lane in enumerate(lanes):
        await store.post(post(f"{n}", lane=lane))
        clock.tick()
    assert await keys(store) == ["2", "5", "4", "1", "3", "0"]


async def test_an_edit_never_takes_the_page_lane(store, clock):
    await delivered(store, post("page:1", lane=Lane.PAGE))
    await delivered(store, post("thread:1", lane=Lane.THREAD))
    await store.post(post("page:1", html="up", lane=Lane.PAGE))
    await store.post(post("thread:1", html="up", lane=Lane.THREAD))
    clock.tick()
    await store.post(post("answer:1", lane=Lane.ANSWER), post("page:2", lane=Lane.PAGE))
    await store.post(post("card:2"))
    assert await keys(store) == ["page:2", "answer:1", "page:1", "card:2", "thread:1"]
    assert (await store.posted("page:1")).post.lane is Lane.PAGE


async def test_a_reply_knows_the_message_it_answers(store):
    await store.post(post("card:1"), post("thread:1", reply_to="card:1"))
    assert (await store.posted("thread:1")).reply_to_id is None
    await store.sent(await claimed(store, "card:1"), 5, NOON)
    assert (await store.posted("thread:1")).reply_to_id == 5
    assert [p.reply_to_id for p in await store.due(NOON)] == [5]
    assert (await claimed(store, "thread:1")).reply_to_id == 5


async def test_a_message_of_another_chat_is_not_answered(store):
    await delivered(store, post("card:1"))
    await store.post(post("thread:1", reply_to="card:1", chat=-200))
    assert (await store.posted("thread:1")).reply_to_id is None


async def test_interrupted_are_those_that_were_being_sent(store):
    await store.post(post("card:1"), post("card:2"), post("page:1", lane=Lane.PAGE))
    assert await store.interrupted() == []
    claims = [await claimed(store, key) for key in ("card:1", "page:1")]
    assert await store.interrupted() == claims[::-1]
    await store.later(claims[0], NOON, "restart", repeated=True)
    assert await store.interrupted() == claims[1:]


async def test_undelivered_counts_what_must_arrive_and_has_not(store):
    await store.post(*(post(f"{lane}", lane=lane) for lane in Lane))
    assert await store.undelivered() == 4
    for key in ("-1", "0", "1"):
        await store.sent(await claimed(store, key), 5, NOON)
    assert await store.undelivered() == 1
    await store.post(post("0", html="edited", lane=Lane.PAGE))
    assert await store.undelivered() == 1
    await store.dead(await store.posted("0"), "kicked")
    assert await store.undelivered() == 2


async def test_a_moved_chat_takes_everything_along(store):
    await delivered(store, post("card:1", chat=-1))
    await store.post(post("page:1", chat=-1), post("card:9", chat=-9))
    await store.moved(-1, -2)
    await store.post(post("card:2", chat=-1))
    chats = [(await store.posted(k)).post.chat for k in ("card:1", "page:1", "card:2", "card:9")]
    assert chats == [-2, -2, -2, -9]
    assert await store.chat_now(-1) == -2
    assert await store.chat_now(-9) == -9


async def test_message_ids_do_not_move_but_nothing_is_sent_twice(store):
    await delivered(store, post("card:1", chat=-1))
    await store.moved(-1, -2)
    found = await store.posted("card:1")
    assert (found.message_id, found.state) == (None, Delivery.SENT)
    assert await keys(store) == []
    assert await store.undelivered() == 0
    await store.post(post("card:1", html="up", chat=-1))
    assert await keys(store) == ["card:1"]


async def test_a_chat_may_move_again_and_back(store):
    await store.moved(-1, -2)
    await store.moved(-2, -3)
    assert [await store.chat_now(chat) for chat in (-1, -2, -3)] == [-3, -3, -3]
    await store.moved(-3, -1)
    assert [await store.chat_now(chat) for chat in (-1, -2, -3)] == [-1, -1, -1]
    await store.moved(-1, -1)
    assert await store.chat_now(-1) == -1


async def test_a_post_stays_in_the_chat_it_was_made_for(store):
    await delivered(store, post())
    await store.post(replace(post(html="up"), chat=-777))
    assert (await store.posted("card:1")).post.chat == -100
