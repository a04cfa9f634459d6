"""The platform's word on the service."""

from datetime import timedelta

import httpx
import pytest

from bot.adapters.checks.render_service import RenderService
from bot.domain.check import SETTLING, Result, Seen
from tests.adapters.render_kit import NOW, SRV, ago, crash, deploy, event, healthy, metric

EVENTS = f"/services/{SRV}/events"


class Clock:
    at = NOW

    def __call__(self):
        return self.at


@pytest.fixture
def api():
    return healthy()


@pytest.fixture
def now():
    return Clock()


@pytest.fixture
def check(api, now):
    return RenderService("life-os", SRV, api.render(), now)


@pytest.fixture
def memory(api):
    """What the platform measures of 512 MB."""

    def go(megabytes):
        api["/metrics/memory"] = [metric(megabytes * 2**20, "bytes")]

    return go


async def test_it_runs(check, memory):
    memory(210)
    result = await check.look()
    assert result == Result("life-os", "service", Seen.PASS, NOW, "", "running")


async def test_memory_near_the_limit_is_told_before_it_is_killed(check, memory, now, api):
    memory(480)
    result = await check.look()
    assert (result.seen, result.code) == (Seen.FAIL, "memory")
    assert result.detail == "480 of 512 MB of memory used (94%)"
    memory(300)
    now.at += timedelta(seconds=59)
    assert (await check.look()).code == "memory"  # measured once a minute
    now.at += timedelta(seconds=1)
    assert (await check.look()).seen is Seen.PASS
    assert len(api.calls("/metrics/memory")) == 2


@pytest.mark.parametrize("name", ["memory", "memory-limit"])
@pytest.mark.parametrize("answer", [httpx.Response(503), []])
async def test_without_figures_memory_is_no_failure(check, api, name, answer):
    api[f"/metrics/{name}"] = answer
    assert (await check.look()).seen is Seen.PASS


async def test_a_restart_is_felt_for_a_minute(check, memory, api, now):
    memory(210)
    api[EVENTS] = [event("evt-2", "server_restarted", 0.5)]
    assert (await check.look()).code == SETTLING
    now.at += timedelta(seconds=31)
    assert (await check.look()).code == ""


async def test_a_deploy_that_never_ends_is_stuck(api, now):
    check = RenderService("life-os", SRV, api.render(), now, deploy_within=timedelta(minutes=20))
    api[f"/services/{SRV}/deploys"] = [deploy("dep-3", "build_in_progress", 25)]
    assert (await check.look()).code == "deploy_stuck"


@pytest.mark.parametrize(
    ("reason", "code", "said"),
    [
        ({}, "crashed", "exited with code 1"),
        ({"oomKilled": {"memoryLimit": "512Mi"}}, "out_of_memory", "memory limit"),
        ({"unhealthy": "HTTP 500"}, "unhealthy", "HTTP 500"),
    ],
)
async def test_it_failed(api, check, reason, code, said):
    api[EVENTS] = [crash("evt-2", 5, **reason)]
    result = await check.look()
    assert (result.seen, result.code) == (Seen.FAIL, code)
    assert said in result.detail


async def test_crash_loop(api, check):
    api[EVENTS] = [event("evt-9", "server_available", 0.5), *(crash(f"e{n}", n) for n in (1, 2, 3))]
    assert (await check.look()).code == "crash_loop"


async def test_suspended(api, check):
    api[f"/services/{SRV}"] |= {"suspended": "suspended", "suspenders": ["user"]}
    assert (await check.look()).detail == "suspended by user"


async def test_a_failed_and_a_running_deploy(api, check):
    api[f"/services/{SRV}/deploys"] = [deploy("dep-3", "update_failed", 5)]
    assert (await check.look()).code == "deploy_failed"
    api[f"/services/{SRV}/deploys"] = [deploy("dep-3", "build_in_progress", 5)]
    result = await check.look()
    assert (result.seen, result.detail) == (Seen.PASS, "running; deploy dep-3 is in progress")


@pytest.mark.parametrize("path", [f"/services/{SRV}", f"/services/{SRV}/deploys", EVENTS])
@pytest.mark.parametrize(
    "answer", [httpx.Response(503), httpx.Response(401), httpx.ReadTimeout("x")]
)
async def test_what_cannot_be_seen_is_blind(api, check, path, answer):
    api[path] = answer
    result = await check.look()
    assert (result.seen, result.code) == (Seen.BLIND, "render")
    assert result.detail.startswith("Render: ")


async def test_the_first_look_reads_a_week_and_the_next_only_what_is_new(api, check, now):
    api[EVENTS] = [crash("evt-2", 5)]
    await check.look()
    now.at += timedelta(minutes=1)
    api[EVENTS] = []
    assert (await check.look()).code == "crashed"
    first, second = api.calls(EVENTS)
    assert first["startTime"] == ago(days=7)
    assert second["startTime"] == ago(minutes=10)


async def test_an_event_that_arrives_late_is_seen(api, check, now):
    await check.look()
    now.at += timedelta(minutes=1)
    api[EVENTS] = [crash("evt-2", 2)]
    assert (await check.look()).code == "crashed"


async def test_a_blind_look_loses_nothing(api, check, now):
    api[EVENTS] = httpx.Response(503)
    await check.look()
    now.at += timedelta(minutes=30)
    api[EVENTS] = [crash("evt-2", 5)]
    assert (await check.look()).code == "crashed"
    assert api.calls(EVENTS)[1]["startTime"] < ago(days=6)
