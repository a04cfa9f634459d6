"""What one API key can see: its owner, its services, its databases and their logs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from bot.sandbox.pace import Pace
from bot.sandbox.render.databases import Database
from bot.sandbox.render.delivery import Post
from bot.sandbox.render.history import History
from bot.sandbox.render.logs import LINES_PER_MINUTE, LogBook
from bot.sandbox.render.maintenance import Run, carry_out
from bot.sandbox.render.service import Service
from bot.sandbox.render.state import Event, Person

if TYPE_CHECKING:
    from bot.sandbox.render.jobs import OneOff

LOOK_EVERY = 10.0  # world seconds between two looks at the databases


@dataclass(eq=False)
class Account:
    pace: Pace
    owner_id: str
    person: Person
    services: dict[str, Service] = field(default_factory=dict)
    databases: dict[str, Database] = field(default_factory=dict)
    jobs: dict[str, OneOff] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    logs: LogBook = field(init=False)
    post: Post = field(init=False)
    streams_drop: asyncio.Event = field(default_factory=asyncio.Event)
    accept_with_202: bool = False
    _later: set[asyncio.Task[None]] = field(default_factory=set)
    _watched: bool = False

    def __post_init__(self) -> None:
        self.logs = LogBook(per_minute=self.pace.rate(LINES_PER_MINUTE))
        self.post = Post(self.pace, self.later)

    def owner(self) -> dict[str, object]:
        person = self.person
        return {"id": self.owner_id, "name": person.name, "email": person.email, "type": "team"}

    def add_service(self, service: Service) -> None:
        self.services[service.id] = service
        service.history.listeners.append(partial(self._happened, service))

    def add_database(self, database: Database) -> None:
        self.databases[database.id] = database
        database.history.listeners.append(partial(self._happened, database))

    def resources(self) -> set[str]:
        """What has logs."""
        return {*self.services, *self.databases, *self.jobs}

    def history_of(self, resource_id: str) -> History:
        """`LookupError` when there is no such service or database."""
        for one in self._all():
            if one.id == resource_id:
                return one.history
        raise LookupError(resource_id)

    def events(self) -> list[Event]:
        return [event for one in self._all() for event in one.history.events]

    def later(self, work: Coroutine[None, None, None]) -> None:
        """Do it after the answer has gone out."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def plan(self, run: Run) -> Run:
        """Maintenance that will be carried out; `LookupError` when there is nothing to do it to."""
        self.history_of(run.resource_id)
        self.runs[run.id] = run
        if database := self.databases.get(run.resource_id):
            database.maintenance = run
        self.later(carry_out(self, run))
        return run

    def tell_again(self, event_id: str) -> None:
        for one in self._all():
            for event in one.history.events:
                if event.id == event_id:
                    self.post.tell(event, one.name)

    def watch_databases(self) -> None:
        """From now on their events happen also when nobody looks; only webhooks tell of them."""
        if not self._watched:
            self._watched = True
            self.later(self._watch())

    def drop_streams(self) -> None:
        """Every live log that is open is cut."""
        self.streams_drop.set()
        self.streams_drop = asyncio.Event()

    async def close(self) -> None:
        self.drop_streams()
        tasks = list(self._later)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(service.close() for service in self.services.values()))
        await self.post.close()

    def _all(self) -> Sequence[Service | Database]:
        return [*self.services.values(), *self.databases.values()]

    def _happened(self, whose: Service | Database, event: Event) -> None:
        self.post.tell(event, whose.name)

    async def _watch(self) -> None:
        while True:
            for database in self.databases.values():
                database.look()
            await asyncio.sleep(self.pace.real(LOOK_EVERY))
