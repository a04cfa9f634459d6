"""The calls about databases: what there is, how one connects, restart, suspend, resume, failover.

Source: OpenAPI, the postgres paths; each act answers 202 with an empty body.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.databases import (
    Database,
    connection_info,
    database_detail,
    database_row,
)

ACCEPTED = 202


async def list_databases(account: Account, request: Request) -> Response:
    found = [
        one
        for one in account.databases.values()
        if query.between(request, "created", one.created_at)
        and query.between(request, "updated", one.updated_at)
    ]
    rows = [database_row(one, account.owner()) for one in found]
    for name in ("name", "region", "suspended"):
        wanted = query.commas(request, name)
        rows = [row for row in rows if not wanted or row[name] in wanted]
    owners = query.commas(request, "ownerId")
    if (owners and account.owner_id not in owners) or query.commas(request, "environmentId"):
        rows = []
    return JSONResponse(query.paged(request, rows, "postgres"))


async def show_database(account: Account, request: Request) -> Response:
    return JSONResponse(database_detail(database_of(account, request), account.owner()))


async def show_connection_info(account: Account, request: Request) -> Response:
    return JSONResponse(connection_info(database_of(account, request)))


async def restart(account: Account, request: Request) -> Response:
    database = _running(account, request)
    account.later(database.do_restart(account.person))
    return Response(status_code=ACCEPTED)


async def suspend(account: Account, request: Request) -> Response:
    database = database_of(account, request)
    if not database.suspended:
        account.later(database.do_suspend())
    return Response(status_code=ACCEPTED)


async def resume(account: Account, request: Request) -> Response:
    database = database_of(account, request)
    if database.suspended:
        account.later(database.do_resume())
    return Response(status_code=ACCEPTED)


async def failover(account: Account, request: Request) -> Response:
    database = _running(account, request)
    if not database.high_availability:
        raise query.Refused(400, "high availability is not enabled")
    account.later(database.do_failover())
    return Response(status_code=ACCEPTED)


def database_of(account: Account, request: Request) -> Database:
    database_id = request.path_params["database_id"]
    database = account.databases.get(database_id)
    if database is None:
        raise query.missing(database_id)
    return database


def _running(account: Account, request: Request) -> Database:
    database = database_of(account, request)
    if database.suspended:
        raise query.Refused(400, f"database is suspended: {database.id}")
    return database
