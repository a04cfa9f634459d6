"""A webhook at work: updates are posted to its address, again and again until it takes them.

Order, delays and error texts are those of Telegram's own server (tdlib/telegram-bot-api,
`WebhookActor.cpp`): one update at a time of every chat and of every person's taps, over at most
`max_connections` connections; the first try again at once, then after 2, 4, 8 … seconds up to one
or two minutes, until the update expires. Unknown: how the service itself words a failed TLS.
"""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from bot.sandbox.pace import Pace
from bot.sandbox.telegram.errors import Json
from bot.sandbox.telegram.updates import Update, Updates

PATIENCE, LEAST_PATIENCE = 60, 2.0  # world seconds for an answer; never less real ones
LONGEST_DELAY = 60  # world seconds; the longest wait is one to two of it
MOST_RETRY_AFTER = 3600  # world seconds
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
NOT_IN_ANSWERS = ("deletewebhook", "setwebhook", "close", "logout")


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


@dataclass
class Hook:
    """Where a bot wants its updates."""

    url: str
    secret: str = field(default="", repr=False)
    max_connections: int = 40
    certificate: str | None = None
    ip_address: str | None = None
    error: tuple[int, str] | None = None  # when, what: of the last failure since all went well

    def shown(self) -> Json:
        info: Json = {"url": self.url, "has_custom_certificate": self.certificate is not None}
        if self.ip_address:
            info["ip_address"] = self.ip_address
        if self.error:
            info |= {"last_error_date": self.error[0], "last_error_message": self.error[1]}
        return info | {"max_connections": self.max_connections}

    def trust(self) -> ssl.SSLContext:
        """Trust the system's authorities, or the bot's own certificate only."""
        return ssl.create_default_context(cadata=self.certificate)


class Undelivered(Exception):  # noqa: N818 - it becomes the webhook's last error
    def __init__(self, why: str, retry_after: float = 0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


@dataclass
class Trouble:
    """What an update that failed has to wait for."""

    fails: int = 0
    delay: float = 1  # world seconds
    until: float = 0.0  # of the world's clock


class Delivery:
    """`answered` carries out what the webhook's answer asks for: a method and its parameters."""

    def __init__(
        self,
        hook: Hook,
        updates: Updates,
        pace: Pace,
        clock: Callable[[], float],
        answered: Callable[[str, Json], Awaitable[None]],
    ) -> None:
        self.hook = hook
        self._updates, self._pace, self._clock, self._answered = updates, pace, clock, answered
        self._under_way: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._trouble: dict[int, Trouble] = {}
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        for task in (self._task, *self._under_way.values()):
            task.cancel()

    async def _run(self) -> None:
        async with self._client() as http:
            while True:
                self._updates.arrived.clear()
                for update in self._due():
                    self._under_way[update.lane] = asyncio.create_task(self._deliver(http, update))
                await self._something_new()

    def _client(self) -> httpx.AsyncClient:
        patience = max(self._pace.real(PATIENCE), LEAST_PATIENCE)
        verify = self.hook.trust() if self.hook.url.startswith("https:") else False
        return httpx.AsyncClient(timeout=patience, verify=verify, trust_env=False)

    def _due(self) -> list[Update]:
        room = self.hook.max_connections - len(self._under_way)
        free = (one for one in self._updates.heads() if one.lane not in self._under_way)
        return [one for one in free if self._wait(one) <= 0][: max(room, 0)]

    def _wait(self, update: Update) -> float:
        """Return the real seconds until the update may be tried (again)."""
        trouble = self._trouble.get(update.id)
        return 0 if trouble is None else trouble.until - self._clock()

    async def _something_new(self) -> None:
        """Wait for an update, the end of a try, or the end of a delay."""
        free = [one for one in self._updates.heads() if one.lane not in self._under_way]
        delay = min((self._wait(one) for one in free), default=None)
        works = {asyncio.ensure_future(self._updates.arrived.wait()), *self._under_way.values()}
        try:
            full = len(self._under_way) >= self.hook.max_connections
            timeout = None if full or delay is None else max(delay, 0.001)
            await asyncio.wait(works, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for work in works - set(self._under_way.values()):
                work.cancel()
        self._under_way = {lane: task for lane, task in self._under_way.items() if not task.done()}

    async def _deliver(self, http: httpx.AsyncClient, update: Update) -> None:
        try:
            answer = await self._post(http, update)
        except Undelivered as why:
            self.hook.error = (int(self._clock()), str(why))
            self._delay(update, why.retry_after)
            return
        self._updates.forget(update.id)
        self._trouble.pop(update.id, None)
        if not self._updates.pending:
            self.hook.error = None
        if (wish := wished(answer)) is not None:
            await self._answered(*wish)

    async def _post(self, http: httpx.AsyncClient, update: Update) -> httpx.Response:
        if not is_loopback(self.hook.url):
            # Nothing leaves this machine: every other address is one that does not answer.
            raise Undelivered("Connection timed out")
        headers = {"Content-Type": "application/json"}
        if self.hook.secret:
            headers[SECRET_HEADER] = self.hook.secret
        body = json.dumps(update.body(), ensure_ascii=False).encode()
        try:
            answer = await http.post(self.hook.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Undelivered(_said_of(error)) from error
        if not answer.is_success:
            raise Undelivered(_refused(answer), _retry_after(answer))
        return answer

    def _delay(self, update: Update, retry_after: float) -> None:
        trouble = self._trouble.setdefault(update.id, Trouble())
        wait = min(retry_after, MOST_RETRY_AFTER)
        if not wait and trouble.fails:
            longest = random.uniform(LONGEST_DELAY, 2 * LONGEST_DELAY)
            trouble.delay = wait = min(longest, trouble.delay * 2)
        trouble.fails += 1
        trouble.until = self._clock() + self._pace.real(wait)


def wished(answer: httpx.Response) -> tuple[str, Json] | None:
    """Return the method and parameters that a webhook's answer asks for, None when it does not."""
    asked = _form_or_json(answer)
    method = str(asked.pop("method", ""))
    if not method or method.lower() in NOT_IN_ANSWERS or method.lower().startswith("get"):
        return None
    return method, asked


def _form_or_json(answer: httpx.Response) -> Json:
    if "form" in answer.headers.get("content-type", ""):
        return dict(parse_qsl(answer.text, keep_blank_values=True))
    try:
        asked: Any = json.loads(answer.content or b"{}")
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _refused(answer: httpx.Response) -> str:
    return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"


def _retry_after(answer: httpx.Response) -> float:
    given = answer.headers.get("retry-after", "")
    return float(given) if given.isdecimal() else 0


def _said_of(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.ConnectError):
        return f"SSL error {{{error}}}" if "SSL" in str(error) else "Connection refused"
    if isinstance(error, httpx.ConnectTimeout):
        return "Connection timed out"
    if isinstance(error, httpx.TimeoutException):
        return "Read timeout expired"
    return "Webhook connection closed"
