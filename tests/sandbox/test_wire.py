"""The wire: bytes pass, wait, come late, are refused and cut; nothing is said for who has gone."""

from __future__ import annotations

import asyncio
import ssl
import time

import pytest
import pytest_asyncio

from bot.sandbox.certificate import Authority
from bot.sandbox.ports import HOST
from bot.sandbox.wire import Wire


class Echo:
    """Answers each line; keeps what it heard."""

    def __init__(self):
        self.heard = []

    async def open(self):
        self.server = await asyncio.start_server(self._serve, HOST, 0, limit=2_000_000)
        return self.server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        while line := await reader.readline():
            self.heard.append(line)
            writer.write(line)
        writer.close()


@pytest_asyncio.fixture
async def echo():
    return Echo()


@pytest_asyncio.fixture
async def wire(echo):
    one = Wire(await echo.open())
    await one.open()
    yield one
    await one.close()
    echo.server.close()


async def call(wire):
    return await asyncio.open_connection(HOST, wire.port)


async def ask(line, said=b"hello\n"):
    reader, writer = line
    writer.write(said)
    return await reader.readline()


async def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.01)


async def test_what_is_said_comes_through_and_so_does_the_end(wire):
    reader, writer = await call(wire)
    assert await ask((reader, writer)) == b"hello\n"
    long = b"x" * 1_000_000 + b"\n"
    writer.write(long)
    assert await reader.readexactly(len(long)) == long
    writer.write_eof()
    assert await reader.read() == b""


async def test_each_answer_is_late(wire):
    line = await call(wire)
    wire.delay = 0.2
    began = time.monotonic()
    assert await ask(line) == await ask(line)
    assert 0.4 <= time.monotonic() - began < 2
    wire.delay = 0.0
    assert await ask(line) == b"hello\n"


async def test_in_a_hang_nothing_moves_and_afterwards_all_arrives(wire, echo):
    old = await call(wire)
    await ask(old)
    wire.turn("hang")
    asking = [asyncio.create_task(ask(one)) for one in (old, await call(wire))]
    done, _ = await asyncio.wait(asking, timeout=0.3)
    assert (done, len(echo.heard)) == (set(), 1)
    wire.turn("pass")
    assert await asyncio.gather(*asking) == [b"hello\n", b"hello\n"]


async def test_what_nobody_waits_for_any_more_is_never_said(wire, echo):
    old = await call(wire)
    await ask(old)
    wire.turn("hang")
    for _, writer in (old, await call(wire)):
        writer.write(b"send it twice\n")
        writer.close()
        await writer.wait_closed()
    wire.turn("pass")
    await until(lambda: not wire._lines)
    assert echo.heard == [b"hello\n"]


async def test_refused_is_only_who_comes_anew(wire):
    old = await call(wire)
    await ask(old)
    for _ in range(2):
        wire.turn("refuse")
        with pytest.raises(ConnectionRefusedError):
            await call(wire)
        assert await ask(old) == b"hello\n"
        wire.turn("pass")
        assert await ask(await call(wire)) == b"hello\n"


async def test_cut_breaks_every_connection(wire):
    old = await call(wire)
    await ask(old)
    wire.turn("cut")
    with pytest.raises(ConnectionResetError):
        await old[0].read()
    reader, _ = await call(wire)
    with pytest.raises(ConnectionResetError):
        await reader.read()
    wire.turn("pass")
    assert await ask(await call(wire)) == b"hello\n"


async def test_without_a_far_end_it_refuses_as_that_would_and_hangs_all_the_same(wire):
    wire.far_end(down=True)
    with pytest.raises(ConnectionRefusedError):
        await call(wire)
    wire.turn("hang")
    await call(wire)
    wire.turn("pass")
    with pytest.raises(ConnectionRefusedError):
        await call(wire)
    wire.far_end(down=False)
    assert await ask(await call(wire)) == b"hello\n"


async def test_a_port_that_opens_and_shuts_at_once_leaves_no_socket(wire):
    for _ in range(50):
        wire.turn("refuse")
        wire.turn("pass")
    wire.turn("refuse")
    with pytest.raises(ConnectionRefusedError):
        await call(wire)


async def test_with_tls_it_shows_the_newest_certificate(echo, tmp_path):

    authority = Authority()
    wire = Wire(await echo.open(), tls=authority.context)
    await wire.open()
    trusting = ssl.create_default_context(cafile=authority.write(tmp_path / "ca.pem"))

    async def ends():
        reader, writer = await asyncio.open_connection(
            HOST, wire.port, ssl=trusting, server_hostname="localhost"
        )
        assert await ask((reader, writer)) == b"hello\n"
        shown = writer.get_extra_info("peercert")["notAfter"]
        writer.close()
        return ssl.cert_time_to_seconds(shown)

    assert abs(await ends() - time.time() - 90 * 86400) < 60
    authority.sign(5)
    assert authority.ends_soon
    assert abs(await ends() - time.time() - 5 * 86400) < 60
    authority.sign(-1)
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        await ends()
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(
            HOST, wire.port, ssl=ssl.create_default_context(), server_hostname="localhost"
        )
    await wire.close()
    echo.server.close()
