"""Does an outside service answer at all?"""

import socket

import httpx
import pytest

from bot.adapters.checks.reach import Reach
from bot.adapters.web import plain_client
from bot.domain.check import Seen
from bot.domain.severity import TABLE
from tests.adapters.render_kit import NOW


def now():
    return NOW


def check(answer):
    def handle(request):
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Reach("telegram", "http://telegram.test/", client, now)


def dns(number):
    error = httpx.ConnectError("x")
    error.__cause__ = socket.gaierror(number, "x")
    return error


@pytest.mark.parametrize(
    ("answer", "seen", "said"),
    [
        (httpx.Response(200), Seen.PASS, "HTTP 200 in 0.0"),
        (httpx.Response(302), Seen.PASS, "HTTP 302"),
        (httpx.Response(404), Seen.PASS, "HTTP 404"),
        (httpx.Response(429), Seen.PASS, "HTTP 429"),
        (httpx.Response(500), Seen.FAIL, "HTTP 500"),
        (httpx.Response(503), Seen.FAIL, "HTTP 503"),
        (httpx.ReadTimeout("x"), Seen.FAIL, "no answer in 5 s"),
        (httpx.ConnectError("x"), Seen.FAIL, "the connection failed"),
        (dns(socket.EAI_NONAME), Seen.FAIL, "its host name is not known (DNS)"),
        (dns(socket.EAI_AGAIN), Seen.BLIND, "names cannot be resolved from here"),
        (httpx.PoolTimeout("x"), Seen.BLIND, "our own connections"),
        (httpx.ProxyError("x"), Seen.BLIND, "our own proxy"),
    ],
)
async def test_look(answer, seen, said):
    result = await check(answer).look()
    assert (result.service, result.check, result.at) == ("telegram", "reach", NOW)
    assert (result.seen, result.code) == (seen, "unreachable" if seen is Seen.FAIL else "")
    assert said in result.detail
    assert ("reach", "unreachable") in TABLE


async def test_a_closed_port():
    async with plain_client() as client:
        result = await Reach("s", "http://127.0.0.1:9/", client, now).look()
    assert (result.code, result.detail) == (
        "unreachable",
        "refused: nothing listens at its address",
    )
