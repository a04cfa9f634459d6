"""What has happened to one service: its deploys and its events, in their real order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.sandbox.render.ids import new_id
from bot.sandbox.render.state import FINISHED, IN_PROGRESS, Commit, Deploy, Details, Event, Wish
from bot.sandbox.render.times import now, stamp

NOTHING_SPECIAL = Wish()


class History:
    def __init__(self, service_id: str, on_change: Callable[[], None]) -> None:
        self.deploys: dict[str, Deploy] = {}
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []
        self._service_id = service_id
        self._on_change = on_change
        self._moved = asyncio.Event()

    def open_deploy(
        self, commit: Commit | None, trigger: str, status: str, wish: Wish = NOTHING_SPECIAL
    ) -> Deploy:
        at = now()
        deploy = Deploy(
            new_id("dep"), commit, trigger, status, created_at=at, updated_at=at, wish=wish
        )
        self.deploys[deploy.id] = deploy
        self._on_change()
        return deploy

    def move(self, deploy_id: str, status: str) -> None:
        at = now()
        deploy = self.deploys[deploy_id]
        self.deploys[deploy_id] = replace(
            deploy,
            status=status,
            updated_at=at,
            started_at=deploy.started_at or (at if status in IN_PROGRESS else None),
            finished_at=deploy.finished_at or (at if status in FINISHED else None),
        )
        self._moved.set()
        self._moved = asyncio.Event()
        self._on_change()

    def supersede(self, deploy_id: str, newer_id: str) -> None:
        """Note for which newer deploy this one is given up."""
        self.deploys[deploy_id] = replace(self.deploys[deploy_id], replaced_by=newer_id)

    async def leaves(self, deploy_id: str, status: str) -> Deploy:
        """Wait until a deploy is no longer in this status."""
        while self.deploys[deploy_id].status == status:
            await self._moved.wait()
        return self.deploys[deploy_id]

    def go_live(self, deploy_id: str) -> None:
        """One deploy is live; the one it replaces is deactivated."""
        before = self.live
        if before is not None:
            self.move(before.id, "deactivated")
        self.move(deploy_id, "live")

    def backdate(self, by: timedelta) -> None:
        """Make every deploy older, as if nobody had deployed for so long."""

        def before(at: datetime | None) -> datetime | None:
            return at and at - by

        for id, one in self.deploys.items():
            self.deploys[id] = replace(
                one,
                created_at=one.created_at - by,
                updated_at=one.updated_at - by,
                started_at=before(one.started_at),
                finished_at=before(one.finished_at),
            )
        self._on_change()

    def add(self, kind: str, details: Details | None = None, *, at: datetime | None = None) -> None:
        event = Event(new_id("evt"), at or now(), self._service_id, kind, details or {})
        self.events.append(event)
        for listener in self.listeners:
            listener(event)
        self._on_change()

    @property
    def live(self) -> Deploy | None:
        return next((one for one in self.deploys.values() if one.status == "live"), None)

    @property
    def latest(self) -> Deploy | None:
        return next(reversed(self.deploys.values()), None)

    def newest_first(self) -> list[Deploy]:
        return list(reversed(self.deploys.values()))

    def unfinished(self) -> list[Deploy]:
        return [one for one in self.deploys.values() if one.status not in FINISHED]


def deploy_in_short(deploy: Deploy | None) -> dict[str, object] | None:
    if deploy is None:
        return None
    commit, finished = deploy.commit, deploy.finished_at
    return {
        "id": deploy.id,
        "status": deploy.status,
        "trigger": deploy.trigger,
        "commit": {"id": commit.id, "message": commit.message} if commit else None,
        "created_at": stamp(deploy.created_at),
        "finished_at": stamp(finished) if finished else None,
    }
