"""A house with every door open, and how to speak to it."""

from __future__ import annotations

import base64

import httpx

from bot.flows.engine import Bell
from bot.inbound.health import Health
from bot.inbound.pings import Named
from bot.inbound.server import Inbound
from bot.ports import Unavailable

PING = "ping-token-of-nightly"
OTHER_PING = "ping-token-of-backups"
ALERT = "alert-token-with-thirty-two-chars"
METRICS = "metrics-token-with-thirty-two-chs"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


class Monotonic:
    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


class House:
    """What the wiring hands in, and what came of it."""

    def __init__(self, world):
        self.world, self.bell = world, Bell()
        self.health = Health(ticks_age=1.0, engine_age=2.0, inbox_age=3.0, looks=7)
        self.looked, self.reported, self.broken = [], [], ""

    async def look_now(self, service_id):
        if self.broken:
            raise Unavailable(self.broken)
        self.looked.append(service_id)

    async def report(self, result):
        if self.broken:
            raise Unavailable(self.broken)
        self.reported.append(result)
        await self.world.store.keep(result)

    def inbound(self, **changes):
        wish = {
            "health": lambda: self.health,
            "host": "127.0.0.1",
            "pings": {
                PING: Named("life-os", "heartbeat:nightly"),
                OTHER_PING: Named("life-os", "heartbeat:backups"),
            },
            "render_secret": SECRET,
            "look_now": self.look_now,
            "alert_token": ALERT,
            "report": self.report,
        }
        return Inbound(self.world, self.bell, 0, **wish | changes)


def spoken_to(inbound):
    transport = httpx.ASGITransport(app=inbound.app(), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://watchdog")
