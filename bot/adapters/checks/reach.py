"""Looks whether an outside service answers at all: its own errors are not looked into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from bot.adapters.web import FAILED, exchange, why
from bot.domain.check import Result, Seen

AT_MOST = 10_000  # bytes of the body: only the status counts
ITS_OWN_FAULT = 500  # and above (RFC 9110)


@dataclass(frozen=True)
class Reach:
    """Any HTTP answer below 500 will do. `within` and the value are seconds."""

    service: str
    url: str
    client: httpx.AsyncClient
    now: Callable[[], datetime]
    within: float = 5.0
    name: str = "reach"

    async def look(self) -> Result:
        at = self.now()
        try:
            request = self.client.build_request("GET", self.url, timeout=self.within)
            page = await exchange(self.client, request, within=self.within, at_most=AT_MOST)
        except FAILED as error:
            found = why(error, self.within)
            if found.blind:
                return Result(self.service, self.name, Seen.BLIND, at, "", found.detail)
            return Result(self.service, self.name, Seen.FAIL, at, "unreachable", found.detail)
        said = f"HTTP {page.status} in {page.seconds:.2f} s"
        bad = page.status >= ITS_OWN_FAULT
        seen, code = (Seen.FAIL, "unreachable") if bad else (Seen.PASS, "")
        return Result(self.service, self.name, seen, at, code, said, page.seconds)
