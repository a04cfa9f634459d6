"""What one API key can see: its owner, its services, its databases and their logs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

from bot.sandbox.pace import Pace
from bot.sandbox.render.databases import Database
from bot.sandbox.render.logs import LogBook
from bot.sandbox.render.service import Service
from bot.sandbox.render.state import Event, Person


@dataclass(eq=False)
class Account:
    pace: Pace
    owner_id: str
    person: Person
    services: dict[str, Service] = field(default_factory=dict)
    databases: dict[str, Database] = field(default_factory=dict)
    logs: LogBook = field(default_factory=LogBook)
    accept_with_202: bool = False
    _later: set[asyncio.Task[None]] = field(default_factory=set)

    def owner(self) -> dict[str, object]:
        person = self.person
        return {"id": self.owner_id, "name": person.name, "email": person.email, "type": "team"}

    def resources(self) -> set[str]:
        return {*self.services, *self.databases}

    def events(self) -> list[Event]:
        return [event for one in self.services.values() for event in one.history.events]

    def later(self, work: Coroutine[None, None, None]) -> None:
        """Do it after the answer has gone out."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def close(self) -> None:
        for task in self._later:
            task.cancel()
        await asyncio.gather(*(service.close() for service in self.services.values()))
