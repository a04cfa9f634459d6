"""The calls that change something: settings, deploy, restart, suspend, resume."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.reading import service_of
from bot.sandbox.render.service import Service
from bot.sandbox.render.shapes import deploy_json, service_json
from bot.sandbox.render.state import Settings
from bot.sandbox.render.times import now

LATE_ROW_SECONDS = 5.0  # world seconds until the row of a merely accepted deploy appears

AUTO_DEPLOY = {"yes": "commit", "no": "off"}
TRIGGERS = ("commit", "checksPass", "off")


async def change_service(account: Account, request: Request) -> Response:
    service = service_of(account, request)
    _change(service.settings, await query.body(request))
    service.updated_at = now()
    return JSONResponse(service_json(service, account.owner_id))


async def create_deploy(account: Account, request: Request) -> Response:
    """201 with the deploy, which by then has left `created`; or 202 with nothing."""
    service = service_of(account, request)
    wish = await query.body(request)
    commit_id = wish.get("commitId")
    _refuse_suspended(service)
    if commit_id is not None and not service.knows(str(commit_id)):
        raise query.missing(str(commit_id))
    if account.accept_with_202:
        account.later(_deploy_later(service, commit_id))
        return Response(status_code=202)
    asked, _ = service.ask_deploy("api", commit_id)
    deploy = await service.history.leaves(asked.id, "created")
    return JSONResponse(deploy_json(deploy), 201)


async def restart(account: Account, request: Request) -> Response:
    service = service_of(account, request)
    _refuse_suspended(service)
    service.ask_restart(account.person.id)
    return Response(status_code=200)


async def suspend(account: Account, request: Request) -> Response:
    service_of(account, request).ask_suspend(account.person)
    return Response(status_code=202)


async def resume(account: Account, request: Request) -> Response:
    service_of(account, request).ask_resume(account.person)
    return Response(status_code=202)


async def _deploy_later(service: Service, commit_id: str | None) -> None:
    await asyncio.sleep(service.pace.real(LATE_ROW_SECONDS))
    service.ask_deploy("api", commit_id)


def _change(settings: Settings, wish: dict[str, Any]) -> None:
    """`autoDeploy` and `autoDeployTrigger` are two views of one setting."""
    trigger = wish.get("autoDeployTrigger", AUTO_DEPLOY.get(wish.get("autoDeploy", "")))
    if "autoDeploy" in wish and wish["autoDeploy"] not in AUTO_DEPLOY:
        raise query.Refused(400, f"invalid autoDeploy: {wish['autoDeploy']}")
    if trigger is not None and trigger not in TRIGGERS:
        raise query.Refused(400, f"invalid autoDeployTrigger: {trigger}")
    settings.auto_deploy_trigger = trigger or settings.auto_deploy_trigger
    settings.name = wish.get("name", settings.name)
    settings.branch = wish.get("branch", settings.branch)


def _refuse_suspended(service: Service) -> None:
    if service.suspended:
        raise query.Refused(400, f"service is suspended: {service.id}")
