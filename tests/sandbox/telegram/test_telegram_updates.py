"""The queue of updates: who gets what, offsets, expiry, long polls and their conflicts, taps."""

from __future__ import annotations

import asyncio

import pytest
from telegram_kit import GROUP, OWNER, USER, until

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
OTHER_POLL = (
    "Conflict: terminated by other getUpdates request;"
    " make sure that only one bot instance is running"
)


async def texts(bot, **params):
    bot.telegram.clock.on(10)  # asking again at once is slowed down
    updates = await bot.call("getUpdates", **params)
    return [u["message"]["text"] for u in updates if "message" in u]


def say(bot, *said):
    for text in said:
        bot.telegram.say(OWNER, OWNER, text)


async def test_offsets_confirm_what_is_below_them(bot):
    say(bot, "a", "b", "c")
    updates = await bot.call("getUpdates")
    ids = [u["update_id"] for u in updates]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    assert ids[0] > 1_000_000
    assert await texts(bot) == ["a", "b", "c"]
    assert await texts(bot, offset=0) == ["a", "b", "c"]
    assert await texts(bot, limit=2) == ["a", "b"]
    assert await texts(bot, offset=ids[1]) == ["b", "c"]
    assert await texts(bot) == ["b", "c"]
    assert await texts(bot, offset=ids[0]) == ["b", "c"]
    assert await texts(bot, offset=ids[2] + 1) == []
    assert await texts(bot) == []


async def test_a_negative_offset_keeps_only_the_newest(bot):
    say(bot, "a", "b", "c")
    assert await texts(bot, offset=-9) == ["a", "b", "c"]
    assert await texts(bot, offset=-2) == ["b", "c"]
    assert await texts(bot) == ["b", "c"]


async def test_an_offset_far_in_the_future_is_ignored(bot):
    say(bot, "a", "b")
    newest = (await bot.call("getUpdates"))[-1]["update_id"]
    assert await texts(bot, offset=newest + 11) == ["a", "b"]
    assert await texts(bot, offset=newest + 10) == []


async def test_asking_for_the_same_again_at_once_is_slowed_down(bot):
    say(bot, "a", "b")
    assert len(await bot.call("getUpdates")) == 2
    assert len(await bot.call("getUpdates")) == 1


async def test_messages_live_a_day_and_taps_two_and_a_half_minutes(bot, clock):
    sent = await bot.send()
    say(bot, "a")
    tap = bot.telegram.tap(OWNER, OWNER, sent["message_id"], "go")
    clock.on(149)
    assert [list(u)[1] for u in await bot.call("getUpdates")] == ["message", "callback_query"]
    clock.on(2)
    assert (await bot.call("getWebhookInfo"))["pending_update_count"] == 1
    assert await bot.refused("answerCallbackQuery", callback_query_id=tap) == (400, TOO_OLD)
    clock.on(24 * 3600 - 170)
    assert await texts(bot) == ["a"]
    clock.on(10)
    assert await texts(bot) == []


async def test_wanted_kinds_are_remembered(bot):
    sent = await bot.send()
    await bot.call("getUpdates", allowed_updates=["callback_query"])
    await bot.call("getUpdates", timeout=0, offset=1)
    say(bot, "not wanted")
    bot.telegram.tap(OWNER, OWNER, sent["message_id"], "go")
    assert [list(u)[1] for u in await bot.call("getUpdates", offset=2)] == ["callback_query"]
    await bot.call("getUpdates", allowed_updates=[])
    say(bot, "wanted")
    assert len(await bot.call("getUpdates", offset=3)) == 2


@pytest.mark.parametrize(
    ("text", "readers"),
    [
        ("hello all", []),
        ("/status", ["bot", "other"]),
        ("/status@watchdog_bot now", ["bot"]),
        ("hey @life_os_bot!", ["other"]),
        ("a/b @watchdog_bots", []),
    ],
)
async def test_privacy_in_groups(bot, other, text, readers):
    bot.telegram.say(USER, GROUP, text)
    assert await texts(bot) == [text] * ("bot" in readers)
    assert await texts(other) == [text] * ("other" in readers)


async def test_a_reply_reaches_the_bot_it_answers(bot, other):
    sent = await bot.send("card", chat_id=GROUP)
    bot.telegram.say(USER, GROUP, "why?", reply_to=sent["message_id"])
    (update,) = await bot.call("getUpdates")
    assert update["message"]["reply_to_message"]["text"] == "card"
    assert await texts(other) == []


async def test_an_administrator_reads_everything(bot):
    bot.telegram.promote(1001, GROUP)
    bot.telegram.say(USER, GROUP, "hello all")
    assert await texts(bot) == ["hello all"]


async def test_bots_hear_neither_themselves_nor_each_other(bot, other):
    await bot.send("/status@life_os_bot", chat_id=GROUP)
    assert await texts(bot) == []
    assert await texts(other) == []


async def test_a_private_message_goes_to_that_chats_bot(bot, other):
    bot.telegram.say(USER, USER, "hi")
    assert await texts(bot) == []
    assert await texts(other) == ["hi"]


async def test_a_long_poll_ends_with_the_first_update(bot):
    poll = asyncio.create_task(bot.call("getUpdates", timeout=30))
    await until(lambda: waiting(bot))
    say(bot, "now")
    (update,) = await asyncio.wait_for(poll, 20)
    assert update["message"]["text"] == "now"


def waiting(bot) -> bool:
    return bot.telegram._core.updates[1001]._waiting is not None


async def test_a_second_long_poll_ends_the_first(bot):
    first = asyncio.create_task(bot.refused("getUpdates", timeout=30))
    await until(lambda: waiting(bot))
    second = asyncio.create_task(bot.call("getUpdates", timeout=30))
    assert await asyncio.wait_for(first, 20) == (409, OTHER_POLL)
    say(bot, "for the second")
    assert len(await asyncio.wait_for(second, 20)) == 1


async def test_a_short_poll_ends_nobody(bot):
    first = asyncio.create_task(bot.call("getUpdates", timeout=30))
    await until(lambda: waiting(bot))
    assert await bot.call("getUpdates", offset=5, timeout=0) == []
    bot.telegram.close()
    assert await asyncio.wait_for(first, 20) == []


async def test_a_webhook_ends_the_long_poll(bot):
    poll = asyncio.create_task(bot.refused("getUpdates", timeout=30))
    await until(lambda: waiting(bot))
    await bot.call("setWebhook", url="https://bot.example")
    told = (409, "Conflict: terminated by setWebhook request")
    assert await asyncio.wait_for(poll, 20) == told


async def test_a_long_poll_has_its_timeout_in_real_seconds(bot):
    started = asyncio.get_running_loop().time()
    assert await bot.call("getUpdates", timeout=1) == []
    assert 0.9 < asyncio.get_running_loop().time() - started < 10


async def test_a_tap_is_answered_once(bot):
    sent = await bot.send(reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": "d"}]]})
    tap_id = bot.telegram.tap(USER, GROUP, (await bot.send(chat_id=GROUP))["message_id"], "forged")
    (update,) = await bot.call("getUpdates")
    query = update["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (tap_id, "forged", USER)
    assert query["chat_instance"]
    answer = {"callback_query_id": tap_id, "text": "Not for you", "show_alert": True}
    assert await bot.call("answerCallbackQuery", **answer) is True
    assert await bot.refused("answerCallbackQuery", **answer) == (400, TOO_OLD)
    tap = bot.telegram.tapped(tap_id)
    assert (tap.answered, tap.text, tap.show_alert) == (True, "Not for you", True)
    one = bot.telegram.tap(OWNER, OWNER, sent["message_id"], "d")
    two = bot.telegram.tap(OWNER, OWNER, sent["message_id"], "d")
    assert one != two


async def test_answers_are_short_and_the_bots_own(bot, other):
    tap = bot.telegram.tap(OWNER, GROUP, (await bot.send(chat_id=GROUP))["message_id"], "d")
    code, _ = await bot.refused("answerCallbackQuery", callback_query_id=tap, text="x" * 201)
    assert code == 400
    assert await other.refused("answerCallbackQuery", callback_query_id=tap) == (400, TOO_OLD)
    assert await bot.refused("answerCallbackQuery", callback_query_id="1") == (400, TOO_OLD)
    assert await bot.call("answerCallbackQuery", callback_query_id=tap, text="x" * 200)


async def test_a_tap_under_a_deleted_message_has_only_a_stub(bot):
    sent = await bot.send()
    bot.telegram.delete_message(OWNER, sent["message_id"])
    bot.telegram.tap(OWNER, OWNER, sent["message_id"], "d")
    (update,) = await bot.call("getUpdates")
    stub = {"chat": sent["chat"], "message_id": sent["message_id"], "date": 0}
    assert update["callback_query"]["message"] == stub
