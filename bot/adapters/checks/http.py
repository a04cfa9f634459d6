"""Looks whether the address answers with a status we want, in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from bot.adapters.web import FAILED, Page, exchange, why
from bot.domain.check import Result, Seen

# An edge speaks for a process that does not; a 503 may be the process itself, as of a health page.
NOBODY_THERE = frozenset({502, 504})
UNAVAILABLE = 503
AT_MOST = 256_000  # bytes of the body: the status is what counts


@dataclass(frozen=True)
class Http:
    """`expect` is the lowest and the highest good status; `slow` and `within` are seconds."""

    service: str
    url: str
    client: httpx.AsyncClient
    now: Callable[[], datetime]
    expect: tuple[int, int] = (200, 399)
    slow: float = 3.0
    within: float = 10.0
    name: str = "http"

    async def look(self) -> Result:
        at = self.now()
        try:
            request = self.client.build_request("GET", self.url, timeout=self.within)
            page = await exchange(self.client, request, within=self.within, at_most=AT_MOST)
        except FAILED as error:
            found = why(error, self.within)
            seen = Seen.BLIND if found.blind else Seen.FAIL
            code = found.code if found.code == "timeout" else "refused"
            code = "" if found.blind else code
            return Result(self.service, self.name, seen, at, code, found.detail)
        code, detail = self._judge(page)
        seen = Seen.FAIL if code else Seen.PASS
        return Result(self.service, self.name, seen, at, code, detail, page.seconds)

    def _judge(self, page: Page) -> tuple[str, str]:
        low, high = self.expect
        if page.status in NOBODY_THERE:
            return "gateway", f"HTTP {page.status}: nothing answers behind the address"
        if page.status == UNAVAILABLE:
            return "unavailable", f"HTTP {page.status}: it says itself that it cannot serve"
        if not low <= page.status <= high:
            return "status", f"HTTP {page.status}"
        took = f"HTTP {page.status} in {page.seconds:.2f} s"
        if page.seconds > self.slow:
            return "slow", f"{took} (limit {self.slow:g} s)"
        return "", took
