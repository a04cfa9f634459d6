"""Life OS at work: what it does for people, how it starts, and how versions follow each other."""

import signal
import time

import httpx
import pytest
from lifeos_kit import SORRY, fetch
from stub_bot_api import USER

TROUBLES = (
    (529, "overloaded_error", "OverloadedError"),
    (429, "rate_limit_error", "RateLimitError"),
    (401, "authentication_error", "AuthenticationError"),
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_keeps_goals_and_notes_until_it_is_told_to_end(start, telegram, dsn):
    bot = start()
    await bot.until_running()

    for text in ("/start", "/goals", "/addgoal Run a marathon", "/addgoal Sleep", "/goals"):
        telegram.say(text)
    for text in ("/note buy running shoes", "call the dentist", "/remember run", "/note", "/notes"):
        telegram.say(text)
    for text in ("/unknown", "/addgoal Sleep", "/goals"):
        telegram.say(text)
    await bot.until(lambda: len(telegram.sent) == 12)
    assert telegram.sent[0].startswith("Hi Ada!")
    assert telegram.sent[1].startswith("No goals yet")
    assert telegram.sent[4] == "1. Run a marathon\n2. Sleep"
    assert telegram.sent[5:7] == ["Noted.", "Noted."]
    assert telegram.sent[7].splitlines()[0] == "• buy running shoes"
    assert telegram.sent[9] == "• call the dentist\n• buy running shoes"
    assert telegram.sent[11] == telegram.sent[4]
    goals = await fetch(dsn, "SELECT user_id, text FROM goals ORDER BY id")
    assert [tuple(row) for row in goals] == [(USER, "Run a marathon"), (USER, "Sleep")]

    first = await fetch(dsn, "SELECT name, at FROM heartbeat")
    assert [row["name"] for row in first] == ["poller"]

    async def beaten_again():
        return await fetch(dsn, "SELECT name, at FROM heartbeat") > first

    await bot.until(beaten_again)

    bot.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert await bot.until_ended() == 0
    assert time.monotonic() - began < 5
    assert bot.text.count("Bot is running!") == 1
    assert " INFO lifeos.bot: handled /goals for user 7 in " in bot.text
    assert "Traceback" not in bot.text
    assert "token" not in bot.text


async def test_the_port_is_open_before_the_rest_is_loaded(start):
    bot = start(LIFE_OS_MODEL_SECONDS="60")

    async def answers():
        try:
            return await bot.health() == (503, {"status": "starting"})
        except httpx.ConnectError:
            return False

    await bot.until(answers)
    await bot.until(lambda: "loading model" in bot.text)
    assert await bot.health() == (503, {"status": "starting"})
    assert "Bot is running!" not in bot.text


async def test_a_reminder_comes_when_it_is_due_and_again_in_a_week(start, telegram, dsn):
    bot = start()
    await bot.until_running()
    telegram.say("/remind water the plants")
    await bot.until(lambda: telegram.sent)
    assert telegram.sent == ["Every week from now on: water the plants"]
    await fetch(dsn, "UPDATE reminders SET next_at = next_at - interval '7 days'")
    await bot.until(lambda: len(telegram.sent) == 2)
    assert telegram.sent[1] == "⏰ water the plants"
    (left,) = await fetch(dsn, "SELECT next_at - now() > interval '6 days' AS week FROM reminders")
    assert left["week"]


async def test_claude_answers_a_question_and_thinks_by_itself(start, telegram, claude):
    claude.answer = "Because of Rayleigh scattering."
    bot = start(ANTHROPIC_BASE_URL=claude.url, ANTHROPIC_MODEL="claude-test")
    await bot.until_running()
    telegram.say("/ask why is the sky blue?")
    await bot.until(lambda: telegram.sent)
    assert telegram.sent == ["Because of Rayleigh scattering."]
    ((key, request),) = claude.requests
    assert key == "Bearer practice-key"
    assert request["model"] == "claude-test"
    assert request["messages"] == [{"role": "user", "content": "why is the sky blue?"}]


async def test_trouble_with_claude_is_in_the_log_and_one_sorry_line(start, telegram, claude):
    claude.answer = "Keep going!"
    bot = start(ANTHROPIC_BASE_URL=claude.url, LIFE_OS_THOUGHT_SECONDS="0.2")
    await bot.until(lambda: telegram.sent.count("Keep going!") >= 2)
    assert claude.requests[0][1]["messages"][0]["content"].endswith("this goal: a good day")

    for status, kind, name in TROUBLES:
        claude.answer = (status, kind)
        telegram.sent.clear()
        telegram.say("/ask anybody?")
        await bot.until(lambda: SORRY in telegram.sent)
        error = f"anthropic.{name}: Error code: {status} - {{'type': 'error', 'error': {{"
        await bot.until(lambda error=error: bot.text.count(error) >= 2)
        assert telegram.sent.count(SORRY) == 1
        assert kind in bot.text
    assert "ERROR lifeos.bot: /ask failed for user 7\nTraceback" in bot.text
    assert "ERROR lifeos.jobs: job thought failed\nTraceback" in bot.text
    assert "lifeos/claude.py" in bot.text
    assert "practice-key" not in bot.text
    assert await bot.is_healthy()
    claude.answer = "Back again."
    telegram.say("/ask and now?")
    await bot.until(lambda: "Back again." in telegram.sent)


async def test_it_waits_for_a_telegram_that_is_away_at_the_start(start, telegram):
    telegram.away = True
    bot = start()
    await bot.until(lambda: "Bot is running!\n" in bot.text)
    await bot.until(lambda: telegram.refused)
    status, body = await bot.health()
    assert (status, body["reason"]) == (503, "the poller has not started")
    telegram.away = False
    await bot.until(bot.is_healthy)
    telegram.say("/start")
    await bot.until(lambda: telegram.sent)


async def test_versions_follow_each_other_on_one_database_both_ways(start, telegram, dsn):
    """The oldest, the newest, and the oldest again, as after a roll-back."""
    applied = []
    for version in ("oldest", "main", "oldest"):
        bot = start(version)
        await bot.until(bot.has_begun)
        telegram.say(f"/addgoal {version} {len(applied)}")
        telegram.say("/goals")
        await bot.until(lambda: len(telegram.sent) == 2)
        assert telegram.sent.pop().splitlines()[-1].endswith(f"{version} {len(applied)}")
        telegram.sent.clear()
        applied.append([row["name"] for row in await fetch(dsn, "SELECT name FROM migrations")])
        bot.process.send_signal(signal.SIGTERM)
        assert await bot.until_ended() == 0
    assert applied[0] == ["0001_goals"]
    assert applied[1] == ["0001_goals", "0002_notes", "0003_heartbeat", "0004_reminders"]
    assert applied[2] == applied[1]
