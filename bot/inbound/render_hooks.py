"""Render's webhooks: a signed event rings for a look; its thin body is never taken as the truth.

Source: render.com/docs/webhooks (Standard Webhooks; 15 s to answer, tried again with the same id)
and standardwebhooks.com.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from bot.flows.engine import Bell, News
from bot.inbound.border import SHORTEST_SECRET, Answer, Seldom, read_json, require
from bot.ports import Stale, Store, Unavailable

log = logging.getLogger(__name__)

LookNow = Callable[[str], Awaitable[object]]

# Events after which a service or a database may stand otherwise than before (OpenAPI,
# webhookEvent.eventType). Others, and those that are new, are nothing to us.
RINGS = frozenset(
    {
        "server_failed",
        "server_available",
        "server_restarted",
        "server_hardware_failure",
        "service_suspended",
        "service_resumed",
        "deploy_started",
        "deploy_ended",
        "build_started",
        "build_ended",
        "pre_deploy_started",
        "pre_deploy_ended",
        "image_pull_failed",
        "instance_count_changed",
        "autoscaling_started",
        "autoscaling_ended",
        "plan_changed",
        "maintenance_started",
        "maintenance_ended",
        "maintenance_mode_enabled",
        "zero_downtime_redeploy_started",
        "zero_downtime_redeploy_ended",
        "postgres_available",
        "postgres_unavailable",
        "postgres_restarted",
        "postgres_cluster_leader_changed",
        "postgres_ha_status_changed",
        "postgres_disk_size_changed",
        "postgres_read_replica_stale",
        "postgres_wal_archive_failed",
        "postgres_upgrade_started",
        "postgres_upgrade_succeeded",
        "postgres_upgrade_failed",
    }
)
SEEN = "render:webhook-ids"  # the memo
REMEMBERED = 200  # ids; one event is tried at most eight times
LONGEST_ID = 100  # characters
LOOK_WITHIN = 60.0  # seconds


class RenderHooks:
    """`look_now` takes the platform's id of a service; ids that it does not know it ignores.

    Raises ValueError when the secret is no secret.
    """

    def __init__(
        self,
        store: Store,
        secret: str,
        look_now: LookNow,
        bell: Bell,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        require("the webhook's secret", secret, least=SHORTEST_SECRET, fits_address=False)
        try:
            self._signature = Webhook(secret)
        except (ValueError, EmptyWebhookSecretError):
            raise ValueError("the webhook's secret is not whsec_ and base64") from None
        self._store, self._looks = store, Looks(look_now, bell)
        self._seen: list[str] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._log_it = Seldom(60, monotonic)

    async def take(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer at once and look afterwards. Raises Unavailable: then it is sent again."""
        if wrong := self._forged(headers, body):
            if self._log_it():
                log.warning("webhook.refused", extra={"why": wrong})
            return Answer(403, "the signature does not hold\n")
        kind, service = _event(body)
        if kind not in RINGS or not service:
            return Answer(200, "ignored\n")
        if not await self._new(headers["webhook-id"][:LONGEST_ID]):
            return Answer(200, "known already\n")
        self._looks.ring(service)
        return Answer(200, "OK\n")

    async def close(self) -> None:
        await self._looks.close()

    def _forged(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return why the signature over the raw body, or its time, is not accepted; else ""."""
        try:
            self._signature.verify(body, dict(headers), json_parse=False)
        except WebhookVerificationError as error:
            return str(error)
        except ValueError:  # a signature or a body that cannot be decoded
            return "it cannot be read"
        return ""

    async def _new(self, id: str) -> bool:
        """Remember the id, durably; False when it was known."""
        async with self._one_at_a_time:
            if self._seen is None:
                self._seen = _ids(await self._store.memo(SEEN))
            if id in self._seen:
                return False
            seen = [*self._seen, id][-REMEMBERED:]
            await self._store.set_memo(SEEN, json.dumps(seen))
            self._seen = seen
            return True


class Looks:
    """One look of a service at a time; what rings during it is worth one more, whatever it is."""

    def __init__(self, look_now: LookNow, bell: Bell) -> None:
        self._look_now, self._bell = look_now, bell
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def ring(self, service: str) -> None:
        if service in self._running:
            self._again.add(service)
            return
        task = asyncio.create_task(self._look(service), name=f"webhook {service}")
        self._running[service] = task
        task.add_done_callback(lambda ended: self._ended(service, ended))

    async def close(self) -> None:
        """Cut off what runs: the ticks look by themselves."""
        running = list(self._running.values())
        self._again.clear()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _look(self, service: str) -> None:
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                await self._look_now(service)
        except (Unavailable, Stale, TimeoutError) as error:
            why = str(error) or type(error).__name__
            log.warning("webhook.unlooked", extra={"id": service, "why": why})
        self._bell.ring(News.INCIDENT)

    def _ended(self, service: str, task: asyncio.Task[None]) -> None:
        del self._running[service]
        if task.cancelled():
            return
        if error := task.exception():
            log.error("webhook.crashed", extra={"id": service}, exc_info=error)
        if service in self._again:
            self._again.discard(service)
            self.ring(service)


def _event(body: bytes) -> tuple[str, str]:
    """Return the type and the service's id; "" for what is not there."""
    try:
        said = read_json(body)
    except ValueError:
        return "", ""
    data = said.get("data") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(data, dict):
        return "", ""
    kind, service = said.get("type"), data.get("serviceId")
    if not isinstance(kind, str) or not isinstance(service, str):
        return "", ""
    return kind, service if len(service) <= LONGEST_ID else ""


def _ids(memo: str | None) -> list[str]:
    try:
        said = json.loads(memo or "[]")
    except ValueError:
        return []
    return [id for id in said if isinstance(id, str)] if isinstance(said, list) else []
