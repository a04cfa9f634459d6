"""Life OS as a real process, between a real PostgreSQL and a small Bot API of our own."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from stub_bot_api import USER, BotApi

from bot.sandbox.lifeos import config
from bot.sandbox.postgres import Postgres

ROOT = Path(__file__).parents[2]
NAMES = itertools.count()
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # unused, and faster to make than the usual one

pytestmark = pytest.mark.asyncio(loop_scope="module")


class LifeOs:
    """The process; what it writes goes to one file for each start."""

    def __init__(self, temporary, dsn, telegram_url, **env):
        self.temporary = temporary
        self.port = free_port()
        self.client = httpx.AsyncClient(timeout=10, verify=PLAIN)
        self.output = temporary / f"output-{next(NAMES)}"
        self.env = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(temporary),
            "PORT": str(self.port),
            "TELEGRAM_API_URL": telegram_url,
            "TELEGRAM_BOT_TOKEN": "1:token",
            "TELEGRAM_USER_ID": str(USER),
            "ANTHROPIC_API_KEY": "unused",
            "DATABASE_URL": dsn,
            "LIFE_OS_MODEL_SECONDS": "0.2",
            "LIFE_OS_HEARTBEAT_SECONDS": "0.2",
            **env,
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.sandbox.lifeos"],
                cwd=ROOT,
                env={name: value for name, value in self.env.items() if value is not None},
                stdout=output,
                stderr=output,
            )

    @property
    def text(self):
        return self.output.read_text()

    @property
    def exit_code(self):
        return self.process.poll()

    async def health(self):
        answer = await self.client.get(f"http://127.0.0.1:{self.port}/healthz")
        return answer.status_code, answer.json()

    async def is_healthy(self):
        try:
            return await self.health() == (200, {"status": "ok"})
        except httpx.ConnectError:
            return False

    async def until_running(self):
        await self.until(lambda: "Bot is running!\n" in self.text)
        await self.until(self.is_healthy)

    async def until_ended(self):
        await self.until(lambda: self.exit_code is not None)
        return self.exit_code

    async def until(self, condition, seconds=20.0):
        deadline = time.monotonic() + seconds
        while not await result_of(condition):
            assert time.monotonic() < deadline, self.text
            await asyncio.sleep(0.02)


async def result_of(condition):
    result = condition()
    return await result if asyncio.iscoroutine(result) else result


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgres(tmp_path_factory):
    one = Postgres(tmp_path_factory.mktemp("cluster") / "pg")
    await one.start()
    yield one
    await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def dsn(postgres):
    await postgres.start()
    return await postgres.create(f"life-os-{next(NAMES)}")


@pytest.fixture
def telegram():
    with BotApi() as api:
        yield api
        api.shutdown()


@pytest.fixture
def start(tmp_path, dsn, telegram):
    started = []

    def start_one(temporary=tmp_path, **env):
        started.append(LifeOs(temporary, dsn, telegram.url, **env))
        return started[-1]

    yield start_one
    for one in started:
        one.process.kill()
        one.process.wait()


async def fetch(dsn, query):
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


async def test_it_keeps_goals_and_notes_until_it_is_told_to_end(start, telegram, dsn):
    bot = start()
    with pytest.raises(httpx.ConnectError):
        await bot.health()
    await bot.until_running()

    for text in ("/start", "/goals", "/addgoal Run a marathon", "/addgoal Sleep", "/goals"):
        telegram.say(text)
    for text in ("/note buy running shoes", "/note call the dentist", "/remember run", "/note"):
        telegram.say(text)
    await bot.until(lambda: len(telegram.sent) == 9)
    assert telegram.sent[0].startswith("Hi Ada!")
    assert telegram.sent[1].startswith("No goals yet")
    assert telegram.sent[4] == "1. Run a marathon\n2. Sleep"
    assert telegram.sent[7].splitlines()[0] == "• buy running shoes"
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
    assert " INFO lifeos.handlers: handled /goals for user 7 in " in bot.text
    assert "Traceback" not in bot.text
    assert "token" not in bot.text


async def test_a_corrupt_cache_ends_it_and_every_restart_in_the_same_folder(start, tmp_path):
    bot = start()
    await bot.until_running()
    (tmp_path / "embeddings.pkl").write_bytes(b"\x00not a pickle")
    assert await bot.until_ended() == 1
    assert "Traceback (most recent call last):" in bot.text
    assert "bot/sandbox/lifeos/memory.py" in bot.text
    assert "_pickle.UnpicklingError: invalid load key, '\\x00'." in bot.text

    again = start()
    assert await again.until_ended() == 1
    assert "Bot is running!" not in again.text
    assert "bot/sandbox/lifeos/memory.py" in again.text
    assert "_pickle.UnpicklingError" in again.text

    (tmp_path / "embeddings.pkl").write_bytes(b"")
    empty = start()
    assert await empty.until_ended() == 1
    assert "EOFError: Ran out of input" in empty.text

    elsewhere = tmp_path / "another-instance"
    elsewhere.mkdir()
    fresh = start(elsewhere)
    await fresh.until_running()
    assert (elsewhere / "embeddings.pkl").exists()


async def test_a_database_that_stops_is_in_the_log_and_on_healthz(start, telegram, postgres, dsn):
    bot = start()
    await bot.until_running()
    await postgres.stop()
    telegram.say("/goals")
    await bot.until(lambda: telegram.sent)
    assert telegram.sent == ["Sorry, something went wrong. Please try again later."]
    assert "ERROR lifeos.handlers: /goals failed for user 7" in bot.text
    await bot.until(lambda: "ERROR lifeos: could not write the heartbeat" in bot.text)
    await bot.until(lambda: "psycopg2.OperationalError: connection to server at" in bot.text)
    assert "InterfaceError" not in bot.text
    status, body = await bot.health()
    assert (status, body["status"]) == (503, "unavailable")
    assert body["reason"].startswith("database: OperationalError: connection to server at")

    await postgres.start()
    await bot.until(bot.is_healthy)
    telegram.say("/goals")
    await bot.until(lambda: len(telegram.sent) == 2)
    assert telegram.sent[1].startswith("No goals yet")


async def test_a_frozen_database_makes_it_deaf_and_unhealthy(start, telegram, postgres, dsn):
    bot = start()
    await bot.until_running()
    await postgres.freeze()
    began = time.monotonic()
    status, _ = await bot.health()
    assert status == 503
    assert time.monotonic() - began < 4
    telegram.say("/goals")
    await bot.until(telegram.updates.empty)
    assert telegram.sent == []
    await postgres.thaw()
    await bot.until(bot.is_healthy)
    await bot.until(lambda: telegram.sent)


async def test_a_missing_variable_ends_the_start(start):
    bot = start(DATABASE_URL=None)
    assert await bot.until_ended() == 1
    assert bot.text.endswith("KeyError: 'DATABASE_URL'\n")
    assert "bot/sandbox/lifeos/config.py" in bot.text


@pytest.mark.parametrize(
    "name", ["TELEGRAM_BOT_TOKEN", "TELEGRAM_USER_ID", "ANTHROPIC_API_KEY", "DATABASE_URL"]
)
async def test_each_required_variable_is_read(monkeypatch, name):
    required = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_USER_ID", "ANTHROPIC_API_KEY", "DATABASE_URL")
    for one in required:
        monkeypatch.setenv(one, "1")
    assert config.from_environment().model_seconds == 8
    assert config.from_environment().heartbeat_seconds == 5
    monkeypatch.delenv(name)
    with pytest.raises(KeyError, match=name):
        config.from_environment()


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
