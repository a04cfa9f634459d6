"""How Life OS fails: by its surroundings, by the world's handles, and by two bad commits."""

import time

import psutil
import pytest
from lifeos_kit import SORRY, fetch

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEBIBYTE = 1024 * 1024


async def test_a_missing_variable_ends_the_start(start):
    required = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_USER_ID", "ANTHROPIC_API_KEY", "DATABASE_URL")
    for name, bot in [(name, start(**{name: None})) for name in required]:
        assert await bot.until_ended() == 1
        assert bot.text.endswith(f"KeyError: '{name}'\n")
        assert "lifeos/config.py" in bot.text


async def test_a_wrong_password_ends_the_start(start, dsn):
    user, _, place = dsn.partition("@")
    bot = start(DATABASE_URL=f"{user.rpartition(':')[0]}:wrong@{place}")
    assert await bot.until_ended() == 1
    assert "Bot is running!" not in bot.text
    assert "psycopg2.OperationalError: connection to server at" in bot.text
    assert "password authentication failed for user" in bot.text


async def test_a_corrupt_cache_ends_it_and_every_restart_in_the_same_folder(start, tmp_path):
    bot = start()
    await bot.until_running()
    (tmp_path / "embeddings.pkl").write_bytes(b"\x00not a pickle")
    assert await bot.until_ended() == 1
    assert "Traceback (most recent call last):" in bot.text
    assert "lifeos/memory.py" in bot.text
    assert "_pickle.UnpicklingError: invalid load key, '\\x00'." in bot.text

    again = start()
    assert await again.until_ended() == 1
    assert "Bot is running!" not in again.text
    assert "lifeos/memory.py" in again.text
    assert "_pickle.UnpicklingError" in again.text

    (tmp_path / "embeddings.pkl").write_bytes(b"")
    empty = start()
    assert await empty.until_ended() == 1
    assert "EOFError: Ran out of input" in empty.text

    elsewhere = tmp_path / "another-instance"
    elsewhere.mkdir()
    fresh = start(temporary=elsewhere)
    await fresh.until_running()
    assert (elsewhere / "embeddings.pkl").exists()


async def test_a_database_that_stops_is_in_the_log_and_on_healthz(start, telegram, postgres):
    bot = start()
    await bot.until_running()
    await postgres.stop()
    telegram.say("/goals")
    await bot.until(lambda: telegram.sent)
    assert telegram.sent == [SORRY]
    assert "ERROR lifeos.bot: /goals failed for user 7\nTraceback" in bot.text
    await bot.until(lambda: bot.text.count("ERROR lifeos.jobs: job heartbeat failed") > 1)
    await bot.until(lambda: "psycopg2.OperationalError: connection to server at" in bot.text)
    assert "InterfaceError" not in bot.text
    status, body = await bot.health()
    assert (status, body["status"]) == (503, "unavailable")
    assert body["reason"].startswith("database: OperationalError: connection to server at")

    late = start()
    assert await late.until_ended() == 1
    assert "Is the server running on that host and accepting TCP/IP connections?" in late.text

    await postgres.start()
    await bot.until(bot.is_healthy)
    telegram.say("/goals")
    await bot.until(lambda: len(telegram.sent) == 2)
    assert telegram.sent[1].startswith("No goals yet")


async def test_a_frozen_database_makes_it_deaf_and_unhealthy(start, telegram, postgres):
    bot = start()
    await bot.until_running()
    await postgres.freeze()
    began = time.monotonic()
    status, _ = await bot.health()
    assert status == 503
    assert time.monotonic() - began < 4
    telegram.say("/goals")
    await bot.until(lambda: telegram.given)
    assert telegram.sent == []
    await postgres.thaw()
    await bot.until(bot.is_healthy)
    await bot.until(lambda: telegram.sent)


async def test_a_leak_really_grows_and_stops_with_its_file(start, tmp_path):
    bot = start()
    await bot.until_running()
    memory = psutil.Process(bot.process.pid).memory_info
    before = memory().rss
    (tmp_path / "leak").write_text("200")
    await bot.until(lambda: memory().rss > before + 100 * MEBIBYTE)
    (tmp_path / "leak").unlink()
    assert await bot.is_healthy()


async def test_a_blocked_loop_makes_it_deaf_but_the_port_answers(start, telegram, tmp_path):
    bot = start()
    await bot.until_running()
    (tmp_path / "block").touch()

    async def is_stale():
        status, body = await bot.health()
        return status == 503 and "the poller's heartbeat is" in body["reason"]

    await bot.until(is_stale)
    asked = telegram.asked
    telegram.say("/start")
    telegram.say("/start")
    assert await is_stale()
    assert telegram.sent == []
    assert telegram.asked <= asked + 1  # what was on its way
    (tmp_path / "block").unlink()
    await bot.until(lambda: len(telegram.sent) == 2)
    await bot.until(bot.is_healthy)


async def test_a_hung_poller_hears_nothing_while_all_looks_well(start, telegram, dsn, tmp_path):
    bot = start()
    await bot.until_running()
    (tmp_path / "hang").touch()
    beats = "SELECT at FROM heartbeat"

    async def beats_on():
        return await fetch(dsn, beats) > beaten

    asked = telegram.asked
    for _ in range(2):
        telegram.say("/start")
        beaten = await fetch(dsn, beats)
        await bot.until(beats_on)
    assert await bot.health() == (200, {"status": "ok"})
    assert telegram.asked <= asked + 1  # what was on its way
    assert len(telegram.sent) <= 1
    (tmp_path / "hang").unlink()
    await bot.until(lambda: len(telegram.sent) == 2)


async def test_a_new_process_mends_a_hang_but_not_a_leak(start, telegram, tmp_path):
    (tmp_path / "hang").touch()
    (tmp_path / "block").touch()
    (tmp_path / "leak").write_text("50")
    bot = start()
    await bot.until_running()
    assert not (tmp_path / "hang").exists()
    assert not (tmp_path / "block").exists()
    memory = psutil.Process(bot.process.pid).memory_info
    before = memory().rss
    await bot.until(lambda: memory().rss > before + 20 * MEBIBYTE)


async def test_a_missing_journal_ends_it_after_the_port_is_open(start):
    bot = start(LIFE_OS_JOURNAL=None)
    assert await bot.until_ended() == 1
    assert bot.text.endswith("KeyError: 'LIFE_OS_JOURNAL'\n")
    assert "lifeos/journal.py" in bot.text


async def test_a_full_disk_is_in_the_log_of_each_message(start, telegram):
    bot = start(LIFE_OS_JOURNAL="/dev/full")
    await bot.until_running()
    telegram.say("/goals")
    telegram.say("/notes")
    await bot.until(lambda: len(telegram.sent) == 2)
    assert telegram.sent == [SORRY, SORRY]
    assert bot.text.count(" failed for user 7\nTraceback") == 2
    assert bot.text.count("OSError: [Errno 28] No space left on device") == 2


async def test_the_weekly_summary_imports_what_is_not_there(start):
    bot = start("weekly-summary")
    assert await bot.until_ended() == 1
    frames = [line.split('"')[1] for line in bot.text.splitlines() if line.startswith("  File")]
    assert frames[-1].endswith("lifeos/features/weekly.py")
    error = "ImportError: cannot import name 'added_since' from 'lifeos.features.goals' ("
    assert bot.text.splitlines()[-1].startswith(error)
    assert "Bot is running!" not in bot.text


async def test_the_streaks_need_a_column_that_no_migration_adds(start, telegram, dsn):
    bot = start("streaks")
    await bot.until_running()
    await bot.until(lambda: bot.text.count("ERROR lifeos.jobs: job nudge failed\nTraceback") > 1)
    telegram.say("/addgoal walk")
    telegram.say("/goals")
    await bot.until(lambda: len(telegram.sent) == 2)
    assert telegram.sent == ["Goal added: walk", SORRY]
    assert "ERROR lifeos.bot: /goals failed for user 7\nTraceback" in bot.text
    missing = 'psycopg2.errors.UndefinedColumn: column "done_at" does not exist\nLINE 1: '
    assert bot.text.count(missing) >= 3
    assert "lifeos/features/streaks.py" in bot.text
    await bot.until(bot.is_healthy)

    await fetch(dsn, "ALTER TABLE goals ADD done_at timestamptz")  # the migration that was missing
    for text in ("/done 1", "/goals", "/streak"):
        telegram.say(text)
    await bot.until(lambda: len(telegram.sent) == 5)
    assert telegram.sent[2:] == ["Well done: walk", "1. walk ✓", "1 days in a row."]
