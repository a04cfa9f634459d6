"""The calls that show what there is: owners, services, deploys, instances, events."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.service import Service
from bot.sandbox.render.shapes import deploy_json, event_json, service_json
from bot.sandbox.render.state import Deploy
from bot.sandbox.render.times import stamp


async def list_owners(account: Account, request: Request) -> Response:
    return JSONResponse(query.paged(request, [account.owner()], "owner"))


async def show_user(account: Account, request: Request) -> Response:
    del request
    person = account.person
    return JSONResponse({"id": person.id, "email": person.email, "name": person.name})


async def list_services(account: Account, request: Request) -> Response:
    found = [
        one
        for one in account.services.values()
        if query.between(request, "created", one.created_at)
    ]
    rows = [service_json(one, account.owner_id) for one in found]
    for name in ("name", "type", "ownerId", "suspended"):
        wanted = query.commas(request, name)
        rows = [row for row in rows if not wanted or row[name] in wanted]
    return JSONResponse(query.paged(request, rows, "service"))


async def show_service(account: Account, request: Request) -> Response:
    return JSONResponse(service_json(service_of(account, request), account.owner_id))


async def list_deploys(account: Account, request: Request) -> Response:
    wanted = query.repeated(request, "status")
    rows = [
        deploy_json(one)
        for one in service_of(account, request).history.newest_first()
        if (not wanted or one.status in wanted)
        and query.between(request, "created", one.created_at)
        and query.between(request, "updated", one.updated_at)
        and query.between(request, "finished", one.finished_at)
    ]
    return JSONResponse(query.paged(request, rows, "deploy"))


async def show_deploy(account: Account, request: Request) -> Response:
    service = service_of(account, request)
    return JSONResponse(deploy_json(deploy_of(service, request)))


async def list_instances(account: Account, request: Request) -> Response:
    instances = service_of(account, request).instances
    return JSONResponse([{"id": one.id, "createdAt": stamp(one.created_at)} for one in instances])


async def list_events(account: Account, request: Request) -> Response:
    start, end = query.window(request)
    wanted = query.commas(request, "type")
    rows = [
        event_json(one)
        for one in reversed(service_of(account, request).history.events)
        if start <= one.at <= end and (not wanted or one.type in wanted)
    ]
    return JSONResponse(query.paged(request, rows, "event"))


async def show_event(account: Account, request: Request) -> Response:
    event_id = request.path_params["event_id"]
    event = next((one for one in account.events() if one.id == event_id), None)
    if event is None:
        raise query.missing(event_id)
    return JSONResponse(event_json(event))


def service_of(account: Account, request: Request) -> Service:
    service_id = request.path_params["service_id"]
    service = account.services.get(service_id)
    if service is None:
        raise query.missing(service_id)
    return service


def deploy_of(service: Service, request: Request) -> Deploy:
    deploy_id = request.path_params["deploy_id"]
    deploy = service.history.deploys.get(deploy_id)
    if deploy is None:
        raise query.missing(deploy_id)
    return deploy


def refuse_suspended(service: Service) -> None:
    """What the platform answers is unknown; that it does nothing is not."""
    if service.suspended:
        raise query.Refused(400, f"service is suspended: {service.id}")
