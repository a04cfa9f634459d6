"""Flood limits, their words and their clock."""

from __future__ import annotations

import pytest
from telegram_kit import GROUP, OWNER

from bot.sandbox.pace import Pace
from bot.sandbox.telegram.errors import Refusal
from bot.sandbox.telegram.limits import Flood


async def flood(bot, chat_id, most=60) -> tuple[int, dict]:
    """Send until refused; return how many went through and the refusal."""
    for sent in range(most):
        answer = await bot.raw("sendMessage", chat_id=chat_id, text=f"{sent}")
        if answer.status_code != 200:
            assert answer.headers["retry-after"] == str(answer.json()["parameters"]["retry_after"])
            return sent, answer.json()
    raise AssertionError("never refused")


async def test_a_private_chat_takes_a_burst_and_then_one_a_second(bot, clock):
    sent, refused = await flood(bot, OWNER)
    assert sent == 20
    assert refused == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    clock.on(1)
    assert (await flood(bot, OWNER))[0] == 1
    clock.on(3600)
    assert (await flood(bot, OWNER))[0] == 20


async def test_a_group_takes_twenty_a_minute(bot, clock):
    sent, refused = await flood(bot, GROUP)
    assert (sent, refused["parameters"]["retry_after"]) == (20, 60)
    clock.on(59)
    assert (await flood(bot, GROUP))[0] == 0
    clock.on(1)
    assert (await flood(bot, GROUP))[0] == 20


async def test_edits_count_and_refused_calls_do_not(bot):
    sent = await bot.send()
    for number in range(19):
        here = {"chat_id": OWNER, "message_id": sent["message_id"]}
        await bot.call("editMessageText", **here, text=f"edit {number}")
        await bot.refused("editMessageText", **here, text=f"edit {number}")
    assert (await bot.refused("editMessageText", **here, text="x"))[0] == 429


async def test_a_flooded_message_is_not_sent(bot):
    await flood(bot, OWNER)
    assert len(bot.telegram.messages(OWNER)) == 20


def admitted(flood: Flood, bot_id: int, chats) -> int:
    count = 0
    for chat_id in chats:
        try:
            flood.admit(bot_id, chat_id)
        except Refusal:
            continue
        count += 1
    return count


def test_thirty_a_second_over_all_chats_and_bots_apart(clock):
    limits = Flood(Pace(1), clock)
    assert admitted(limits, 1, range(1, 100)) == 30
    assert admitted(limits, 2, range(1, 100)) == 30
    clock.on(0.5)
    assert admitted(limits, 1, range(1, 100)) == 15


@pytest.mark.parametrize(("chat_id", "speed", "after"), [(5, 20, 0.05), (-5, 20, 3)])
def test_limits_keep_the_worlds_pace(clock, chat_id, speed, after):
    limits = Flood(Pace(speed), clock)
    assert admitted(limits, 1, [chat_id] * 40) == 20
    clock.on(after - 0.01)
    assert admitted(limits, 1, [chat_id]) == 0
    clock.on(0.01)
    assert admitted(limits, 1, [chat_id]) == 1
