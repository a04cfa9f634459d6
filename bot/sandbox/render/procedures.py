"""The order of things when a service is deployed, restarted, scaled, suspended or resumed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.render import preparing, telling
from bot.sandbox.render.instance import Instance
from bot.sandbox.render.state import WAITING, Failure, Person, Release

if TYPE_CHECKING:
    from bot.sandbox.render.service import Service

# World seconds.
CREATED_SECONDS = 1.0

Failed = tuple[Instance, Failure]


async def deploy(service: Service, deploy_id: str) -> None:
    await asyncio.sleep(service.pace.real(CREATED_SECONDS))
    release = preparing.release_of(service, service.history.deploys[deploy_id])
    if not await preparing.prepare(service, release):
        return
    service.history.move(deploy_id, "update_in_progress")
    service.say("Deploying...", kind="build")
    failed = await _replace(service, release)
    if failed is None:
        _go_live(service, release)
    else:
        _fall_through(service, deploy_id, *failed)


async def restart(service: Service, user_id: str | None) -> None:
    """With zero downtime while the old instances are well; at once when they are not.

    The new ones run what the live deploy ran, with the configuration of then (docs/deploys).
    """
    release = service.release
    if service.suspended or not service.serving or release is None:
        return
    service.restarts += 1
    service.history.add("server_restarted", {"triggeredByUser": user_id})
    service.say("Deploying...", kind="build")
    if not any(one.healthy and one.running for one in service.serving):
        service.fleet.bring_up(release)
        service.fleet.switch_over(booted=False)
        return
    failed = await _replace(service, release)
    if failed is None:
        service.fleet.switch_over(booted=True)
        service.say("Your service is live", kind="build")
    else:
        service.failed(*failed)
        _put_back(service)


async def scale(service: Service) -> None:
    if service.release is not None and not service.suspended:
        release = replace(service.release, instance_count=service.settings.instance_count)
        service.keep(release)
        service.fleet.resize(release)


async def suspend(service: Service, person: Person | None, suspender: str) -> None:
    if service.suspended:
        return
    service.suspenders = [suspender]
    details = {"actor": suspender, **telling.by("suspendedByUser", person)}
    service.history.add("suspender_added", details)
    service.history.add("service_suspended")
    await service.fleet.empty()


async def resume(service: Service, person: Person | None) -> None:
    if not service.suspended:
        return
    service.suspenders = []
    details = {"actor": "user", **telling.by("resumedByUser", person)}
    service.history.add("suspender_removed", details)
    service.history.add("service_resumed")
    live = service.history.live
    if live is not None:
        service.ask_for(live.commit, "service_resumed")
    else:
        service.ask_deploy("service_resumed")


def cancel(service: Service, deploy_id: str) -> None:
    """Close the row of a deploy that was given up before its end."""
    given_up = service.history.deploys[deploy_id]
    service.history.move(deploy_id, "canceled")
    if given_up.status not in WAITING:
        newer = given_up.replaced_by
        reason: telling.Reason = {"newDeploy": {"id": newer}} if newer else {}
        telling.deploy_ended(service, deploy_id, "canceled", reason)


def tell_exit(service: Service, instance: Instance, failure: Failure) -> None:
    """The line of an end by itself; for the others the platform writes none."""
    if failure.exit_code is not None:
        text = f"Application exited with code {failure.exit_code}"
        service.say(text, instance=instance)


async def _replace(service: Service, release: Release) -> Failed | None:
    """Bring the release up beside what serves; a disk has one user at a time, so after it."""
    try:
        if service.spec.disk:
            await service.fleet.empty()
        service.fleet.bring_up(release)
        return await _boot(service)
    except asyncio.CancelledError:
        _put_back(service)
        raise


async def _boot(service: Service) -> Failed | None:
    """Start all incoming instances; the first of them that is not healthy with the others."""
    failures = await asyncio.gather(*(one.boot() for one in service.incoming))
    for instance, failure in zip(service.incoming, failures, strict=True):
        if failure is not None:
            return instance, failure
        if not instance.running:
            return instance, await instance.ended()
    return None


def _put_back(service: Service) -> None:
    """What came is sent away, and what it had already replaced comes back."""
    service.fleet.send_back()
    if not service.serving and service.release is not None and not service.suspended:
        service.fleet.bring_up(service.release)
        service.fleet.switch_over(booted=False)


def _go_live(service: Service, release: Release) -> None:
    service.history.go_live(release.deploy_id)
    service.keep(release)
    service.say("Your service is live", kind="build")
    telling.deploy_ended(service, release.deploy_id, "succeeded")
    service.fleet.switch_over(booted=True)
    service.look_again()


def _fall_through(service: Service, deploy_id: str, instance: Instance, failure: Failure) -> None:
    tell_exit(service, instance, failure)
    service.say("Deploy failed", kind="build")
    _put_back(service)
    service.history.move(deploy_id, "update_failed")
    telling.deploy_ended(service, deploy_id, "failed", {"failure": failure.details()})
