"""The calls about deploys: begin one, cancel one, go back to an earlier one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.reading import deploy_of, refuse_suspended, service_of
from bot.sandbox.render.service import Service
from bot.sandbox.render.shapes import deploy_json
from bot.sandbox.render.state import FINISHED, SUCCEEDED, Deploy, Wish
from bot.sandbox.render.work import Job

LATE_ROW_SECONDS = 5.0  # world seconds until the row of a merely accepted deploy appears

CACHE = ("do_not_clear", "clear")
MODES = ("build_and_deploy", "deploy_only")
BUILD_FIELDS = ("commitId", "imageUrl", "clearCache")

Ask = Callable[[], tuple[Deploy, Job]]


async def create_deploy(account: Account, request: Request) -> Response:
    """201 with the deploy, which by then has left `created`; or 202 with nothing."""
    service = service_of(account, request)
    wish = await query.body(request)
    refuse_suspended(service)
    cache, mode = _choice(wish, "clearCache", CACHE), _choice(wish, "deployMode", MODES)
    if mode == "deploy_only":
        return await _begin(account, service, _deploy_only(service, wish))
    commit_id = _commit_id(service, wish)
    kind = Wish(clear_cache=cache == "clear")
    return await _begin(account, service, partial(service.ask_deploy, "api", commit_id, kind))


async def cancel_deploy(account: Account, request: Request) -> Response:
    service = service_of(account, request)
    deploy = deploy_of(service, request)
    if deploy.status in FINISHED:
        raise query.Refused(400, f"deploy is not in progress: {deploy.id} is {deploy.status}")
    job = service.ask_cancel(deploy.id)
    if job is not None:
        await job.done.wait()
    return JSONResponse(deploy_json(service.history.deploys[deploy.id]))


async def roll_back(account: Account, request: Request) -> Response:
    """As a new deploy of what an earlier one had built; auto-deploy stays as it is.

    How Render words the refusal of a target that never succeeded or is no longer kept is unknown.
    """
    service = service_of(account, request)
    target_id = (await query.body(request)).get("deployId")
    if not isinstance(target_id, str):
        raise query.Refused(400, "missing required field: deployId")
    target = service.history.deploys.get(target_id)
    if target is None:
        raise query.missing(target_id)
    refuse_suspended(service)
    if target.status not in SUCCEEDED:
        raise query.Refused(400, f"cannot roll back to {target.id}: it is {target.status}")
    if service.artifacts.get(target.id) is None:
        raise query.Refused(400, f"cannot roll back to {target.id}: its build is no longer kept")
    return await _begin(account, service, partial(service.ask_again, target.id, "rollback"))


async def _begin(account: Account, service: Service, ask: Ask) -> Response:
    if account.accept_with_202:
        account.later(_later(service, ask))
        return Response(status_code=202)
    asked, _ = ask()
    deploy = await service.history.leaves(asked.id, "created")
    return JSONResponse(deploy_json(deploy), 201)


async def _later(service: Service, ask: Ask) -> None:
    await asyncio.sleep(service.pace.real(LATE_ROW_SECONDS))
    if not service.suspended:
        ask()


def _deploy_only(service: Service, wish: dict[str, Any]) -> Ask:
    """The last build again, with the settings of now."""
    if any(wish.get(name) is not None for name in BUILD_FIELDS):
        raise query.Refused(400, "deploy_only cannot be combined with a commit, image or cache")
    live = service.history.live
    if live is None:
        raise query.Refused(400, "there is no successful build to deploy")
    return partial(service.ask_again, live.id, "api")


def _commit_id(service: Service, wish: dict[str, Any]) -> str | None:
    commit_id = wish.get("commitId") or None
    if commit_id is None or (isinstance(commit_id, str) and service.knows(commit_id)):
        return commit_id
    raise query.Refused(400, f"commit not found: {commit_id}")


def _choice(wish: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = wish.get(name) or choices[0]
    if value not in choices:
        raise query.Refused(400, f"invalid {name}: {value}")
    return str(value)
