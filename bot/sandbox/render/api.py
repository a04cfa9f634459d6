"""The routes of the API: one row in the table and one function for each call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.render import actions, reading, telemetry
from bot.sandbox.render.account import Account
from bot.sandbox.render.query import Refused

Endpoint = Callable[[Account, Request], Awaitable[Response]]

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

CALLS: list[tuple[str, str, Endpoint]] = [
    ("GET", "/owners", reading.list_owners),
    ("GET", "/users", reading.show_user),
    ("GET", "/services", reading.list_services),
    ("GET", "/services/{service_id}", reading.show_service),
    ("PATCH", "/services/{service_id}", actions.change_service),
    ("GET", "/services/{service_id}/deploys", reading.list_deploys),
    ("POST", "/services/{service_id}/deploys", actions.create_deploy),
    ("GET", "/services/{service_id}/deploys/{deploy_id}", reading.show_deploy),
    ("POST", "/services/{service_id}/restart", actions.restart),
    ("POST", "/services/{service_id}/suspend", actions.suspend),
    ("POST", "/services/{service_id}/resume", actions.resume),
    ("GET", "/services/{service_id}/instances", reading.list_instances),
    ("GET", "/services/{service_id}/events", reading.list_events),
    ("GET", "/events/{event_id}", reading.show_event),
    ("GET", "/logs", telemetry.list_logs),
    ("GET", "/logs/values", telemetry.list_label_values),
    ("GET", "/metrics/{name}", telemetry.show_metric),
    ("GET", "/postgres", reading.list_databases),
    ("GET", "/postgres/{database_id}", reading.show_database),
]


def application(account: Account) -> Starlette:
    routes = [
        Route(path, partial(endpoint, account), methods=[method])
        for method, path, endpoint in CALLS
    ]
    rest = Route("/{rest:path}", _nothing_here, methods=METHODS)
    return Starlette(routes=[*routes, rest], exception_handlers={Refused: _refuse})


async def _nothing_here(request: Request) -> Response:
    return JSONResponse({"message": f"not found: {request.path_params['rest']}"}, 404)


async def _refuse(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, Refused)  # noqa: S101  that is what it is registered for
    return JSONResponse({"message": error.message}, error.status)
