"""What carries the looks raises as httpx does, and says whose fault it was."""

import asyncio
import errno
import socket
import ssl

import aiohttp
import httpx
import pytest
import trustme

from bot.adapters.carrier import Carrier, named
from bot.adapters.network import trouble
from bot.adapters.web import exchange, plain_client, why


async def serve(handle, **how):
    server = await asyncio.start_server(handle, "127.0.0.1", 0, **how)
    return server, server.sockets[0].getsockname()[1]


def answering(answer, seen=None):
    async def handle(reader, writer):
        asked = await reader.readuntil(b"\r\n\r\n")
        if seen is not None:
            seen.append(asked.decode())
        writer.write(answer)
        await writer.drain()
        writer.close()

    return handle


async def said(url, within=5.0):
    async with plain_client() as client:
        try:
            return await exchange(
                client, client.build_request("GET", url), within=within, at_most=1000
            )
        except (httpx.RequestError, httpx.InvalidURL, TimeoutError, OSError) as error:
            return why(error, within)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (b"", "it broke off its answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nwe", "it broke off its answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "it broke off its answer"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", "it broke off its answer"),
        (b"220 mail.example ESMTP\r\n\r\n", "it broke off its answer"),
    ],
)
async def test_an_answer_that_is_none(answer, detail):
    server, port = await serve(answering(answer))
    async with server:
        found = await said(f"http://127.0.0.1:{port}/")
    assert (found.code, found.detail, found.blind) == ("refused", detail, False)


async def test_a_certificate_of_nobody():
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(own)
    server, port = await serve(answering(b""), ssl=own)
    async with server:
        found = await said(f"https://127.0.0.1:{port}/")
    assert found.code == "tls"
    assert "certificate" in found.detail


async def test_plain_http_where_tls_is_wanted():
    server, port = await serve(answering(b"HTTP/1.1 400 no\r\n\r\n"))
    async with server:
        found = await said(f"https://127.0.0.1:{port}/", within=1.0)
    assert found.code in {"tls", "timeout", "refused"}
    assert not found.blind


async def test_a_name_that_is_not_known(monkeypatch):
    loop = asyncio.get_running_loop()

    async def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "x")

    monkeypatch.setattr(loop, "getaddrinfo", unknown)
    found = await said("http://nowhere.test/")
    assert (found.code, found.detail) == ("name", "its host name is not known (DNS)")


async def test_what_is_sent_is_what_was_asked():
    seen = []
    server, port = await serve(answering(b"HTTP/1.1 204 No\r\nSet-Cookie: a=b\r\n\r\n", seen))
    async with server, plain_client("w") as client:
        for _ in range(2):
            request = client.build_request("GET", f"http://u:p%40@127.0.0.1:{port}/a%2Fb?q=%20+")
            page = await exchange(client, request, within=5, at_most=10)
            assert page.status == 204
    assert seen[0].startswith("GET /a%2Fb?q=%20+ HTTP/1.1\r\n")
    assert "\r\nAuthorization: Basic dTpwQA==\r\n" in seen[0]
    assert "\r\nUser-Agent: w\r\n" in seen[0]
    assert "\r\nAccept-Encoding: identity\r\n" in seen[0]


async def test_a_redirect_is_followed_only_when_asked():
    server, port = await serve(answering(b"HTTP/1.1 302 x\r\nLocation: /again\r\n\r\n"))
    async with server, plain_client() as client:
        request = client.build_request("GET", f"http://127.0.0.1:{port}/")
        assert (await exchange(client, request, within=5, at_most=10)).status == 302
        with pytest.raises(httpx.TooManyRedirects):
            await exchange(client, request, within=5, at_most=10, follow=True)


async def test_no_free_slot_is_our_own_fault_and_slots_come_back():
    hold = asyncio.Event()

    async def slow(reader, writer):
        await hold.wait()
        writer.write(b"HTTP/1.1 204 No\r\n\r\n")
        writer.close()

    server, port = await serve(slow)
    async with server, httpx.AsyncClient(transport=Carrier(at_once=1)) as client:
        url = f"http://127.0.0.1:{port}/"

        def ask(within):
            request = client.build_request("GET", url, timeout=within)
            return exchange(client, request, within=within, at_most=10)

        first = asyncio.create_task(ask(5))
        await asyncio.sleep(0.05)
        with pytest.raises(httpx.PoolTimeout) as none_free:
            await ask(0.1)
        assert why(none_free.value, 0.1).blind
        hold.set()
        assert (await first).status == 204
        hold.clear()
        with pytest.raises(TimeoutError):
            await ask(0.05)
        hold.set()
        assert (await ask(5)).status == 204


def test_of_several_addresses_the_one_that_proves_something_counts():
    text = "Multiple exceptions: [Errno 101] unreachable, [Errno 111] Connect call failed"
    with pytest.raises(httpx.ReadError) as raised, named():
        raise aiohttp.ClientOSError(None, text)
    assert [e.errno for e in raised.value.__cause__.exceptions] == [
        errno.ENETUNREACH,
        errno.ECONNREFUSED,
    ]
    assert trouble(raised.value, 5).detail == "refused: nothing listens at its address"
