"""One HTTP exchange with an end: a deadline for all of it and a cap on the body."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

import httpx

from bot.adapters.carrier import Carrier
from bot.adapters.network import Trouble, trouble
from bot.domain.logs.lines import clean
from bot.domain.redact import redact

# What may be raised by an exchange; TimeoutError is its total deadline, UnicodeError a host name
# that cannot be put into the form of the DNS.
FAILED = (httpx.RequestError, httpx.InvalidURL, TimeoutError, OSError, UnicodeError)

OUR_FAULT: dict[type[Exception], Trouble] = {
    httpx.PoolTimeout: Trouble("timeout", "all our own connections are busy", blind=True),
    httpx.ProxyError: Trouble("refused", "our own proxy failed", blind=True),
    httpx.LocalProtocolError: Trouble("refused", "our own request is no valid HTTP", blind=True),
}
READ = 2_000  # characters of outside text that are looked at for a few words of it
# Any other charset is read as UTF-8: some of Python's codecs take minutes for a hostile text.
CHARSETS = frozenset(
    {"us-ascii", "iso-8859-1", "iso-8859-15", "windows-1251", "windows-1252", "koi8-r", "utf-16"}
)


@dataclass(frozen=True)
class Page:
    """What came back; `whole` is False when the body was cut at the cap."""

    status: int
    headers: httpx.Headers
    body: bytes
    seconds: float
    whole: bool = True

    @property
    def fine(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - the range of success in RFC 9110

    @property
    def text(self) -> str:
        said = Message()
        said["Content-Type"] = self.headers.get("Content-Type", "")
        charset = (said.get_content_charset() or "").lower()
        return self.body.decode(charset if charset in CHARSETS else "utf-8", errors="replace")

    def data(self) -> object:
        """The body as JSON. Raises ValueError, also for one that was cut."""
        if not self.whole:
            raise ValueError("a body that was cut")
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested without end") from error


async def exchange(
    client: httpx.AsyncClient,
    request: httpx.Request,
    *,
    within: float,
    at_most: int,
    follow: bool = False,
) -> Page:
    """Send and read, all within that many seconds and at most that many bytes. Raises FAILED.

    `follow` goes where a redirect leads: for what is public only.
    """
    began = time.monotonic()
    async with asyncio.timeout(within):
        response = await client.send(request, stream=True, follow_redirects=follow)
        try:
            body, whole = await _read(response, at_most)
        finally:
            await response.aclose()
    return Page(response.status_code, response.headers, body, time.monotonic() - began, whole)


def plain_client(name: str = "watchdog") -> httpx.AsyncClient:
    """The one client that all HTTP checks share: a new one for each look costs 25 ms."""
    return Plain({"User-Agent": name, "Accept-Encoding": "identity"})


class Plain(httpx.AsyncClient):
    """Sends what asks for neither a login nor redirects without what httpx does for those.

    That is half of its work. So a look keeps no cookies: each is as the first one.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._carrier = Carrier()
        # No time limit: every exchange has a total deadline of its own.
        super().__init__(headers=headers, timeout=None, transport=self._carrier)

    async def send(
        self,
        request: httpx.Request,
        *,
        follow_redirects: Any = httpx.USE_CLIENT_DEFAULT,  # noqa: ANN401 - httpx hides its type
        **more: Any,  # noqa: ANN401 - what httpx takes besides, handed on
    ) -> httpx.Response:
        if follow_redirects or request.url.userinfo or more != {"stream": True}:
            return await super().send(request, follow_redirects=follow_redirects, **more)
        response = await self._carrier.handle_async_request(request)
        response.request = request
        return response


def why(error: BaseException, seconds: float) -> Trouble:
    """Say what a FAILED means."""
    for kind, ours in OUR_FAULT.items():
        if isinstance(error, kind):
            return ours
    if isinstance(error, httpx.TimeoutException):
        return Trouble("timeout", f"no answer in {seconds:g} s")
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | UnicodeError):
        return Trouble("name", "its address is not a valid one")
    found = trouble(error, seconds)
    if isinstance(error, httpx.ReadError | httpx.RemoteProtocolError | httpx.DecodingError):
        return Trouble("refused", "it broke off its answer", found.blind)
    return found


def few_words(text: str, longest: int = 60) -> str:
    """Somebody's text for a line of ours: on one line, without secrets, cut."""
    words = " ".join(clean(redact(text[:READ])).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


async def _read(response: httpx.Response, at_most: int) -> tuple[bytes, bool]:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > at_most:
            return bytes(body[:at_most]), False
    return bytes(body), True
