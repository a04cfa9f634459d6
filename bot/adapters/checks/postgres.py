"""Looks whether the database lets us in and answers a trivial query in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.postgres import Probe
from bot.domain.check import Result, Seen


@dataclass(frozen=True)
class Postgres:
    service: str
    probe: Probe
    now: Callable[[], datetime]
    name: str = "postgres"

    async def look(self) -> Result:
        at = self.now()
        found = await self.probe.look()
        seen = Seen.BLIND if found.blind else Seen.FAIL if found.code else Seen.PASS
        return Result(self.service, self.name, seen, at, found.code, found.detail, found.seconds)
