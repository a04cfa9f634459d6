"""Looks whether the watched bot still hears its users: only by getMe and getWebhookInfo.

These two only read; any other method that asks for updates would take them away from the bot or
end its own poll (telegram-bot-api server, do_get_updates). What two pollers do to each other, the
409, is not to be seen from here. Fields: Bot API, WebhookInfo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx

from bot.adapters.web import FAILED, Page, exchange, few_words, why
from bot.domain.check import Result, Seen
from bot.domain.length import about

AT_MOST = 200_000  # bytes of one answer
BAD_TOKEN = frozenset({401, 404})  # revoked or wrong; both are meant by the Bot API
LARGEST = 10**11  # of any count, and of any time of our days in seconds

Json = Mapping[str, object]


class Unseen(Exception):  # noqa: N818 - it says how the thing is
    """Telegram did not tell: its words for people, without the address, which holds the token."""


class TokenRefused(Exception):  # noqa: N818 - as above
    """Telegram knows no bot of this token."""


@dataclass(frozen=True)
class Webhook:
    url: str
    waiting: int
    failed_at: int | None = None  # epoch seconds of the last delivery that failed
    failure: str = ""


@dataclass
class TelegramBot:
    """`webhook` is the address that the bot should have, "" for one that polls.

    It is deaf once messages have waited for `patience`, never fewer than the look before. Time in
    which we saw nothing does not count. The value is how many updates wait.
    """

    service: str
    base_url: str
    token: str = field(repr=False)
    client: httpx.AsyncClient
    now: Callable[[], datetime]
    patience: timedelta = timedelta(minutes=5)
    webhook: str = ""
    name: str = "telegram"
    within: float = 10.0
    _waiting: int = field(default=0, repr=False)
    _stuck: timedelta = field(default=timedelta(0), repr=False)
    _looked: datetime | None = field(default=None, repr=False)

    async def look(self) -> Result:
        at = self.now()
        try:
            me = await self._ask("getMe")
            found = _webhook(await self._ask("getWebhookInfo"))
        except Unseen as unseen:
            self._looked = None
            return Result(self.service, self.name, Seen.BLIND, at, "", f"Telegram: {unseen}")
        except TokenRefused as refused:
            self._looked = None
            return Result(self.service, self.name, Seen.FAIL, at, "token", f"Telegram: {refused}")
        self._count(found.waiting, at)
        code, detail = self._judge(found, at)
        if not code:
            detail = f"known as @{few_words(_word(me, 'username')) or 'unknown'}; {detail}"
        detail = detail.replace(self.token, "[secret]") if self.token else detail  # an echo
        seen = Seen.FAIL if code else Seen.PASS
        return Result(self.service, self.name, seen, at, code, detail, float(found.waiting))

    async def _ask(self, method: str) -> Json:
        try:
            url = f"{self.base_url.rstrip('/')}/bot{self.token}/{method}"
            request = self.client.build_request("GET", url, timeout=self.within)
            page = await exchange(self.client, request, within=self.within, at_most=AT_MOST)
        except FAILED as error:
            raise Unseen(why(error, self.within).detail) from None  # it may hold the address
        return _result(page)

    def _count(self, waiting: int, at: datetime) -> None:
        """Add up the time in which the queue was seen not to get shorter."""
        kept = waiting >= self._waiting > 0
        if not kept:
            self._stuck = timedelta(0)
        elif self._looked is not None:
            # Two looks far apart are two looks, not a time watched.
            self._stuck += min(max(at - self._looked, timedelta(0)), self.patience / 2)
        self._waiting, self._looked = waiting, at

    def _judge(self, found: Webhook, at: datetime) -> tuple[str, str]:
        if found.url != self.webhook:
            return "webhook", self._misled(found.url)
        wait = "1 message waits" if found.waiting == 1 else f"{found.waiting} messages wait"
        failure = self._recent_failure(found, at)
        if found.waiting and self._stuck >= self.patience:
            return "deaf", f"{wait} at Telegram, not fewer for {about(self._stuck)}{failure}"
        if found.waiting and failure:
            return "delivery", f"{wait} at Telegram{failure}"
        return "", f"{wait} at Telegram"

    def _misled(self, url: str) -> str:
        """Name hosts alone: the path of a webhook is often a secret."""
        if not url:
            return "its webhook is gone: nothing is delivered to it"
        there = _host(url)
        if not self.webhook:
            return f"a webhook to {there} is set: a bot that polls gets nothing"
        same = there == _host(self.webhook)
        return f"its webhook leads to {'another path of ' if same else ''}{there}"

    def _recent_failure(self, found: Webhook, at: datetime) -> str:
        if not found.url or found.failed_at is None:
            return ""
        ago = at.timestamp() - found.failed_at
        if abs(ago) > self.patience.total_seconds():  # our clocks may differ
            return ""
        return f"; its webhook failed {max(ago, 0):.0f} s ago: {found.failure or 'no reason given'}"


def _result(page: Page) -> Json:
    """The `result` of an answer. Only JSON is Telegram's own word; a proxy has a 404 of its own."""
    try:
        data = page.data()
    except ValueError:
        raise Unseen(f"HTTP {page.status}, and no JSON") from None
    if not isinstance(data, Mapping):
        raise Unseen("an answer of an unknown form")
    its_own = data.get("ok") is False and data.get("error_code") == page.status
    if its_own and page.status in BAD_TOKEN:
        raise TokenRefused(f"it rejects the token (HTTP {page.status})")
    result = data.get("result")
    if not page.fine or data.get("ok") is not True:
        raise Unseen(f"HTTP {page.status}")
    if not isinstance(result, Mapping):
        raise Unseen("an answer of an unknown form")
    return result


def _webhook(result: Json) -> Webhook:
    url, waiting = result.get("url"), _whole(result.get("pending_update_count"))
    if not isinstance(url, str) or waiting is None:
        raise Unseen("an answer of an unknown form")
    failure = few_words(_word(result, "last_error_message"))
    return Webhook(url, waiting, _whole(result.get("last_error_date")), failure)


def _whole(value: object) -> int | None:
    """A count or a time in seconds; None: it is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= LARGEST else None


def _word(data: Json, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _host(url: str) -> str:
    try:
        return few_words(urlsplit(url).hostname or "") or "an unknown host"
    except ValueError:
        return "an unknown host"
