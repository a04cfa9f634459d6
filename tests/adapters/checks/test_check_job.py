"""A test inside the service's own environment: one at a time, whatever is unclear."""

import json
from datetime import timedelta

import httpx
import pytest

from bot.adapters.checks.job import Job
from bot.domain.check import BEHIND_RENDER, Seen
from bot.domain.severity import TABLE
from tests.adapters.render_kit import NOW, SRV, FakeApi, stamp

PATH, COMMAND = f"/services/{SRV}/jobs", "python -m lifeos.check"


class World:
    """A platform that runs jobs, and its clock. `script` is what a new job's status will be."""

    def __init__(self):
        self.at, self.jobs, self.api = NOW, {}, FakeApi()
        self.script, self.answer, self.started = ["succeeded"], None, 0
        self.api[PATH] = self.many

    def __call__(self):
        return self.at

    async def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)

    def add(self, id, status, command=COMMAND, ago=0, **more):
        created = stamp(self.at - timedelta(seconds=ago))
        row = {"id": id, "startCommand": command, "status": status, "createdAt": created, **more}
        self.jobs[id] = [row]
        self.api[f"{PATH}/{id}"] = lambda _: self.one(id)

    def many(self, request):
        if request.method == "POST":
            return self.start(json.loads(request.content)["startCommand"])
        since = request.url.params["createdAfter"]
        rows = [row for (row, *_) in self.jobs.values() if row["createdAt"] >= since]
        return httpx.Response(200, json=[{"job": row, "cursor": row["id"]} for row in rows])

    def start(self, command):
        self.started += 1
        if isinstance(self.answer, Exception | httpx.Response) and self.lost:
            return self.say(self.answer)
        id = f"job-{self.started}"
        self.add(id, None, command)
        self.jobs[id] = [{**self.jobs[id][0], "status": status} for status in self.script]
        return self.say(self.answer or httpx.Response(201, json=self.jobs[id][0]))

    lost = False

    @staticmethod
    def say(answer):
        if isinstance(answer, Exception):
            raise answer
        return answer

    def one(self, id):
        rows = self.jobs[id]
        row = rows.pop(0) if len(rows) > 1 else rows[0]
        return httpx.Response(200, json=row)

    def check(self, **more):
        render = self.api.render(**more.pop("render", {}))
        wanted = {"name": "job:check", "sleep": self.sleep, **more}
        return Job("life-os", SRV, render, COMMAND, self, **wanted)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def check(world):
    return world.check()


async def test_it_runs_and_succeeds(world, check):
    world.script = [None, "pending", "running", "succeeded"]
    result = await check.look()
    assert (result.service, result.check) == ("life-os", "job:check")
    assert (result.seen, result.code, result.value) == (Seen.PASS, "", 15)
    assert result.detail == "job job-1 succeeded in 15 s"
    assert result.at == NOW + timedelta(seconds=15)
    assert world.api.sent == [("POST", PATH, {"startCommand": COMMAND})]
    await check.look()
    assert world.started == 2


async def test_it_fails(world, check):
    world.script = ["running", "failed"]
    result = await check.look()
    assert (result.seen, result.code) == (Seen.FAIL, "failed")
    assert result.detail == "job job-1 failed after 5 s"
    assert {("job", "failed"), ("job", "late")} <= TABLE.keys()


@pytest.mark.parametrize(("status", "said"), [(None, "waiting"), ("running", "running")])
async def test_it_does_not_end_and_none_is_started_beside_it(world, check, status, said):
    world.script = [status] * 27 + ["succeeded"]
    first, second = await check.look(), await check.look()
    assert (first.seen, first.code, first.value) == (Seen.FAIL, "late", 120)
    assert first.detail == f"job job-1 has not ended in 120 s ({said}; limit 120 s)"
    assert second.code == "late"
    assert world.started == 1
    third = await check.look()
    assert (third.code, world.started) == ("late", 1)
    assert "succeeded in 120 s" in third.detail or "has not ended" in third.detail


async def test_one_that_ended_too_late_is_late_and_the_next_is_new(world, check):
    world.script = ["running"] * 25 + ["succeeded"]
    for _ in range(2):
        world.at += timedelta(seconds=10)
        result = await check.look()
    assert (result.code, "succeeded in" in result.detail) == ("late", True)
    assert "(limit 120 s)" in result.detail
    world.script = ["succeeded"]
    assert (await check.look()).seen is Seen.PASS
    assert world.started == 2


@pytest.mark.parametrize(
    ("status", "more", "said"),
    [
        ("canceled", {}, "job job-1 was canceled: it proves nothing"),
        ("exploded", {"finishedAt": stamp(NOW)}, "job job-1 was exploded: it proves nothing"),
        ("exploded", {}, "job job-1 is “exploded”, and we do not know what that means"),
    ],
)
async def test_what_proves_nothing(world, check, status, more, said):
    world.add("job-1", status, **more)
    world.jobs["job-1"][0]["status"] = status
    world.add("job-0", "succeeded")
    check._running = await check.render.job(SRV, "job-1")
    result = await check.look()
    assert (result.seen, result.code, result.detail) == (Seen.BLIND, "", said)


async def test_one_that_runs_since_another_life_is_waited_for(world, check):
    world.add("job-8", "failed", ago=60)
    world.add("job-9", "running", ago=30)
    world.add("job-7", "running", "another command", ago=10)
    world.jobs["job-9"].append({**world.jobs["job-9"][0], "status": "succeeded"})
    result = await check.look()
    assert (result.seen, result.detail) == (Seen.PASS, "job job-9 succeeded in 35 s")
    assert world.started == 0


UNCLEAR = [
    httpx.ReadTimeout("x"),
    httpx.Response(500),
    httpx.Response(202),
    httpx.Response(201, text="<html>"),
]


@pytest.mark.parametrize("answer", UNCLEAR)
async def test_a_start_that_is_unclear_is_looked_for_and_not_repeated(world, check, answer):
    world.answer = answer
    result = await check.look()
    assert (result.seen, result.code) == (Seen.BLIND, BEHIND_RENDER)
    assert "not sure that the job was started" in result.detail
    world.at += timedelta(seconds=30)
    result = await check.look()
    assert (result.seen, result.detail[:20]) == (Seen.PASS, "job job-1 succeeded ")
    assert world.started == 1


@pytest.mark.parametrize("answer", UNCLEAR)
async def test_one_that_never_began_is_started_anew_after_a_while(world, check, answer):
    world.answer, world.lost = answer, True
    await check.look()
    world.answer = None
    for _ in range(3):
        world.at += timedelta(seconds=30)
        result = await check.look()
        assert "asked for, and is not seen yet" in result.detail
    world.at += timedelta(seconds=31)
    assert (await check.look()).seen is Seen.PASS
    assert world.started == 2


async def test_an_old_job_is_not_taken_for_the_one_asked_for(world, check):
    await check.look()
    world.answer, world.lost = httpx.ReadTimeout("x"), True
    await check.look()
    world.at += timedelta(seconds=10)
    result = await check.look()
    assert "not seen yet" in result.detail


@pytest.mark.parametrize(
    "answer", [httpx.ConnectError("x"), httpx.Response(400), httpx.Response(401)]
)
async def test_a_refused_start_is_blind_and_may_be_tried_again(world, check, answer):
    world.answer, world.lost = answer, True
    result = await check.look()
    assert (result.seen, result.code) == (Seen.BLIND, BEHIND_RENDER)
    assert result.detail.startswith("the job was not started: ")
    world.answer = None
    assert (await check.look()).seen is Seen.PASS


async def test_an_unreachable_api_is_blind(world, check):
    world.api[PATH] = httpx.Response(503)
    result = await check.look()
    assert (result.seen, result.code, result.detail) == (
        Seen.BLIND,
        BEHIND_RENDER,
        "Render: HTTP 503",
    )


async def test_one_whose_id_is_not_known_any_more_is_looked_for(world, check):
    world.script = ["running"]
    world.api[f"{PATH}/job-1"] = httpx.Response(404)
    add = world.add

    def lost(id, status, command=COMMAND, ago=0, **more):
        add(id, status, command, ago, **more)
        world.api[f"{PATH}/{id}"] = httpx.Response(404)

    world.add = lost
    assert "HTTP 404" in (await check.look()).detail
    assert "HTTP 404" in (await check.look()).detail
    assert world.started == 1
    world.jobs.clear()
    world.add = add
    world.at += timedelta(minutes=3)
    world.script = ["succeeded"]
    assert (await check.look()).seen is Seen.PASS
    assert world.started == 2


async def test_cut_off_while_it_waits_it_goes_on_with_the_same_job(world):
    class Cut(BaseException):
        pass

    async def cut(seconds):
        raise Cut

    check = world.check(sleep=cut)
    world.script = ["running", "running", "succeeded"]
    for _ in range(2):
        with pytest.raises(Cut):
            await check.look()
    assert (await check.look()).seen is Seen.PASS
    assert world.started == 1


async def test_a_service_that_we_may_not_touch(world):
    check = world.check(render={"may": {}})
    for _ in range(2):
        result = await check.look()
        assert (result.seen, result.detail) == (
            Seen.BLIND,
            "we may not start jobs of this service",
        )
    assert world.started == 0
