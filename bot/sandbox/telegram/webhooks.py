"""Bot API methods about how updates reach a bot: its webhook and its queue.

What an address must be, and the words when it is not, are the server's own
(tdlib/telegram-bot-api, `Client.cpp`), with one difference: this world speaks plain HTTP too, but
only with this machine, and accepts any https address without looking it up.
"""

from __future__ import annotations

import re
import ssl
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.delivery import Delivery, Hook, is_loopback
from bot.sandbox.telegram.errors import Json, bad_request, flooded
from bot.sandbox.telegram.state import Account

SECRET = re.compile(r"^[A-Za-z0-9_-]{1,256}$")
PORTS = (None, 80, 88, 443, 8443)
MOST_CONNECTIONS = 100
BETWEEN = 1  # world seconds between two settings
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)


async def get_updates(core: Core, bot: Account, given: Json) -> list[Json]:
    queue = core.updates[bot.id]
    if bot.id in core.deliveries:
        await queue.refuse(WEBHOOK_ACTIVE)
    queue.allow(given.get("allowed_updates"))
    return await queue.fetch(
        given.get("offset", 0), given.get("limit", 100), given.get("timeout", 0)
    )


def get_webhook_info(core: Core, bot: Account, given: Json) -> Json:  # noqa: ARG001 - every method's shape
    queue, delivery = core.updates[bot.id], core.deliveries.get(bot.id)
    info: Json = {"url": "", "has_custom_certificate": False}
    if delivery is not None:
        info = delivery.hook.shown()
    info["pending_update_count"] = queue.pending
    return info | ({"allowed_updates": list(queue.allowed)} if queue.allowed else {})


def set_webhook(core: Core, bot: Account, given: Json) -> bool:
    if not given["url"]:
        return delete_webhook(core, bot, given)
    hook = _hook(given)
    if (now := core.now()) < core.state.webhook_again.get(bot.id, 0):
        raise flooded(BETWEEN)
    core.state.webhook_again[bot.id] = now + core.pace.real(BETWEEN)
    queue = core.updates[bot.id]
    queue.allow(given.get("allowed_updates"))
    if given.get("drop_pending_updates"):
        queue.drop()
    queue.abort("terminated by setWebhook request")
    _stop(core, bot)

    async def answered(method: str, asked: Json) -> None:
        if core.perform is not None:
            await core.perform(bot, method, asked)

    core.deliveries[bot.id] = Delivery(hook, queue, core.pace, core.now, answered)
    return True


def _hook(given: Json) -> Hook:
    url = str(given["url"])
    try:
        port = urlsplit(url).port
    except ValueError:
        raise bad_request("bad webhook: Invalid URL port specified") from None
    if not url.startswith("https://") and not (url.startswith("http://") and is_loopback(url)):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not is_loopback(url) and port not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if "secret_token" in given and not SECRET.match(given["secret_token"]):
        raise bad_request("secret token contains unallowed characters")
    most = min(max(given.get("max_connections", 40), 1), MOST_CONNECTIONS)
    ip_address = given.get("ip_address")
    hook = Hook(url, given.get("secret_token", ""), most, _certificate(given), ip_address)
    try:
        hook.trust()
    except ssl.SSLError:
        raise bad_request("bad webhook: Failed to set custom certificate file") from None
    return hook


def _certificate(given: Json) -> str | None:
    upload: Any = given.get("certificate")
    return None if upload is None else upload.data.decode("ascii", "replace")


def delete_webhook(core: Core, bot: Account, given: Json) -> bool:
    _stop(core, bot)
    if given.get("drop_pending_updates"):
        core.updates[bot.id].drop()
    return True


def _stop(core: Core, bot: Account) -> None:
    if (delivery := core.deliveries.pop(bot.id, None)) is not None:
        delivery.stop()
