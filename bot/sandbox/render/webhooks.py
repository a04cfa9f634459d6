"""The calls that set up webhooks and show what was sent to them.

Source: OpenAPI, webhooks paths. Unknown: whether each attempt has a row of its own.
"""

from __future__ import annotations

import base64
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.delivery import Attempt, Webhook
from bot.sandbox.render.kinds import KINDS
from bot.sandbox.render.times import stamp

SECRET_BYTES = 32


async def create_webhook(account: Account, request: Request) -> Response:
    wish = await query.body(request)
    if query.said(wish, "ownerId", str) != account.owner_id:
        raise query.missing(wish["ownerId"])
    secret = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    webhook = Webhook(
        url=_url(wish),
        name=query.said(wish, "name", str),
        enabled=query.said(wish, "enabled", bool),
        kinds=_kinds(wish),
        secret=f"whsec_{secret}",
    )
    account.post.webhooks[webhook.id] = webhook
    account.watch_databases()
    return JSONResponse(webhook_json(webhook), 201)


async def list_webhooks(account: Account, request: Request) -> Response:
    owners = query.commas(request, "ownerId")
    mine = not owners or account.owner_id in owners
    rows = [webhook_json(one) for one in account.post.webhooks.values() if mine]
    return JSONResponse(query.paged(request, rows, "webhook"))


async def show_webhook(account: Account, request: Request) -> Response:
    return JSONResponse(webhook_json(_webhook(account, request)))


async def change_webhook(account: Account, request: Request) -> Response:
    webhook, wish = _webhook(account, request), await query.body(request)
    url = _url({"url": webhook.url, **wish})
    kinds = _kinds(wish) if "eventFilter" in wish else webhook.kinds
    webhook.name = query.said(wish, "name", str, webhook.name)
    webhook.enabled = query.said(wish, "enabled", bool, webhook.enabled)
    webhook.url, webhook.kinds = url, kinds
    return JSONResponse(webhook_json(webhook))


async def delete_webhook(account: Account, request: Request) -> Response:
    del account.post.webhooks[_webhook(account, request).id]
    return Response(status_code=204)


async def list_attempts(account: Account, request: Request) -> Response:
    rows = [
        attempt_json(one)
        for one in reversed(_webhook(account, request).attempts)
        if query.between(request, "sent", one.sent_at)
    ]
    return JSONResponse(query.paged(request, rows, "webhookEvent"))


def webhook_json(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "name": webhook.name,
        "secret": webhook.secret,
        "enabled": webhook.enabled,
        "eventFilter": list(webhook.kinds),
    }


def attempt_json(attempt: Attempt) -> dict[str, object]:
    """Either an answer, or the error that stood in its way."""
    outcome = {
        "statusCode": attempt.status,
        "responseBody": attempt.answer,
        "error": attempt.error,
    }
    return {
        "id": attempt.id,
        "eventId": attempt.event_id,
        "eventType": attempt.event_type,
        "sentAt": stamp(attempt.sent_at),
        **{name: value for name, value in outcome.items() if value is not None},
    }


def _webhook(account: Account, request: Request) -> Webhook:
    webhook_id = request.path_params["webhook_id"]
    webhook = account.post.webhooks.get(webhook_id)
    if webhook is None:
        raise query.missing(webhook_id)
    return webhook


def _url(wish: dict[str, Any]) -> str:
    url = query.said(wish, "url", str)
    if not url.startswith(("http://", "https://")):
        raise query.Refused(400, f"invalid url: {url}")
    return url


def _kinds(wish: dict[str, Any]) -> tuple[str, ...]:
    kinds = query.said(wish, "eventFilter", list)
    for kind in kinds:
        if kind not in KINDS:
            raise query.Refused(400, f"invalid eventFilter: {kind}")
    return tuple(kinds)
