"""The order of things when a service is deployed, restarted, suspended or resumed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.sandbox.render.ids import new_id
from bot.sandbox.render.state import WAITING, Failure, Person

if TYPE_CHECKING:
    from bot.sandbox.render.service import Service

# World seconds.
CREATED_SECONDS = 1.0
BUILD_SECONDS = 40.0

LEGACY_STATUS = {"succeeded": 2, "failed": 3, "canceled": 4}  # a deprecated number beside the word


async def deploy(service: Service, deploy_id: str) -> None:
    await asyncio.sleep(service.pace.real(CREATED_SECONDS))
    try:
        await _build(service, deploy_id)
        failure = await _update(service, deploy_id)
    except asyncio.CancelledError:
        service.send_back()
        raise
    if failure is None:
        _go_live(service, deploy_id)
    else:
        _fall_through(service, deploy_id, failure)


async def restart(service: Service, user_id: str | None) -> None:
    """With zero downtime while the old instances are well; at once when they are not."""
    if service.suspended or not service.serving:
        return
    well = any(one.healthy and one.running for one in service.serving)
    service.restarts += 1
    service.history.add("server_restarted", {"triggeredByUser": user_id})
    service.say("Deploying...", kind="build")
    service.bring_up()
    if not well:
        service.switch_over(booted=False)
        return
    try:
        failure = await _boot(service)
    except asyncio.CancelledError:
        service.send_back()
        raise
    if failure is None:
        service.switch_over(booted=True)
        service.say("Your service is live", kind="build")
    else:
        service.failed(service.incoming[0], failure)
        service.send_back()


async def suspend(service: Service, person: Person | None) -> None:
    if service.suspended:
        return
    service.suspended = True
    details = {"actor": "user", **_by("suspendedByUser", person)}
    service.history.add("suspender_added", details)
    service.history.add("service_suspended")
    await service.empty()


async def resume(service: Service, person: Person | None) -> None:
    if not service.suspended:
        return
    service.suspended = False
    service.history.add("suspender_removed", {"actor": "user", **_by("resumedByUser", person)})
    service.history.add("service_resumed")
    live = service.history.live
    commit = live.commit if live else None
    service.ask_deploy("service_resumed", commit.id if commit else None)


def cancel(service: Service, deploy_id: str) -> None:
    """Close the row of a deploy that was given up before its end."""
    begun = service.history.deploys[deploy_id].status not in WAITING
    service.history.move(deploy_id, "canceled")
    if begun:
        _ended(service, deploy_id, "canceled")


async def _build(service: Service, deploy_id: str) -> None:
    build_id, trigger = new_id("bld"), _trigger(service, deploy_id)
    service.history.move(deploy_id, "build_in_progress")
    service.history.add("deploy_started", {"deployId": deploy_id, "trigger": trigger})
    service.history.add("build_started", {"buildId": build_id, "trigger": trigger})
    service.say("Building...", kind="build")
    await asyncio.sleep(service.pace.real(BUILD_SECONDS))
    details = {"buildId": build_id, **_outcome("buildStatus", "succeeded"), "reason": {}}
    service.history.add("build_ended", details)
    service.say("Build successful", kind="build")


async def _update(service: Service, deploy_id: str) -> Failure | None:
    service.history.move(deploy_id, "update_in_progress")
    service.say("Deploying...", kind="build")
    service.bring_up()
    return await _boot(service)


async def _boot(service: Service) -> Failure | None:
    """Start all incoming instances; the first reason why not all of them are healthy."""
    failures = await asyncio.gather(*(one.boot() for one in service.incoming))
    return next((one for one in failures if one is not None), None)


def _go_live(service: Service, deploy_id: str) -> None:
    service.history.go_live(deploy_id)
    service.say("Your service is live", kind="build")
    _ended(service, deploy_id, "succeeded")
    service.switch_over(booted=True)


def _fall_through(service: Service, deploy_id: str, failure: Failure) -> None:
    if failure.exit_code is not None:
        text = f"Application exited with code {failure.exit_code}"
        service.say(text, instance=service.incoming[0])
    service.say("Deploy failed", kind="build")
    service.send_back()
    service.history.move(deploy_id, "update_failed")
    _ended(service, deploy_id, "failed", {"failure": failure.details()})


def _ended(
    service: Service, deploy_id: str, outcome: str, reason: dict[str, object] | None = None
) -> None:
    details = {"deployId": deploy_id, **_outcome("deployStatus", outcome), "reason": reason or {}}
    service.history.add("deploy_ended", details)


def _outcome(name: str, outcome: str) -> dict[str, object]:
    return {name: outcome, "status": LEGACY_STATUS[outcome]}


def _trigger(service: Service, deploy_id: str) -> dict[str, object]:
    one = service.history.deploys[deploy_id]
    trigger: dict[str, object] = {
        "firstBuild": len(service.history.deploys) == 1,
        "envUpdated": False,
        "manual": one.trigger in ("api", "manual"),
        "deployedByRender": one.trigger == "deployed_by_render",
        "clearCache": False,
        "rollback": one.trigger == "rollback",
    }
    if one.trigger == "new_commit" and one.commit is not None:
        trigger["newCommit"] = one.commit.id
    return trigger


def _by(name: str, person: Person | None) -> dict[str, object]:
    return {} if person is None else {name: {"id": person.id, "email": person.email}}
