"""Events sent to webhooks: thin, signed, tried again with growing pauses, given up at last.

Sources: render.com/docs/webhooks (15 s to answer, up to 8 attempts over about 33 hours, then
the webhook is disabled); standardwebhooks.com for headers and signature. Unknown: the pauses.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from standardwebhooks.webhooks import Webhook as Signature

from bot.sandbox.pace import Pace
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.kinds import KINDS
from bot.sandbox.render.state import Event
from bot.sandbox.render.times import now, stamp

ANSWER_SECONDS = 15.0  # real ones: the program that answers does not run faster than it can
PAUSES = (5, 300, 1_800, 7_200, 18_000, 36_000, 54_000)  # world seconds; 8 attempts in all
KEPT_BODY = 1_000  # characters of an answer

OUTCOMES = {
    "build_ended": "buildStatus",
    "deploy_ended": "deployStatus",
    "pre_deploy_ended": "preDeployStatus",
    "job_run_ended": "status",
    "cron_job_run_ended": "status",
}


@dataclass(frozen=True)
class Attempt:
    event_id: str
    event_type: str
    sent_at: datetime
    status: int | None = None
    answer: str | None = None
    error: str | None = None
    id: str = field(default_factory=lambda: new_id("whe"))

    @property
    def fine(self) -> bool:
        return self.status is not None and httpx.codes.is_success(self.status)


@dataclass(eq=False)
class Webhook:
    """An empty `kinds` means every event that can be sent."""

    url: str
    name: str
    enabled: bool
    kinds: tuple[str, ...]
    secret: str
    id: str = field(default_factory=lambda: new_id("whk"))
    attempts: list[Attempt] = field(default_factory=list)

    def wants(self, event: Event) -> bool:
        return self.enabled and event.type in (self.kinds or KINDS)


class Post:
    """Sends each event to the webhooks that want it."""

    def __init__(self, pace: Pace, later: Callable[[Coroutine[None, None, None]], None]) -> None:
        self.webhooks: dict[str, Webhook] = {}
        self._pace, self._later = pace, later
        self._client: httpx.AsyncClient | None = None

    def tell(self, event: Event, name: str) -> None:
        """`name` is that of the service or database it happened to."""
        for webhook in self.webhooks.values():
            if webhook.wants(event):
                self._later(self._deliver(webhook, event, body_of(event, name)))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _deliver(self, webhook: Webhook, event: Event, body: str) -> None:
        for pause in (0, *PAUSES):
            await asyncio.sleep(self._pace.real(pause))
            if not webhook.enabled or webhook.id not in self.webhooks:
                return
            attempt = await self._try(webhook, event, body)
            webhook.attempts.append(attempt)
            if attempt.fine:
                return
        webhook.enabled = False

    async def _try(self, webhook: Webhook, event: Event, body: str) -> Attempt:
        at = now()
        try:
            answer = await self._http().post(
                webhook.url, content=body, headers=_headers(webhook, event.id, at, body)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(event.id, event.type, at, error=str(error) or type(error).__name__)
        return Attempt(event.id, event.type, at, answer.status_code, answer.text[:KEPT_BODY])

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)
        return self._client


def body_of(event: Event, name: str) -> str:
    """Thin: the reader is expected to fetch `/events/{id}`."""
    outcome = event.details.get(OUTCOMES.get(event.type, ""))
    status = {} if outcome is None else {"status": outcome}
    data = {"id": event.id, "serviceId": event.service_id, "serviceName": name, **status}
    return json.dumps({"type": event.type, "timestamp": stamp(event.at), "data": data})


def _headers(webhook: Webhook, event_id: str, at: datetime, body: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signature(webhook.secret).sign(event_id, at, body),
    }
