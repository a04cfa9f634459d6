"""A PostgreSQL database as the platform's API shows it; the real one runs elsewhere.

Unknown of the real platform: the status while it restarts, and which events a suspension makes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.sandbox.render.history import History
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.maintenance import Run, run_in_short
from bot.sandbox.render.state import Person
from bot.sandbox.render.times import now, stamp

FREE_FOR = timedelta(days=30)  # render.com/docs/free

UNSAID_URL = "postgresql://app:practice@dpg-practice:5432/app"

DURING = {"scheduled": "maintenance_scheduled", "in_progress": "maintenance_in_progress"}

Act = Callable[[], Awaitable[object]]


async def nothing() -> None:
    """What is done to a database of which only the row exists."""


@dataclass(eq=False)
class Database:
    """`status` is asked at every request, so that it can follow a real server.

    `restart`, `suspend` and `resume` really do it; `url` says how one connects.
    """

    id: str
    name: str
    status: Callable[[], str] = lambda: "available"
    restart: Act = nothing
    suspend: Act = nothing
    resume: Act = nothing
    url: str = UNSAID_URL
    plan: str = "basic_256mb"
    version: str = "18"
    region: str = "frankfurt"
    disk_gb: int = 1
    high_availability: bool = False
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    suspended: bool = False
    maintenance: Run | None = None
    history: History = field(init=False)
    _doing: str | None = None
    _down: bool = False

    def __post_init__(self) -> None:
        self.history = History(self.id, lambda: None)

    def look(self) -> str:
        """Its status; going down and coming back are recorded as events."""
        if self.suspended:
            return "suspended"
        status = self._doing or self.status()
        if status in ("available", "unavailable") and (status == "unavailable") != self._down:
            self._down = not self._down
            self.history.add(f"postgres_{status}")
        run = self.maintenance
        if status != "available" or run is None:
            return status
        return DURING.get(run.state, status)

    async def do_restart(self, person: Person | None) -> None:
        user = {"user": {"id": person.id, "email": person.email}} if person else {}
        self.history.add("postgres_restarted", user)
        await self._down_while(self.restart)

    async def do_suspend(self) -> None:
        self.suspended, self.updated_at = True, now()
        await self.suspend()

    async def do_resume(self) -> None:
        await self.resume()
        self.suspended, self.updated_at = False, now()
        self._down = False
        self.history.add("postgres_available")

    async def do_failover(self) -> None:
        await self._down_while(self.restart)
        self.history.add("postgres_cluster_leader_changed", {"leaderId": new_id("dpg")})

    async def do_maintenance(self) -> None:
        await self._down_while(self.restart)

    async def _down_while(self, act: Act) -> None:
        self._doing = "unavailable"
        self.look()
        try:
            await act()
        finally:
            self._doing = None
        self.look()


def database_row(database: Database, owner: dict[str, object]) -> dict[str, object]:
    status = database.look()
    suspended = database.suspended or status == "suspended"
    where = urlsplit(database.url)
    row = {
        "id": database.id,
        "name": database.name,
        "status": status,
        "role": "primary",
        "plan": database.plan,
        "version": database.version,
        "region": database.region,
        "databaseName": where.path.strip("/"),
        "databaseUser": where.username or "",
        "diskSizeGB": database.disk_gb,
        "diskAutoscalingEnabled": False,
        "highAvailabilityEnabled": database.high_availability,
        "connectionPool": "none",
        "readReplicas": [],
        "ipAllowList": [],
        "suspended": "suspended" if suspended else "not_suspended",
        "suspenders": ["user"] if suspended else [],
        "owner": owner,
        "dashboardUrl": f"https://dashboard.render.com/d/{database.id}",
        "createdAt": stamp(database.created_at),
        "updatedAt": stamp(database.updated_at),
    }
    free = {"expiresAt": stamp(database.created_at + FREE_FOR)} if database.plan == "free" else {}
    return {**row, **free}


def database_detail(database: Database, owner: dict[str, object]) -> dict[str, object]:
    run = database.maintenance
    planned = {} if run is None or run.ended else {"maintenance": run_in_short(run)}
    return {
        **database_row(database, owner),
        **planned,
        "project": None,
        "parameterOverrides": {},
    }


def connection_info(database: Database) -> dict[str, str]:
    """Secrets in clear, as the platform gives them."""
    where = urlsplit(database.url)
    name, password = where.path.strip("/"), where.password or ""
    host = f"-h {where.hostname} -p {where.port or 5432} -U {where.username} {name}"
    return {
        "password": password,
        "internalConnectionString": database.url,
        "externalConnectionString": database.url,
        "psqlCommand": f"PGPASSWORD={password} psql {host}",
    }
