"""One HTTP exchange with an end: a deadline for all of it and a cap on the body."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import httpx

from bot.adapters.network import Trouble, trouble

# What may be raised by an exchange; TimeoutError is its total deadline, UnicodeError a host name
# that cannot be put into the form of the DNS.
FAILED = (httpx.RequestError, httpx.InvalidURL, TimeoutError, OSError, UnicodeError)


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


async def exchange(
    client: httpx.AsyncClient, request: httpx.Request, *, within: float, at_most: int
) -> Page:
    """Send and read, all within that many seconds and at most that many bytes. Raises FAILED."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        response = await client.send(request, stream=True)
        try:
            body, whole = await _read(response, at_most)
        finally:
            await response.aclose()
    return Page(response.status_code, response.headers, body, time.monotonic() - began, whole)


def plain_client(name: str = "watchdog") -> httpx.AsyncClient:
    """The one client that all HTTP checks share: a new one for each look costs 25 ms."""
    return httpx.AsyncClient(
        headers={"User-Agent": name, "Accept-Encoding": "identity"},
        timeout=None,  # noqa: S113 - every exchange has a total deadline of its own
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50),
    )


def why(error: BaseException, seconds: float) -> Trouble:
    """Say what a FAILED means."""
    if isinstance(error, httpx.PoolTimeout):
        return Trouble("timeout", "all our own connections are busy", blind=True)
    if isinstance(error, httpx.TimeoutException):
        return Trouble("timeout", f"no answer in {seconds:g} s")
    if isinstance(error, httpx.ProxyError):
        return Trouble("refused", "our own proxy failed", blind=True)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | UnicodeError):
        return Trouble("name", "its address is not a valid one")
    found = trouble(error, seconds)
    if isinstance(error, httpx.ReadError | httpx.RemoteProtocolError | httpx.DecodingError):
        return Trouble("refused", "it broke off its answer", found.blind)
    return found


async def _read(response: httpx.Response, at_most: int) -> tuple[bytes, bool]:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > at_most:
            return bytes(body[:at_most]), False
    return bytes(body), True
