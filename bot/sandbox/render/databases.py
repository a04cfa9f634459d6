"""A PostgreSQL database as the platform's API shows it; the real one runs elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.render.times import now, stamp


@dataclass
class Database:
    """`status` is asked at every request, so that it can follow a real server."""

    id: str
    name: str
    status: Callable[[], str] = lambda: "available"
    plan: str = "basic_256mb"
    version: str = "18"
    region: str = "frankfurt"
    database_name: str = "app"
    database_user: str = "app"
    disk_gb: int = 1
    created_at: datetime = field(default_factory=now)


def database_row(database: Database, owner: dict[str, object]) -> dict[str, object]:
    status = database.status()
    suspended = status == "suspended"
    return {
        "id": database.id,
        "name": database.name,
        "status": status,
        "role": "primary",
        "plan": database.plan,
        "version": database.version,
        "region": database.region,
        "databaseName": database.database_name,
        "databaseUser": database.database_user,
        "diskSizeGB": database.disk_gb,
        "diskAutoscalingEnabled": False,
        "highAvailabilityEnabled": False,
        "readReplicas": [],
        "ipAllowList": [],
        "suspended": "suspended" if suspended else "not_suspended",
        "suspenders": ["user"] if suspended else [],
        "owner": owner,
        "dashboardUrl": f"https://dashboard.render.com/d/{database.id}",
        "createdAt": stamp(database.created_at),
        "updatedAt": stamp(database.created_at),
    }


def database_detail(database: Database, owner: dict[str, object]) -> dict[str, object]:
    return {**database_row(database, owner), "project": None}
