"""What every request passes: key, rate limits, faults, journal."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from emulated_render import KEY, until

from bot.sandbox.pace import Pace
from bot.sandbox.render.limits import Limits


@pytest.mark.parametrize("said", ["", "Bearer wrong", f"Basic {KEY}", KEY])
async def test_wrong_key(world, said):
    answer = await world.client.get("/services", headers={"Authorization": said})
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    assert answer.headers["render-request-id"]


async def test_every_answer_has_its_headers(world):
    for path in ("/users", "/services/srv-none", "/nothing/here"):
        headers = (await world.client.get(path)).headers
        assert headers["render-request-id"]
        assert int(headers["ratelimit-limit"]) == 400 * 200
        assert 0 <= int(headers["ratelimit-reset"]) < 60
    assert int(headers["ratelimit-remaining"]) == 400 * 200 - 3


@pytest.mark.parametrize(
    "path",
    [
        "/services/srv-none",
        "/services/srv-none/deploys",
        "/services/srv-none/instances",
        "/services/srv-none/events",
        "/events/evt-none",
        "/postgres/dpg-none",
    ],
)
async def test_what_is_not_there(world, path):
    answer = await world.client.get(path)
    missing = next(part for part in path.split("/") if part.endswith("-none"))
    assert (answer.status_code, answer.json()) == (404, {"message": f"not found: {missing}"})


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("POST", "/services"), ("DELETE", "/users")]
)
async def test_everything_else_is_404(world, method, path):
    answer = await world.client.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("not found")


async def test_the_journal_holds_what_was_asked(world):
    await world.client.post("/services/srv-none/rollback", json={"deployId": "dep-1"})
    call = world.render.journal[-1]
    assert (call.method, call.status) == ("POST", 404)
    service = world.add()
    await world.client.patch(f"/services/{service.id}", json={"autoDeployTrigger": "off"})
    assert json.loads(world.render.journal[-1].body) == {"autoDeployTrigger": "off"}
    await world.client.get("/users")
    assert world.render.journal[-1].body == ""


class TestLimits:
    @pytest.fixture
    def speed(self):
        return 0.05  # so slow that 400 in a minute are 20

    async def test_too_many_reads(self, world):
        answers = [await world.client.get("/users") for _ in range(21)]
        assert [one.status_code for one in answers] == [200] * 20 + [429]
        refused = answers[-1]
        assert refused.headers["ratelimit-remaining"] == "0"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["message"]


def taken(limits, method, path, times):
    return [limits.take(method, path).allowed for _ in range(times)]


def test_service_writes_have_buckets_of_their_own():
    limits = Limits(Pace(1))
    one, other = "/services/srv-a", "/services/srv-b"
    assert taken(limits, "POST", f"{one}/deploys", 11) == [True] * 10 + [False]
    assert limits.take("POST", f"{other}/deploys").allowed
    assert limits.take("POST", f"{one}/suspend").allowed
    assert limits.take("PATCH", one).allowed


def test_creations_have_an_hour():
    limits = Limits(Pace(1))
    assert taken(limits, "POST", "/postgres", 21) == [True] * 20 + [False]
    refused = limits.take("POST", "/postgres")
    assert 3590 < refused.reset < 3600
    assert limits.take("POST", "/services").allowed
    assert limits.take("POST", "/postgres/dpg-a/restart").allowed


def test_scaling_is_a_write_of_the_service():
    limits = Limits(Pace(1))
    assert taken(limits, "POST", "/services/srv-a/scale", 11) == [True] * 10 + [False]


def test_restarts_count_among_the_other_writes():
    limits = Limits(Pace(1))
    assert all(taken(limits, "POST", "/services/srv-a/restart", 29))
    assert taken(limits, "POST", "/services/srv-b/restart", 2) == [True, False]
    assert limits.take("GET", "/services").allowed


def test_a_new_window_begins(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("bot.sandbox.render.limits.time.monotonic", lambda: clock[0])
    limits = Limits(Pace(1))
    assert not all(taken(limits, "POST", "/x", 31))
    clock[0] += 59.5
    refused = limits.take("POST", "/x")
    assert (refused.allowed, refused.reset, refused.headers()["Retry-After"]) == (False, 0, "1")
    clock[0] += 1
    assert limits.take("POST", "/x").remaining == 29


async def test_error(world):
    world.render.faults.arm("error", path="/users", status=503, body="<html>sorry", times=2)
    for _ in range(2):
        answer = await world.client.get("/users")
        assert (answer.status_code, answer.text) == (503, "<html>sorry")
    assert (await world.client.get("/users")).status_code == 200
    assert [call.fault for call in world.render.journal] == ["error", "error", None]


async def test_error_elsewhere_does_not_hit(world):
    world.render.faults.arm("error", method="POST", path="/users")
    assert (await world.client.get("/users")).status_code == 200


async def test_drop_before_does_nothing(world, service):
    world.render.faults.arm("drop_before", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        await world.client.post(f"/services/{service.id}/restart")
    await service.ask_deploy("api")[1].done.wait()
    assert "server_restarted" not in [event.type for event in service.history.events]
    assert world.render.journal[-1].status is None


async def test_hang_lasts_until_the_client_goes(world):
    world.render.faults.arm("hang", path="/users")
    with pytest.raises(httpx.ReadTimeout):
        await world.client.get("/users", timeout=0.1)
    await until(lambda: world.render.journal)
    assert world.render.journal[-1].fault == "hang"


async def test_clearing_lets_go_of_what_hangs(world):
    world.render.faults.arm("hang", times=5)
    asking = asyncio.create_task(world.client.get("/users"))
    await until(lambda: world.render.faults._armed[0].times == 4)
    world.render.faults.clear()
    with pytest.raises(httpx.RemoteProtocolError):
        await asking
    assert (await world.client.get("/users")).status_code == 200


async def test_slow(world):
    world.render.faults.arm("slow", seconds=0.05)
    answer = await world.client.get("/users")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.05


def test_faults_are_of_known_kinds(world):
    with pytest.raises(ValueError, match="drop_before"):
        world.render.faults.arm("explode")


async def test_journal(world):
    await world.client.get("/services", params={"limit": 5})
    (call,) = world.render.journal
    assert (call.method, call.path, call.query, call.status) == ("GET", "/services", "limit=5", 200)
    assert call.fault is None
