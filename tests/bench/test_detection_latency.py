"""From the fault to the push, the real process looking at real things; run by `make bench`."""

import asyncio
import os
import random
import statistics
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from bot.sandbox import cast
from bot.sandbox.pace import Pace
from bot.sandbox.postgres import Postgres
from bot.sandbox.server import Server
from bot.sandbox.telegram import Telegram
from bot.sandbox.watchdog import Watchdog

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

TRIALS = 20
REPOSITORY = str(Path(__file__).parents[2])
# Every incident is over as soon as its check passes, so that the next trial has one of its own.
TOML = """
upstreams = []
day = [0, 24]
daily_at = -1

[[services]]
name = "target"
{watched}

[checks]
http = {{ every = 1, failures = 1, passes = 1 }}
postgres = {{ every = 1, failures = 1, passes = 1 }}

[timings]
watch_for = 0
health_for = 0
regression_for = 0
relapse_within = 0
storm_within = 0

[telegram]
private_per_second = 1000
group_per_minute = 60000
edit_every = 0.05
"""


class Page:
    """An address that answers 200, or 500, or that nobody listens at."""

    def __init__(self):
        self.server, self.port, self.good = None, 0, True

    async def answer(self, _):
        return PlainTextResponse("well" if self.good else "ill", 200 if self.good else 500)

    async def start(self):
        self.server = Server(self.port)
        self.port = self.server.port
        await self.server.start(Starlette(routes=[Route("/", self.answer)]))

    async def stop(self):
        await self.server.close()


class Scene:
    """The watchdog and its Telegram, watching one thing."""

    def __init__(self, folder):
        self.folder, self.telegram, self.server = folder, Telegram(Pace(1000)), Server(0)

    async def begin(self, watched):
        bot = self.telegram.add_bot(cast.WATCHDOG_TOKEN, "watchdog_bot", "Watchdog")
        self.telegram.add_person(cast.ANN.id, "Ann", "ann", "owner")
        self.telegram.add_chat(cast.ON_CALL_CHAT, "supergroup", "On call", [cast.ANN.id], [bot])
        await self.server.start(
            Starlette(routes=[Mount("/telegram", routes=self.telegram.bot_routes)])
        )
        config = self.folder / "watchdog.toml"
        config.write_text(TOML.format(watched=watched))
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG"}}
        settings = {
            "HOME": str(self.folder),
            "PYTHONPATH": REPOSITORY,
            "TELEGRAM_BOT_TOKEN": cast.WATCHDOG_TOKEN,
            "TELEGRAM_CHAT_ID": str(cast.ON_CALL_CHAT),
            "TELEGRAM_ADMINS": str(cast.ANN.id),
            "TELEGRAM_API_URL": f"{self.server.base}/telegram",
            "RENDER_API_URL": f"{self.server.base}/render",
            "STORE_URL": f"sqlite:///{self.folder}/watchdog.db",
            "REPORTS_DIR": str(self.folder / "reports"),
            "WATCHDOG_CONFIG": str(config),
        }
        self.watchdog = Watchdog(kept | settings, self.folder)
        await self.watchdog.start()

    async def end(self):
        await self.watchdog.close()
        self.telegram.close()
        await self.server.close()

    def pages(self):
        every = self.telegram.messages(cast.ON_CALL_CHAT)
        return [m for m in every if not m.get("silent") and "Incident #" in m.get("text", "")]

    def all_over(self):
        return all("Report: incident-" in m["text"] for m in self.pages())

    async def until(self, look, within=60.0):
        began = time.monotonic()
        while not look():
            assert time.monotonic() - began < within, list(self.watchdog.log)[-20:]
            await asyncio.sleep(0.01)  # more often, and the emulated Telegram has no time left
        return time.monotonic() - began

    async def trials(self, breaks, mends):
        """Seconds from each fault until the message is in the chat.

        The faults are spread evenly over the second between two looks, by the wall clock and in any
        order: the median of twenty moments by dice is off by a tenth of a second and more.
        """
        moments, took = [(n + 0.5) / TRIALS for n in range(TRIALS)], []
        random.Random(7).shuffle(moments)
        await self.until(lambda: any("verdict=healthy" in line for line in self.watchdog.log))
        for moment in moments:
            await asyncio.sleep(1.5)
            await asyncio.sleep((moment - time.time()) % 1)
            known = len(self.pages())
            await breaks()
            took.append(await self.until(lambda known=known: len(self.pages()) > known))
            await mends()
            await self.until(self.all_over)
        return took


def tell(what, took):
    middle, most = statistics.median(took), max(took)
    print(f"\n{what:24}{middle:6.2f} s median, {most:.2f} s at most  ({TRIALS} trials)")
    assert middle <= 0.6
    assert most <= 1.2


async def test_http_500(scene):
    page = Page()
    await page.start()
    await scene.begin(f'health_url = "http://127.0.0.1:{page.port}/"')

    async def turn(good):
        page.good = good

    tell("HTTP 500", await scene.trials(lambda: turn(False), lambda: turn(True)))
    await page.stop()


async def test_connection_refused(scene):
    page = Page()
    await page.start()
    await scene.begin(f'health_url = "http://127.0.0.1:{page.port}/"')
    tell("connection refused", await scene.trials(page.stop, page.start))
    await page.stop()


async def test_postgres_stopped(scene, tmp_path):
    server = Postgres(tmp_path / "pg")
    await server.start()
    dsn = await server.create("watched")
    await scene.begin(f'database_url = "{dsn}"')
    tell("PostgreSQL stopped", await scene.trials(server.stop, server.start))
    await server.close()
