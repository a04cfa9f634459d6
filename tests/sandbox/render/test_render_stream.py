"""The live log over a websocket: filters, the key, limits, faults, and that it drops."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlencode

import pytest
import render_openapi
import sdk
from emulated_render import KEY, OWNER, until
from websockets import ConnectionClosedError, InvalidMessage, InvalidStatus
from websockets.asyncio.client import connect

from bot.sandbox.render import stream

INFO = {"type": "app", "level": "info"}


def subscribe(world, key=KEY, **query):
    """With the query that Render's SDK would write."""
    wish = sdk.operation("logs.subscribe_logs")._get_kwargs(owner_id=OWNER, **query)
    base = str(world.client.base_url).rstrip("/").replace("http://", "ws://")
    address = f"{base}{wish['url']}?{urlencode(wish['params'], doseq=True)}"
    return connect(address, additional_headers={"Authorization": f"Bearer {key}"}, proxy=None)


async def heard(socket):
    return json.loads(await asyncio.wait_for(socket.recv(), 10))


async def refused(world, **query):
    with pytest.raises(InvalidStatus) as refusal:
        async with subscribe(world, **query):
            pass
    response = refusal.value.response
    return response.status_code, json.loads(response.body)["message"]


def open_streams(world):
    return len(world.render._account.logs._listeners)


@pytest.fixture
def quiet(world, monkeypatch):
    """A service that says only what we write, on a stream that does not drop by itself."""
    monkeypatch.setattr(stream, "DROPS_AFTER", 1e6)
    return world.add()


async def test_each_new_line_is_a_frame(world, quiet):
    quiet.say("before")
    async with subscribe(world, resource=[quiet.id]) as socket:
        await until(lambda: open_streams(world))
        quiet.say("one")
        quiet.say("two", kind="build")
        lines = [await heard(socket), await heard(socket)]
    assert [line["message"] for line in lines] == ["==> one", "==> two"]
    page = await world.client.get("/logs", params={"ownerId": OWNER, "resource": quiet.id})
    assert [line["id"] for line in page.json()["logs"][:2]] == [lines[1]["id"], lines[0]["id"]]
    await until(lambda: not open_streams(world))


async def test_a_frame_is_as_described(world, quiet):
    if not render_openapi.available():
        pytest.skip("the platform's OpenAPI description is not beside this project")
    async with subscribe(world, resource=[quiet.id]) as socket:
        await until(lambda: open_streams(world))
        quiet.say("one")
        render_openapi.check(
            "GET", "/logs/subscribe", 101, json.dumps(await heard(socket)).encode()
        )
    asked = str(world.render.journal[-1].query)
    render_openapi.check_request("GET", "/logs/subscribe", asked, b"")


async def test_only_what_was_asked_for(world, quiet):
    other = world.add(name="other")
    wish = {"resource": [quiet.id], "type_": ["build"], "text": ["w*d", "/^==> a/"]}
    async with subscribe(world, **wish) as socket:
        await until(lambda: open_streams(world))
        other.say("wanted", kind="build")
        quiet.say("wanted", kind="app")
        quiet.say("unsaid", kind="build")
        quiet.say("wanted", kind="build")
        assert (await heard(socket))["message"] == "==> wanted"


async def test_a_line_comes_when_its_lag_is_over(world, quiet):
    world.render.set_log_lag(20.0)
    async with subscribe(world, resource=[quiet.id]) as socket:
        await until(lambda: open_streams(world))
        quiet.say("late")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.03)
        assert (await heard(socket))["message"] == "==> late"


async def test_it_drops_about_once_a_minute(world, quiet, monkeypatch):
    monkeypatch.setattr(stream, "DROPS_AFTER", 60.0)
    async with subscribe(world, resource=[quiet.id]) as socket:
        with pytest.raises(ConnectionClosedError) as dropped:
            await heard(socket)
    assert dropped.value.rcvd is None


async def test_it_drops_on_demand(world, quiet):
    async with subscribe(world, resource=[quiet.id]) as socket:
        await until(lambda: open_streams(world))
        world.render.drop_log_streams()
        with pytest.raises(ConnectionClosedError):
            await heard(socket)
    await until(lambda: not open_streams(world))
    async with subscribe(world, resource=[quiet.id]) as socket:
        await until(lambda: open_streams(world))
        quiet.say("again")
        assert (await heard(socket))["message"] == "==> again"


async def test_what_is_refused(world, quiet):
    assert await refused(world, key="rnd_wrong", resource=[quiet.id]) == (401, "Unauthorized")
    assert await refused(world, resource=["srv-none"]) == (404, "not found: srv-none")
    assert await refused(world, resource=[]) == (400, "missing required parameter: resource")
    calls = [(call.method, call.path, call.status) for call in world.render.journal]
    assert calls == [("GET", "/logs/subscribe", status) for status in (401, 404, 400)]


async def test_an_open_stream_is_in_the_journal(world, quiet):
    async with subscribe(world, resource=[quiet.id]) as socket:
        assert socket.response.headers["render-request-id"]
        assert int(socket.response.headers["ratelimit-remaining"]) > 0
    await until(lambda: world.render.journal)
    assert world.render.journal[-1].status == 101


class TestLimits:
    @pytest.fixture
    def speed(self):
        return 0.005  # so slow that 400 in a minute are 2

    async def test_streams_count_among_the_reads(self, world, quiet):
        for _ in range(2):
            async with subscribe(world, resource=[quiet.id]):
                pass
        assert await refused(world, resource=[quiet.id]) == (429, "rate limit exceeded")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "hang"])
async def test_a_connection_cut_before_it_begins(world, quiet, kind):
    world.render.faults.arm(kind, path="/logs/subscribe", seconds=0.01)
    with pytest.raises(InvalidMessage):
        async with subscribe(world, resource=[quiet.id]):
            pass
    await until(lambda: world.render.journal)
    assert world.render.journal[-1].fault == kind


async def test_an_error_instead_of_a_stream(world, quiet):
    world.render.faults.arm("error", path="/logs/subscribe", status=503)
    assert await refused(world, resource=[quiet.id]) == (503, "internal server error")
