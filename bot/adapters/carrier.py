"""Carries httpx's requests over aiohttp: a third of the cost, and as many at once as are due.

What is raised is httpx's, with the error of the system as its cause, so that nobody above sees
which of the two it was. There are no time limits here but for a free slot: every exchange has a
deadline of its own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from urllib.request import getproxies

import aiohttp
import httpx
from yarl import URL

AT_ONCE = 500  # exchanges under way; more wait, and are blind when they wait in vain
IDLE = 2.0  # seconds a connection is kept for the next look, so that few files are open
LONGEST_HEADER = 65_536  # bytes of one line
CHUNK = 65_536  # bytes
NO_LIMIT = aiohttp.ClientTimeout(total=None, sock_connect=None)
NUMBER = re.compile(r"\[Errno (\d+)\]")

# The first that fits counts.
NAMES: tuple[tuple[type[Exception], type[httpx.RequestError]], ...] = (
    (aiohttp.ClientProxyConnectionError, httpx.ProxyError),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ClientSSLError, httpx.ConnectError),
    (aiohttp.ClientOSError, httpx.ReadError),
    (aiohttp.ClientError, httpx.RemoteProtocolError),  # broke off, or is no HTTP
    (ValueError, httpx.LocalProtocolError),  # a header that may not be sent
)


class Carrier(httpx.AsyncBaseTransport):
    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._made: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._slot(request.extensions.get("timeout", {}).get("pool"))
        try:
            with named():
                answer = await self._ask(request)
        except BaseException:
            self._slots.release()
            raise
        return httpx.Response(
            answer.status,
            headers=answer.raw_headers,
            stream=Answer(answer, self._slots.release),
        )

    async def aclose(self) -> None:
        if self._made is not None:
            await self._made.close()

    async def _slot(self, patience: float | None) -> None:
        """Half of the patience only: that none came free must be told from "no answer"."""
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(patience and patience / 2):
                await self._slots.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("no slot came free") from error

    async def _ask(self, request: httpx.Request) -> aiohttp.ClientResponse:
        url = request.url.copy_with(userinfo=b"") if request.url.userinfo else request.url
        return await self._session.request(
            request.method,
            URL(str(url), encoded=True),
            headers=as_written(request.headers),
            data=await request.aread() or None,
            allow_redirects=False,
        )

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Made at the first request, as it belongs to the loop that runs then."""
        if self._made is None:
            tls = httpx.create_ssl_context()
            tls.set_alpn_protocols(["http/1.1"])
            # This resolver tells as the system does what is wrong; another one may be installed.
            names = aiohttp.ThreadedResolver()
            self._made = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=tls, limit=0, keepalive_timeout=IDLE, resolver=names
                ),
                cookie_jar=aiohttp.DummyCookieJar(),  # httpx keeps the cookies
                auto_decompress=False,  # httpx does that, too
                timeout=NO_LIMIT,
                trust_env=bool(getproxies()),  # asked only here: it costs more than the request
                max_line_size=LONGEST_HEADER,
                max_field_size=LONGEST_HEADER,
            )
        return self._made


class Answer(httpx.AsyncByteStream):
    """The body; what is not read to its end closes the connection."""

    def __init__(self, answer: aiohttp.ClientResponse, done: Callable[[], None]) -> None:
        self._answer, self._done = answer, done

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with named():
            async for chunk in self._answer.content.iter_chunked(CHUNK):
                yield chunk

    async def aclose(self) -> None:
        self._answer.release()
        self._done()


def as_written(headers: httpx.Headers) -> list[tuple[str, str]]:
    """With their capitals."""
    code = headers.encoding
    return [(name.decode(code), value.decode(code)) for name, value in headers.raw]


@contextmanager
def named() -> Iterator[None]:
    """Raise what aiohttp raises under httpx's name for it."""
    try:
        yield
    except (aiohttp.ClientError, ValueError) as error:
        name = next(name for kind, name in NAMES if isinstance(error, kind))
        raise name(str(error)) from each_of(error)


def each_of(error: Exception) -> BaseException:
    """The system's own error; what several addresses answered comes as one text: take it apart."""
    numbers = [int(number) for number in NUMBER.findall(str(error))]
    if len(numbers) <= 1:
        return error.__cause__ or error
    return ExceptionGroup(str(error), [OSError(number, "") for number in numbers])
