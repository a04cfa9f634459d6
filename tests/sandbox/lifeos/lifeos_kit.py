"""Life OS as a process of its own, started from a checkout."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import ssl
import subprocess
import sys
import time

import asyncpg
import httpx
from stub_bot_api import USER

SORRY = "Sorry, something went wrong. Please try again later."
NAMES = itertools.count()
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # unused, and faster to make than the usual one


class LifeOs:
    """The process; what it writes goes to one file for each start."""

    def __init__(self, checkout, temporary, dsn, telegram_url, **env):
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
            "ANTHROPIC_API_KEY": "practice-key",
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",  # nobody listens there
            "DATABASE_URL": dsn,
            "LIFE_OS_MODEL_SECONDS": "0.2",
            "LIFE_OS_HEARTBEAT_SECONDS": "0.2",
            "LIFE_OS_TICK_SECONDS": "0.2",
            "LIFE_OS_JOURNAL": str(temporary / "journal.log"),
            **env,
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lifeos"],
                cwd=checkout,
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

    def has_begun(self):
        return "Bot is running!\n" in self.text

    async def until_running(self):
        await self.until(self.has_begun)
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


async def fetch(dsn, query):
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()
