"""What comes before a new version is started: its configuration, its build, its pre-deploy."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.render import builds, telling
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.state import Deploy, Release

if TYPE_CHECKING:
    from bot.sandbox.render.service import Service

BUILD_SECONDS = 40.0  # world seconds


def release_of(service: Service, deploy: Deploy) -> Release:
    """What is to run: the configuration of now, or with a rollback that of the target.

    A rollback keeps the instance type, and overwrites no setting (docs/rollbacks).
    """
    kept = service.artifacts.get(deploy.wish.artifact_of)
    now = service.spec
    if kept is not None and deploy.trigger == "rollback":
        return replace(kept, deploy_id=deploy.id, spec=kept.spec.on_plan_of(now))
    folder = kept.folder if kept else service.artifacts.folder_of(deploy.id)
    settings = service.settings
    return Release(
        deploy_id=deploy.id,
        folder=folder if service.source is not None else None,
        env=dict(settings.env),
        spec=now,
        commit=deploy.commit,
        branch=settings.branch,
        instance_count=settings.instance_count,
    )


async def prepare(service: Service, release: Release) -> bool:
    """Everything up to the start; whether that may come now.

    A rollback has nothing to prepare; whether Render runs the pre-deploy command is unknown.
    """
    deploy = service.history.deploys[release.deploy_id]
    builds_it = deploy.wish.artifact_of is None
    runs_it = bool(release.spec.pre_deploy) and deploy.trigger != "rollback"
    first = "pre_deploy_in_progress" if runs_it else "update_in_progress"
    service.history.move(deploy.id, "build_in_progress" if builds_it else first)
    telling.deploy_started(service, deploy.id)
    if builds_it and not await _build(service, deploy.id, release):
        return False
    return not runs_it or await _pre_deploy(service, deploy.id, release)


async def _build(service: Service, deploy_id: str, release: Release) -> bool:
    build_id = new_id("bld")
    telling.build_started(service, deploy_id, build_id)
    service.say("Building...", kind="build")
    try:
        failure, _ = await asyncio.gather(
            builds.build(service, release), asyncio.sleep(service.pace.real(BUILD_SECONDS))
        )
    except asyncio.CancelledError:
        telling.build_ended(service, build_id, "canceled")
        raise
    if failure is None:
        telling.build_ended(service, build_id, "succeeded")
        builds.succeeded(service)
        return True
    telling.build_ended(service, build_id, "failed", {"failure": failure.details()})
    builds.failed(service, failure)
    service.history.move(deploy_id, "build_failed")
    telling.deploy_ended(service, deploy_id, "failed", {"buildFailed": {"id": build_id}})
    return False


async def _pre_deploy(service: Service, deploy_id: str, release: Release) -> bool:
    run_id = new_id("dce")
    service.history.move(deploy_id, "pre_deploy_in_progress")
    telling.pre_deploy_started(service, deploy_id, run_id)
    try:
        failure = await builds.pre_deploy(service, release)
    except asyncio.CancelledError:
        telling.pre_deploy_ended(service, deploy_id, run_id, "canceled")
        raise
    if failure is None:
        telling.pre_deploy_ended(service, deploy_id, run_id, "succeeded")
        return True
    reason: telling.Reason = {"failure": failure.details()}
    telling.pre_deploy_ended(service, deploy_id, run_id, "failed", reason)
    service.say(f"Pre-deploy has failed: exited with status {failure.exit_code}", kind="build")
    service.history.move(deploy_id, "pre_deploy_failed")
    telling.deploy_ended(service, deploy_id, "failed", reason)
    return False
