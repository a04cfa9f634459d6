"""The calls that read and change a service's environment variables; none of them deploys.

Sources: OpenAPI, env-vars paths; render.com/docs/configure-environment-variables.
"""

from __future__ import annotations

import base64
import re
import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.paging import page
from bot.sandbox.render.reading import service_of
from bot.sandbox.render.service import Service

NAME = re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]*")  # which names are refused is unknown
GENERATED_BYTES = 32


def stored(service: Service) -> dict[str, str]:
    """What the next deploy takes; running instances keep what they were started with."""
    return service.settings.env


async def list_env_vars(account: Account, request: Request) -> Response:
    rows = _rows(stored(service_of(account, request)))
    return JSONResponse(query.paged(request, rows, "envVar", by="key"))


async def replace_env_vars(account: Account, request: Request) -> Response:
    """Whatever the list leaves out is gone. Answers with all of them; its paging is unknown."""
    env = stored(service_of(account, request))
    wanted = [_named(one) for one in await query.body_list(request)]
    env.clear()
    env.update(wanted)
    rows = _rows(env)
    return JSONResponse(page(rows, "envVar", cursor=None, limit=len(rows), by="key"))


async def show_env_var(account: Account, request: Request) -> Response:
    key, env = _key(account, request)
    return JSONResponse({"key": key, "value": env[key]})


async def put_env_var(account: Account, request: Request) -> Response:
    env = stored(service_of(account, request))
    wish = {**await query.body(request), "key": request.path_params["key"]}
    key, value = _named(wish)
    env[key] = value
    return JSONResponse({"key": key, "value": value})


async def delete_env_var(account: Account, request: Request) -> Response:
    key, env = _key(account, request)
    del env[key]
    return Response(status_code=204)


def _key(account: Account, request: Request) -> tuple[str, dict[str, str]]:
    key, env = request.path_params["key"], stored(service_of(account, request))
    if key not in env:
        raise query.missing(key)
    return key, env


def _named(wish: object) -> tuple[str, str]:
    """`{key, value}` or `{key, generateValue: true}`, which asks for a random value."""
    if not isinstance(wish, dict):
        raise query.Refused(400, "invalid request body")
    key = query.said(wish, "key", str)
    if not NAME.fullmatch(key):
        raise query.Refused(400, f"invalid key: {key}")
    if wish.get("generateValue") is True:
        return key, base64.b64encode(secrets.token_bytes(GENERATED_BYTES)).decode()
    return key, query.said(wish, "value", str)


def _rows(env: dict[str, str]) -> list[dict[str, object]]:
    return [{"key": key, "value": env[key]} for key in sorted(env)]
