"""The real server on a real port: it answers, it ends in order, and it is not kept busy."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from inbound_kit import ALERT, PING, House, spoken_to

from bot.inbound import listener
from bot.inbound.listener import Deadline
from bot.inbound.pings import last_beat
from bot.ports import Unavailable


@contextlib.asynccontextmanager
async def served(inbound):
    stop = asyncio.Event()
    serving = asyncio.create_task(inbound.serve(stop))
    try:
        await asyncio.wait_for(inbound.ready.wait(), 5)
        yield stop, serving
    finally:
        stop.set()
        await asyncio.wait_for(serving, 5)


def client_of(inbound):
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{inbound.port}", trust_env=False, timeout=5
    )


async def raw(inbound, data):
    """Send bytes and read until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", inbound.port)
    writer.write(data)
    await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


async def test_it_answers_and_ends_within_two_seconds(house):
    inbound = house.inbound()
    async with served(inbound) as (stop, serving), client_of(inbound) as client:
        assert inbound.port > 0
        assert (await client.get(f"/ping/{PING}")).text == "OK\n"
        health = await client.get("/healthz")
        assert health.json()["ok"]
        assert health.headers["connection"] == "close"
        assert "server" not in health.headers
        began = time.monotonic()
        stop.set()
        await serving
        assert time.monotonic() - began < 2
        with pytest.raises(httpx.ConnectError):
            await client.get("/healthz")
    assert await last_beat(house.world.store, "life-os", "heartbeat:nightly")


async def test_the_signals_are_left_to_the_house(house):
    """Ours is called and stays in its place: uvicorn would put its own there."""
    inbound, stop = house.inbound(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        serving = asyncio.create_task(inbound.serve(stop))
        await inbound.ready.wait()
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, 2)
        assert stop.is_set()
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def test_a_request_under_way_is_not_waited_for_longer(house):
    begun = asyncio.Event()

    async def for_ever(result):
        begun.set()
        await asyncio.Event().wait()

    inbound = house.inbound(report=for_ever)
    async with served(inbound) as (stop, serving), client_of(inbound) as client:
        asking = asyncio.create_task(client.post(f"/alerts/{ALERT}", json={"check": "x"}))
        await begun.wait()
        began = time.monotonic()
        stop.set()
        await serving
        assert time.monotonic() - began < 2
        await asyncio.gather(asking, return_exceptions=True)


async def test_an_open_head_does_not_hold_up_the_end(house):
    inbound = house.inbound()
    async with served(inbound) as (stop, serving):
        _, writer = await asyncio.open_connection("127.0.0.1", inbound.port)
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        await writer.drain()
        began = time.monotonic()
        stop.set()
        await serving
        assert time.monotonic() - began < 2
        writer.close()


async def test_a_head_that_does_not_come_is_given_up(house, monkeypatch):
    monkeypatch.setattr(listener, "REQUEST_WITHIN", 0.05)
    inbound = house.inbound()
    async with served(inbound):
        assert await raw(inbound, b"GET /healthz HT") == b""
        assert await raw(inbound, b"") == b""


async def test_a_body_that_does_not_come_is_given_up(house):
    """The head is there, ten bytes of the body are not."""
    app = Deadline(house.inbound().app(), 0.05)
    sent = []

    async def receive():
        if not sent:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/ping/{PING}",
        "raw_path": b"",
        "query_string": b"",
        "headers": [(b"content-length", b"10")],
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "client": None,
        "server": None,
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 503
    assert await last_beat(house.world.store, "life-os", "heartbeat:nightly") is None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00\x01\x02\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40_000, b"400"),
        (
            b"POST /alerts/"
            + ALERT.encode()
            + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
            None,
        ),
        (
            b"POST /ping/" + PING.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked"
            b"\r\n\r\nzz\r\n",
            b"400",
        ),
        (
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
            b"200",
        ),
        (b"GET /../../healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 3, b"200"),
    ],
)
async def test_odd_requests(house, data, status, caplog):
    inbound = house.inbound()
    async with served(inbound):
        if status is None:
            _, writer = await asyncio.open_connection("127.0.0.1", inbound.port)
            writer.write(data)
            await writer.drain()
            writer.close()  # it goes away in the middle of its body
        else:
            said = await raw(inbound, data)
            assert said.split(b" ", 2)[1] == status
            assert said.count(b"HTTP/1.1 ") == 1
        async with client_of(inbound) as client:
            assert (await client.get("/healthz")).status_code == 200
    assert "Traceback" not in caplog.text


async def test_nothing_in_the_log_holds_a_token(house, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    inbound = house.inbound()
    async with served(inbound), client_of(inbound) as client:
        await client.post(f"/ping/{PING}/fail")
        house.broken = "the database is busy"
        await client.post(f"/alerts/{ALERT}", json={"check": "x"})
        await client.post(f"/alerts/{ALERT}", content=b"{")
        await client.get(f"/ping/{PING}/maybe")
    told = "\n".join(f"{r.getMessage()} {vars(r)}" for r in caplog.records)
    assert "inbound.listens" in told
    assert PING not in told
    assert ALERT not in told


@pytest.mark.parametrize("path", ["/", "/healthz/", "/nothing", "/hooks", "/ping", "/metrics/x"])
async def test_what_is_not_there_is_not_found(http, path):
    assert (await http.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/hooks/render", f"/alerts/{ALERT}"])
async def test_only_the_methods_that_mean_something(http, path):
    assert (await http.delete(path)).status_code == 405


async def test_a_worker_that_sets_nothing_has_two_doors(house):
    bare = house.inbound(pings=None, render_secret="", alert_token="")
    async with spoken_to(bare) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200
        for path in (f"/ping/{PING}", "/hooks/render", f"/alerts/{ALERT}"):
            assert (await client.post(path)).status_code == 404


async def test_a_port_that_is_taken_is_said(house):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        inbound = house.inbound()
        inbound.port = other.getsockname()[1]
        with pytest.raises(Unavailable, match=r"port \d+ cannot be listened on: Address already"):
            await inbound.serve(asyncio.Event())


async def test_told_to_stop_before_it_began(house):
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(house.inbound().serve(stop), 2)


async def test_cut_off_it_lets_go_of_the_port(house):
    inbound = house.inbound()
    serving = asyncio.create_task(inbound.serve(asyncio.Event()))
    await inbound.ready.wait()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", inbound.port)


def test_the_records_of_the_room_cost_no_server():
    """What the wiring and the checks may import at the start brings no web server with it."""
    program = (
        "import sys; import bot.inbound.health, bot.inbound.pings\n"
        "heavy = {'starlette', 'uvicorn', 'prometheus_client', 'standardwebhooks'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_house_can_be_built_twice(world):
    assert House(world).inbound() is not House(world).inbound()
