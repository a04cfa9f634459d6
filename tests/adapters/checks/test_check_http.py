"""Does the address answer?"""

import asyncio
import socket

import httpx
import pytest

from bot.adapters.checks.http import Http
from bot.adapters.web import plain_client
from bot.domain.check import Seen
from bot.domain.severity import TABLE
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


def page(content, **more):
    return httpx.Response(200, content=content, headers=more)


async def test_several_ranges_are_good_and_one_that_is_wanted_is_never_wrong():
    expect = ((200, 204), (401, 401), (503, 503))
    for status, code in ((204, ""), (401, ""), (503, ""), (205, "status"), (502, "gateway")):
        assert (await check(httpx.Response(status), expect=expect).look()).code == code


HEALTH = '{"status": {"db": "down", "n": 3, "ok": true}, "items": [{"name": "a"}], "x": null}'


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"contains": "down"}, ""),
        ({"contains": "Welcome"}, 'it does not contain “Welcome”; it begins “{"status": {"db"'),
        ({"lacks": "Traceback"}, ""),
        ({"lacks": "down"}, "it contains “down”"),
        ({"json_path": "status.db", "equals": "down"}, ""),
        ({"json_path": "status.db", "equals": "ok"}, "status.db is “down”, not “ok”"),
        ({"json_path": "status.n", "equals": "3"}, ""),
        ({"json_path": "status.ok", "equals": "true"}, ""),
        ({"json_path": "x", "equals": "null"}, ""),
        ({"json_path": "items.0.name", "equals": "a"}, ""),
        ({"json_path": "items.0"}, ""),
        ({"json_path": "items", "equals": "a"}, "items is “a list”, not “a”"),
        ({"json_path": "items.1.name"}, "items.1.name is missing"),
        ({"json_path": "items.x"}, "items.x is missing"),
        ({"json_path": f"items.{'9' * 5000}"}, "is missing"),
        ({"json_path": "status.db.deeper"}, "status.db.deeper is missing"),
        ({"header": "X-Version"}, ""),
        ({"header": "x-version", "header_equals": "2"}, ""),
        ({"header": "X-Version", "header_equals": "3"}, "its header X-Version is “2”, not “3”"),
        ({"header": "X-Other"}, "its header X-Other is missing"),
    ],
)
async def test_content(wanted, said):
    result = await check(page(HEALTH, **{"X-Version": "2"}), **wanted).look()
    assert (result.seen, result.code) == ((Seen.FAIL, "content") if said else (Seen.PASS, ""))
    assert said in result.detail
    assert ("http", "content") in TABLE


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "it is not JSON; it is empty"),
        (b"<html>Bad\n  gateway", "it is not JSON; it begins “<html>Bad gateway”"),
        (b"[" * 100_000, "it is not JSON"),
        (b"9" * 5_000, "it is not JSON"),
        (b"\xff\xfe{", "it is not JSON"),
    ],
)
async def test_what_is_not_json(body, said):
    result = await check(page(body), json_path="a").look()
    assert (result.seen, result.code) == (Seen.FAIL, "content")
    assert said in result.detail
    assert len(result.detail) < 120


async def test_the_wrong_thing_is_said_before_that_it_is_slow():
    assert (await check(page(""), contains="x", slow=-1.0).look()).code == "content"
    assert (await check(httpx.Response(500), contains="x").look()).code == "status"


async def test_text_is_read_in_its_charset_but_in_none_that_is_dear():
    text = "Привет".encode("windows-1251")
    charset = {"Content-Type": "text/html; charset=Windows-1251"}
    assert (await check(page(text, **charset), contains="Привет").look()).seen is Seen.PASS
    for charset in ("punycode", "idna", "base64", "no such", '"'):
        answer = page(b"hello " * 100_000, **{"Content-Type": f"text/html; charset={charset}"})
        assert (await check(answer, contains="hello").look()).seen is Seen.PASS


async def test_what_stands_beyond_what_we_read_is_not_judged():
    long = page(b"x" * 2_000_001)
    for wanted in ({"contains": "y"}, {"json_path": "y"}):
        result = await check(long, **wanted).look()
        assert (result.seen, result.code) == (Seen.BLIND, "")
        assert result.detail == "its answer is longer than 2 MB"
    assert (await check(long, contains="xx").look()).seen is Seen.PASS
    assert (await check(long, lacks="x").look()).code == "content"


async def test_a_secret_that_we_send_is_sent_and_never_shown():
    seen = []

    def echo(request):
        seen.append(request.headers)
        text = f"{request.headers['authorization']} {request.headers['x-word']}"
        return httpx.Response(200, text=text, headers={"X-Echo": text.encode()})

    client = httpx.AsyncClient(transport=httpx.MockTransport(echo))
    headers = {"Authorization": "Bearer verysecret", "X-Word": "пароль"}
    for wanted in ({"contains": "OK"}, {"json_path": "a"}, {"header": "X-Echo"}):
        one = Http("s", "http://s.test/", client, now, headers=headers, **wanted, header_equals="1")
        result = await one.look()
        assert result.code == "content"
        assert "verysecret" not in result.detail + repr(one)
        assert "пароль" not in result.detail + repr(one)
    assert seen[0]["authorization"] == "Bearer verysecret"
    assert isinstance(hash(one), int)


async def test_a_header_that_we_may_not_send_is_our_own_fault():
    async def hangs_up(reader, writer):
        writer.close()

    async with plain_client() as client:
        server, url = await serve(hangs_up)
        async with server:
            result = await Http("s", url, client, now, headers={"X": "a\r\nb: c"}).look()
    assert (result.seen, result.detail) == (Seen.BLIND, "our own request is no valid HTTP")
