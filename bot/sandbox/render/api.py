"""The routes of the API: one row in the table and one function for each call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from bot.sandbox.render import (
    actions,
    changes,
    deploying,
    env_vars,
    jobs,
    maintenance,
    postgres,
    reading,
    telemetry,
    webhooks,
)
from bot.sandbox.render.account import Account
from bot.sandbox.render.query import Refused
from bot.sandbox.render.stream import Stream

Endpoint = Callable[[Account, Request], Awaitable[Response]]

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

CALLS: list[tuple[str, str, Endpoint]] = [
    ("GET", "/owners", reading.list_owners),
    ("GET", "/users", reading.show_user),
    ("GET", "/services", reading.list_services),
    ("GET", "/services/{service_id}", reading.show_service),
    ("PATCH", "/services/{service_id}", changes.change_service),
    ("GET", "/services/{service_id}/deploys", reading.list_deploys),
    ("POST", "/services/{service_id}/deploys", deploying.create_deploy),
    ("GET", "/services/{service_id}/deploys/{deploy_id}", reading.show_deploy),
    ("POST", "/services/{service_id}/deploys/{deploy_id}/cancel", deploying.cancel_deploy),
    ("POST", "/services/{service_id}/rollback", deploying.roll_back),
    ("POST", "/services/{service_id}/restart", actions.restart),
    ("POST", "/services/{service_id}/scale", actions.scale),
    ("POST", "/services/{service_id}/suspend", actions.suspend),
    ("POST", "/services/{service_id}/resume", actions.resume),
    ("GET", "/services/{service_id}/instances", reading.list_instances),
    ("GET", "/services/{service_id}/events", reading.list_events),
    ("GET", "/events/{event_id}", reading.show_event),
    ("GET", "/logs", telemetry.list_logs),
    ("GET", "/logs/values", telemetry.list_label_values),
    ("GET", "/metrics/{name}", telemetry.show_metric),
    ("GET", "/services/{service_id}/env-vars", env_vars.list_env_vars),
    ("PUT", "/services/{service_id}/env-vars", env_vars.replace_env_vars),
    ("GET", "/services/{service_id}/env-vars/{key}", env_vars.show_env_var),
    ("PUT", "/services/{service_id}/env-vars/{key}", env_vars.put_env_var),
    ("DELETE", "/services/{service_id}/env-vars/{key}", env_vars.delete_env_var),
    ("POST", "/services/{service_id}/jobs", jobs.create_job),
    ("GET", "/services/{service_id}/jobs", jobs.list_jobs),
    ("GET", "/services/{service_id}/jobs/{job_id}", jobs.show_job),
    ("POST", "/services/{service_id}/jobs/{job_id}/cancel", jobs.cancel_job),
    ("GET", "/postgres", postgres.list_databases),
    ("GET", "/postgres/{database_id}", postgres.show_database),
    ("GET", "/postgres/{database_id}/connection-info", postgres.show_connection_info),
    ("POST", "/postgres/{database_id}/restart", postgres.restart),
    ("POST", "/postgres/{database_id}/suspend", postgres.suspend),
    ("POST", "/postgres/{database_id}/resume", postgres.resume),
    ("POST", "/postgres/{database_id}/failover", postgres.failover),
    ("GET", "/maintenance", maintenance.list_runs),
    ("GET", "/maintenance/{run_id}", maintenance.show_run),
    ("PATCH", "/maintenance/{run_id}", maintenance.move_run),
    ("POST", "/maintenance/{run_id}/trigger", maintenance.trigger_run),
    ("POST", "/webhooks", webhooks.create_webhook),
    ("GET", "/webhooks", webhooks.list_webhooks),
    ("GET", "/webhooks/{webhook_id}", webhooks.show_webhook),
    ("PATCH", "/webhooks/{webhook_id}", webhooks.change_webhook),
    ("DELETE", "/webhooks/{webhook_id}", webhooks.delete_webhook),
    ("GET", "/webhooks/{webhook_id}/events", webhooks.list_attempts),
]


def application(account: Account) -> Starlette:
    routes = [
        Route(path, partial(endpoint, account), methods=[method])
        for method, path, endpoint in CALLS
    ]
    stream = WebSocketRoute("/logs/subscribe", Stream(account))
    rest = Route("/{rest:path}", _nothing_here, methods=METHODS)
    return Starlette(routes=[*routes, stream, rest], exception_handlers={Refused: _refuse})


async def _nothing_here(request: Request) -> Response:
    return JSONResponse({"message": f"not found: {request.path_params['rest']}"}, 404)


async def _refuse(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, Refused)  # noqa: S101  that is what it is registered for
    return JSONResponse({"message": error.message}, error.status)
