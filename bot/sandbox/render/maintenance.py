"""Maintenance that the platform plans for a service or a database: shown, moved, begun, done.

Source: OpenAPI, maintenance paths. Unknown: the words used for `type`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.times import now, stamp

if TYPE_CHECKING:
    from bot.sandbox.render.account import Account

UPGRADE = "postgres_upgrade"

ENDED = frozenset({"cancelled", "succeeded", "failed"})


@dataclass(eq=False)
class Run:
    resource_id: str
    scheduled_at: datetime
    lasts: float  # world seconds
    type: str = UPGRADE
    id: str = field(default_factory=lambda: new_id("mrn"))
    state: str = "scheduled"
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def move(self, to: datetime) -> None:
        self.scheduled_at = to
        self.moved.set()


async def carry_out(account: Account, run: Run) -> None:
    """Wait for its time, then really do it; a database goes down for a restart."""
    manual = await _wait_for(run)
    history = account.history_of(run.resource_id)
    trigger = {"manual": manual, "startedByRender": not manual}
    run.state = "in_progress"
    history.add("maintenance_started", {"trigger": trigger})
    if database := account.databases.get(run.resource_id):
        await database.do_maintenance()
    await asyncio.sleep(account.pace.real(run.lasts))
    run.state = "succeeded"
    history.add("maintenance_ended")


async def _wait_for(run: Run) -> bool:
    """Until its time has come; True when somebody asked for it to begin now."""
    while (left := (run.scheduled_at - now()).total_seconds()) > 0:
        run.moved.clear()
        try:
            await asyncio.wait_for(run.moved.wait(), left)
        except TimeoutError:
            return False
        if run.scheduled_at <= now():
            return True
    return False


def run_in_short(run: Run) -> dict[str, object]:
    return {
        "id": run.id,
        "type": run.type,
        "scheduledAt": stamp(run.scheduled_at),
        "state": run.state,
    }


def run_json(run: Run) -> dict[str, object]:
    return {**run_in_short(run), "resourceId": run.resource_id}


async def list_runs(account: Account, request: Request) -> Response:
    """A bare array. `state` is repeated, the others are joined by commas."""
    rows = [run_json(one) for one in account.runs.values()]
    for name, wanted in (
        ("resourceId", query.commas(request, "resourceId")),
        ("state", query.repeated(request, "state")),
    ):
        rows = [row for row in rows if not wanted or row[name] in wanted]
    owners = query.commas(request, "ownerId")
    return JSONResponse(rows if not owners or account.owner_id in owners else [])


async def show_run(account: Account, request: Request) -> Response:
    return JSONResponse(run_json(_run(account, request)))


async def move_run(account: Account, request: Request) -> Response:
    run = _waiting(account, request)
    wish = await query.body(request)
    if "scheduledAt" in wish:
        run.move(query.time(query.said(wish, "scheduledAt", str), "scheduledAt"))
    return Response(status_code=202)


async def trigger_run(account: Account, request: Request) -> Response:
    _waiting(account, request).move(now())
    return Response(status_code=202)


def _run(account: Account, request: Request) -> Run:
    run_id = request.path_params["run_id"]
    run = account.runs.get(run_id)
    if run is None:
        raise query.missing(run_id)
    return run


def _waiting(account: Account, request: Request) -> Run:
    run = _run(account, request)
    if run.state != "scheduled":
        raise query.Refused(400, f"maintenance is {run.state}")
    return run
