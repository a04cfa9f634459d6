"""Does the address answer?"""

import asyncio
import socket

import httpx
import pytest

from bot.adapters.checks.http import Http
from bot.adapters.web import plain_client
from bot.domain.check import Seen
from tests.adapters.render_kit import NOW


def now():
    return NOW


def check(answer, **more):
    def handle(request):
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Http("life-os", "http://life-os.test/healthz", client, now, **more)


def dns(number):
    error = httpx.ConnectError("x")
    error.__cause__ = socket.gaierror(number, "x")
    return error


@pytest.mark.parametrize(
    ("answer", "seen", "code", "said"),
    [
        (httpx.Response(200), Seen.PASS, "", "HTTP 200 in 0.0"),
        (httpx.Response(204), Seen.PASS, "", "HTTP 204"),
        (httpx.Response(302, headers={"Location": "/x"}), Seen.PASS, "", "HTTP 302"),
        (httpx.Response(404), Seen.FAIL, "status", "HTTP 404"),
        (httpx.Response(500), Seen.FAIL, "status", "HTTP 500"),
        (
            httpx.Response(502),
            Seen.FAIL,
            "gateway",
            "HTTP 502: nothing answers behind the address",
        ),
        (
            httpx.Response(503),
            Seen.FAIL,
            "unavailable",
            "HTTP 503: it says itself that it cannot serve",
        ),
        (
            httpx.Response(504),
            Seen.FAIL,
            "gateway",
            "HTTP 504: nothing answers behind the address",
        ),
        (httpx.ConnectError("x"), Seen.FAIL, "refused", "the connection failed"),
        (httpx.ConnectTimeout("x"), Seen.FAIL, "timeout", "no answer in 10 s"),
        (httpx.ReadTimeout("x"), Seen.FAIL, "timeout", "no answer in 10 s"),
        (httpx.RemoteProtocolError("x"), Seen.FAIL, "refused", "broke off"),
        (httpx.PoolTimeout("x"), Seen.BLIND, "", "our own connections"),
        (dns(socket.EAI_NONAME), Seen.FAIL, "refused", "its host name is not known (DNS)"),
        (dns(socket.EAI_AGAIN), Seen.BLIND, "", "names cannot be resolved from here"),
    ],
)
async def test_look(answer, seen, code, said):
    result = await check(answer).look()
    assert (result.service, result.check, result.at) == ("life-os", "http", NOW)
    assert (result.seen, result.code) == (seen, code)
    assert said in result.detail


async def test_the_wanted_status_is_a_setting():
    assert (await check(httpx.Response(401), expect=(401, 401)).look()).seen is Seen.PASS
    assert (await check(httpx.Response(200), expect=(401, 401)).look()).code == "status"


async def test_slow():
    result = await check(httpx.Response(200), slow=-1.0).look()
    assert (result.seen, result.code) == (Seen.FAIL, "slow")
    assert "limit" in result.detail
    assert result.value >= 0


async def serve(handle):
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_a_silent_server_and_a_dripping_one():
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    async def dripping(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"x")
            await asyncio.sleep(0.01)
        writer.close()

    async with plain_client() as client:
        for handle in (silent, dripping):
            server, url = await serve(handle)
            async with server:
                result = await Http("s", url, client, now, within=0.2).look()
                assert (result.code, result.detail) == ("timeout", "no answer in 0.2 s")


async def test_a_closed_port_and_a_bad_address():
    async with plain_client() as client:
        result = await Http("s", "http://127.0.0.1:9/", client, now).look()
        assert result.code == "refused"
        assert "nothing listens" in result.detail
        for url in ("http://x:y/", "gopher://x/"):
            result = await Http("s", url, client, now).look()
            assert (result.seen, result.detail) == (Seen.FAIL, "its address is not a valid one")


async def test_a_body_without_end_is_read_only_so_far():
    async def flood(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with plain_client() as client:
        server, url = await serve(flood)
        async with server:
            assert (await Http("s", url, client, now).look()).seen is Seen.PASS


async def test_something_that_is_no_http():
    async def other(reader, writer):
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with plain_client() as client:
        server, url = await serve(other)
        async with server:
            result = await Http("s", url, client, now).look()
    assert (result.code, result.detail) == ("refused", "it broke off its answer")
