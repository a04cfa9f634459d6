"""An emulator of the Render API whose services are real processes on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from starlette.routing import BaseRoute, Mount

from bot.sandbox.pace import Pace
from bot.sandbox.render.account import Account
from bot.sandbox.render.api import application
from bot.sandbox.render.databases import Database
from bot.sandbox.render.faults import Faults
from bot.sandbox.render.gate import Gate
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.limits import Limits
from bot.sandbox.render.service import Service
from bot.sandbox.render.state import STARTER_MEMORY, Call, Commit, Person, Settings, Spec

__all__ = ["Call", "Commit", "Render", "Service"]


class Render:
    """One account of the emulated platform; mount `routes` at `/render/v1`."""

    def __init__(self, pace: Pace, api_key: str, owner_id: str) -> None:
        person = Person(new_id("usr"), "On-call developer", "oncall@example.com")
        self.faults = Faults()
        self.journal: list[Call] = []
        self._account = Account(pace, owner_id, person)
        self._gate = Gate(
            application(self._account),
            key=api_key,
            limits=Limits(pace),
            faults=self.faults,
            journal=self.journal,
        )

    @property
    def routes(self) -> list[BaseRoute]:
        return [Mount("", app=self._gate)]

    @property
    def user_id(self) -> str:
        """Who is said to have restarted a service through the API."""
        return self._account.person.id

    @property
    def accept_with_202(self) -> bool:
        """Whether a deploy is merely accepted: 202 without a body, its row appears later."""
        return self._account.accept_with_202

    @accept_with_202.setter
    def accept_with_202(self, value: bool) -> None:
        self._account.accept_with_202 = value

    def add_service(
        self,
        *,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        commits: Sequence[Commit],
        health_path: str | None = "/healthz",
        memory_limit: int = STARTER_MEMORY,
        cwd: Path | None = None,
        url: str | None = None,
    ) -> Service:
        """A web service. `commits` has the newest last; `memory_limit` is in bytes.

        Each instance gets a folder of its own in `folder`; it is the TMPDIR of its process and,
        unless `cwd` says otherwise, its working directory.
        """
        settings = Settings(name=name, url=url or f"https://{name}.onrender.com")
        spec = Spec(tuple(command), dict(env), health_path, folder, cwd, memory_limit)
        account = self._account
        service = Service(settings, spec, commits, account.pace, account.logs)
        account.services[service.id] = service
        return service

    def add_postgres(
        self, id: str, name: str, *, status: Callable[[], str] = lambda: "available"
    ) -> Database:
        """A row for a database that runs elsewhere; `status` is asked at every request."""
        database = Database(id, name, status)
        self._account.databases[id] = database
        return database

    async def close(self) -> None:
        """Everything stopped, every folder of an instance removed."""
        self.faults.clear()
        await self._account.close()
