"""An emulator of the Render API whose services are real processes on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from starlette.routing import BaseRoute, Mount

from bot.sandbox.pace import Pace
from bot.sandbox.render.account import Account
from bot.sandbox.render.api import application
from bot.sandbox.render.databases import UNSAID_URL, Act, Database, nothing
from bot.sandbox.render.faults import Faults
from bot.sandbox.render.gate import Gate
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.limits import Limits
from bot.sandbox.render.maintenance import UPGRADE, Run
from bot.sandbox.render.service import Service
from bot.sandbox.render.state import (
    STARTER_MEMORY,
    WEB_SERVICE,
    Call,
    Commit,
    Person,
    Release,
    Settings,
    Source,
    Spec,
)
from bot.sandbox.render.times import now

__all__ = ["Call", "Commit", "Release", "Render", "Service", "Source"]


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
        commits: Sequence[Commit] = (),
        source: Source | None = None,
        kind: str = WEB_SERVICE,
        disk: bool = False,
        pre_deploy: Sequence[str] = (),
        health_path: str | None = "/healthz",
        memory_limit: int = STARTER_MEMORY,
        cwd: Path | None = None,
        url: str | None = None,
    ) -> Service:
        """A service with code (`source`), or with `commits`, the newest last, in name only.

        `kind` may be "background_worker". With a `disk` an instance is stopped before its
        successor starts; the storage itself is not imitated. `pre_deploy` is a
        command that must succeed before a new version starts. `memory_limit` is in bytes.
        Each instance gets a folder of its own in `folder`; it is the TMPDIR of its process and,
        unless `cwd` says otherwise or there is a build to run, its working directory.
        """
        settings = Settings(name, url or f"https://{name}.onrender.com", env=dict(env))
        spec = Spec(
            command=tuple(command),
            health_path=health_path,
            folder=folder,
            cwd=cwd,
            memory_limit=memory_limit,
            kind=kind,
            disk=disk,
            pre_deploy=tuple(pre_deploy),
        )
        account = self._account
        service = Service(settings, spec, commits, account.pace, account.logs, source=source)
        account.add_service(service)
        return service

    def add_postgres(
        self,
        id: str,
        name: str,
        *,
        status: Callable[[], str] = lambda: "available",
        restart: Act = nothing,
        suspend: Act = nothing,
        resume: Act = nothing,
        url: str = UNSAID_URL,
        high_availability: bool = False,
    ) -> Database:
        """A row for a database that runs elsewhere; `status` is asked at every request.

        `restart`, `suspend` and `resume` are async functions that really do it, and `url` is how
        one connects, with its password.
        """
        database = Database(
            id, name, status, restart, suspend, resume, url, high_availability=high_availability
        )
        self._account.add_database(database)
        return database

    def plan_maintenance(
        self, resource_id: str, *, within: float, lasts: float = 60.0, kind: str = UPGRADE
    ) -> Run:
        """Maintenance that begins `within` world seconds; a database restarts for it."""
        account = self._account
        starts = now() + timedelta(seconds=account.pace.real(within))
        return account.plan(Run(resource_id, starts, lasts, kind))

    def drop_log_streams(self) -> None:
        """Cut every live log, as the platform does about once a minute."""
        self._account.drop_streams()

    def set_log_lag(self, seconds: float) -> None:
        """From now on a line can be seen only so many world seconds after it was written."""
        self._account.logs.lag = timedelta(seconds=self._account.pace.real(seconds))

    def resend(self, event_id: str) -> None:
        """Send an event to its webhooks once more, with the same id."""
        self._account.tell_again(event_id)

    async def close(self) -> None:
        """Everything stopped, every folder of an instance removed."""
        self.faults.clear()
        await self._account.close()
