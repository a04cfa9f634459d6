"""What the tests of broken worlds share: flipping, waiting, and looking at what really happened."""

from __future__ import annotations

import asyncio
import time

import httpx

from bot.sandbox import cast
from bot.sandbox.switches import BY_NAME
from bot.sandbox.world import PracticeWorld

SPEED = 200.0
WITHIN = 60.0  # real seconds: the machine may be busy


async def opened(**options):
    """A fixture's body: a world that is well, and is repaired at its end."""
    async with PracticeWorld(SPEED, **options) as world:
        broken = Broken(world)
        await broken.until_well()
        yield broken
        await broken.client.aclose()


class Broken:
    """One world for the tests of a file."""

    def __init__(self, world):
        self.world = world
        self.client = httpx.AsyncClient(timeout=15)

    async def flip(self, name, on=True):
        await BY_NAME[name].flip(self.world, on=on)

    def is_on(self, name):
        return BY_NAME[name].shown(self.world)["on"]

    async def repair(self):
        """As the button "Repair everything" does it: each toggle that is on, in their order."""
        for switch in self.world.snapshot()["switches"]:
            if switch["kind"] == "toggle" and switch["on"]:
                address = f"{self.world.server.base}/api/switches/{switch['name']}"
                answer = await self.client.post(address, json={"on": False})
                assert answer.status_code == 204
        await self.until(lambda: not any(s["on"] for s in self.world.snapshot()["switches"]))

    async def until(self, condition, seconds=WITHIN):
        deadline = time.monotonic() + seconds
        while True:
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            assert time.monotonic() < deadline, "\n".join(self.told()[-60:])
            await asyncio.sleep(0.1)

    async def until_well(self):
        await self.until(self.is_well)

    async def is_well(self):
        return await self.health() == (200, {"status": "ok"})

    async def health(self):
        """The public answer, as people and not as the watchdog get it."""
        answer = await self.client.get(f"{self.world.server.base}/edge/life-os/healthz")
        try:
            return answer.status_code, answer.json()
        except ValueError:  # the platform's own answer
            return answer.status_code, answer.text

    def told(self):
        """All lines of the service's log."""
        return [line["text"] for line in self.world.service.tail(100_000)]

    def count(self, text):
        return sum(text in line for line in self.told())

    def failures(self):
        """The reasons of every server_failed, oldest first."""
        events = self.world.service.history.events
        return [dict(one.details)["reason"] for one in events if one.type == "server_failed"]

    async def pending(self):
        """What Telegram says about Life OS's queue, asked as the watchdog may ask it."""
        address = f"{self.world.server.base}/telegram/bot{cast.LIFE_OS_TOKEN}/getWebhookInfo"
        return (await self.client.get(address)).json()["result"]["pending_update_count"]

    def answers(self):
        """What Life OS has said to Uma."""
        every = self.world.telegram.messages(cast.UMA.id)
        return [one["text"] for one in every if one["from"]["is_bot"]]

    async def answered(self):
        """It answers somebody who says something now."""
        before = len(self.answers())
        self.world.telegram.say(cast.UMA.id, cast.UMA.id, "/goals")
        await self.until(lambda: len(self.answers()) > before)
