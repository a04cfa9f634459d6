"""The calls that change how a service runs: restart, scale, suspend, resume."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.reading import refuse_suspended, service_of

MOST_INSTANCES = 100  # of a service scaled by hand; one with a disk has one (docs/scaling)


async def restart(account: Account, request: Request) -> Response:
    service = service_of(account, request)
    refuse_suspended(service)
    service.ask_restart(account.person.id)
    return Response(status_code=200)


async def scale(account: Account, request: Request) -> Response:
    service = service_of(account, request)
    count = (await query.body(request)).get("numInstances")
    refuse_suspended(service)
    most = 1 if service.spec.disk else MOST_INSTANCES
    if type(count) is not int or not 1 <= count <= most:
        raise query.Refused(400, f"numInstances must be between 1 and {most}")
    service.ask_scale(count)
    return Response(status_code=202)


async def suspend(account: Account, request: Request) -> Response:
    service_of(account, request).ask_suspend(account.person)
    return Response(status_code=202)


async def resume(account: Account, request: Request) -> Response:
    service_of(account, request).ask_resume(account.person)
    return Response(status_code=202)
