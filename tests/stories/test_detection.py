"""What opens an incident, what joins it, and what is not held against the service at all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.check import SETTLING, Patience, Result, Seen, Verdict
from bot.domain.moves import Kind, Status
from bot.domain.severity import Severity
from bot.flows.announce import announce, refresh
from bot.flows.triage import triage
from bot.flows.verify import verify
from bot.flows.watch import watch, weigh
from tests.conftest import FakeCheck, FakeWitness

HALF = 0.5  # minutes: one look


class OtherCheck(FakeCheck):
    """Of another service."""

    def __init__(self, clock, service, name, good="fine"):
        super().__init__(clock, name, good)
        self.service = service


@pytest.fixture
def flows():
    return (triage, verify, announce, refresh)


@pytest.fixture
def whose(world):
    """The newest incident of any service."""

    async def latest(service):
        return await world.store.latest(service)

    return latest


# One check that comes and goes


async def test_what_fails_every_other_look_is_found_and_is_p2(pass_time, http_check, incident):
    for _ in range(4):
        http_check.fails("status", "HTTP 500")
        await pass_time(HALF)
        http_check.heals()
        await pass_time(HALF)
    found = await incident()
    assert found is not None
    assert found.severity is Severity.P2  # intermittent; in a run it would be P1


async def test_a_run_is_as_bad_as_the_table_says(pass_time, http_check, incident):
    http_check.fails("status", "HTTP 500")
    await pass_time(1)
    assert (await incident()).severity is Severity.P1


# Confirming looks


async def test_a_first_failure_is_looked_at_again_soon_and_then_later(world, clock, http_check):
    world = replace(world, rules=replace(world.rules, patience=Patience(4, 2)))
    http_check.fails("refused", "connection refused")
    pauses = []
    for _ in range(4):
        clock.tick(seconds=1)
        pauses.append((await watch(world, http_check)).again_in)
    assert pauses == [timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4), None]


async def test_clearing_is_confirmed_soon_too(world, clock, http_check, pass_time):
    http_check.fails("refused", "connection refused")
    await pass_time(1)
    http_check.heals()
    clock.tick(seconds=30)
    assert (await watch(world, http_check)).again_in == timedelta(seconds=1)
    clock.tick(seconds=1)
    assert (await watch(world, http_check)).again_in is None


async def test_what_cannot_be_seen_is_not_looked_at_in_haste(world, clock, http_check):
    http_check.blind()
    clock.tick(seconds=30)
    assert (await watch(world, http_check)).again_in is None


# A start or a deploy may be felt for a moment


@pytest.fixture
def deploying(service_check):
    def go(settling=True):
        code = SETTLING if settling else ""
        service_check.weather = (Seen.PASS, code, "running; deploy dep-2 is in progress")

    return go


async def test_a_failure_during_a_deploy_must_last(pass_time, http_check, incident, deploying):
    deploying()
    await pass_time(HALF)
    http_check.fails("refused", "connection refused")
    await pass_time(1)
    assert await incident() is None  # 30 s from the first to the last
    await pass_time(HALF)
    assert (await incident()).status is Status.OPEN  # a minute: nobody waits for the deploy to end


async def test_a_database_is_not_excused_by_a_deploy(
    world, clock, pass_time, incident, deploying, service_check, http_check
):
    database = FakeCheck(clock, "postgres", "answered in 2 ms")
    object.__setattr__(world, "checks", [*world.checks, database])
    deploying()
    await pass_time(HALF)
    database.fails("refused", "refused: nothing listens at its address")
    await pass_time(1)
    assert (await incident()).severity is Severity.P0


async def test_the_platform_is_asked_at_the_first_failure(world, clock, http_check):
    asked = []
    world = replace(world, look_soon=lambda *which: asked.append(which))
    http_check.fails("refused", "connection refused")
    for _ in range(3):
        clock.tick(seconds=1)
        await watch(world, http_check)
    assert asked == [("life-os", "service")]


# Our own network


@pytest.mark.parametrize("code", ["timeout", "name"])
async def test_no_answer_while_nothing_answers_is_our_own_network(
    world, clock, http_check, incident, settle, shown, code
):
    world = replace(world, witness=FakeWitness())
    world.witness.up = False
    http_check.fails(code, "no answer in 10 s")
    seen = []
    for _ in range(4):
        clock.tick(seconds=30)
        seen.append(await watch(world, http_check))
    assert await incident() is None
    assert seen[-1].verdict is Verdict.BLIND
    assert (seen[-1].result.seen, seen[-1].result.code) == (Seen.BLIND, "network")
    world.witness.up = True
    for _ in range(2):
        clock.tick(seconds=30)
        await watch(world, http_check)
    assert (await incident()).status is Status.OPEN  # now it is the service's


async def test_refused_is_an_answer(world, clock, http_check, incident):
    world = replace(world, witness=FakeWitness())
    world.witness.up = False
    http_check.fails("refused", "refused: nothing listens at its address")
    for _ in range(2):
        clock.tick(seconds=30)
        await watch(world, http_check)
    assert (await incident()).status is Status.OPEN


async def test_one_message_for_all_that_render_hides(
    world, clock, pass_time, service_check, incident, shown
):
    logs = FakeCheck(clock, "logs", "0 errors")
    object.__setattr__(world, "checks", [*world.checks, logs])
    for check in (service_check, logs):
        check.weather = (Seen.BLIND, "render", "Render: HTTP 503")
    await pass_time(3)
    [(key, post)] = (await shown()).items()
    assert key.startswith("blind:render:")
    assert post.silent
    assert "I cannot see Render's API" in post.message.html
    assert "life-os service, life-os logs; the other check works" in post.message.html
    for check in (service_check, logs):
        check.heals()
    await pass_time(1)
    [post] = (await shown()).values()
    assert "I see Render's API again; I was blind for 3 min" in post.message.html
    assert await incident() is None


# Several services, one trouble


@pytest.fixture
def upstream(world, clock):
    check = OtherCheck(clock, "anthropic", "statuspage", "all systems operational")
    logs = FakeCheck(clock, "logs", "0 errors")
    leaning = replace(
        world.rules, leans_on={"life-os": ("anthropic",)}, upstreams=frozenset({"anthropic"})
    )
    object.__setattr__(world, "checks", [*world.checks, logs, check])
    object.__setattr__(world, "rules", leaning)
    return check, logs


async def test_what_follows_from_an_upstream_joins_its_incident(
    upstream, pass_time, whose, incident
):
    page, logs = upstream
    page.fails("outage", "major outage: Claude API")
    await pass_time(1)
    root = await whose("anthropic")
    assert root.severity is Severity.P3
    logs.fails("error_rate", "12 errors in 5 min, most often OverloadedError")
    await pass_time(1)
    root = await whose("anthropic")
    assert await incident() is None
    assert (root.severity, root.services) == (Severity.P1, ("anthropic", "life-os"))
    assert [e.where for e in root.failing] == ["life-os logs", "statuspage"]
    page.heals()
    logs.heals()
    await pass_time(30)
    assert (await whose("anthropic")).last(Kind.RECOVERED)


async def test_the_page_of_the_upstream_may_come_later(upstream, pass_time, whose, incident):
    page, logs = upstream
    logs.fails("error_rate", "12 errors in 5 min, most often OverloadedError")
    await pass_time(1)
    page.fails("outage", "major outage: Claude API")
    await pass_time(1)
    assert await whose("anthropic") is None
    assert [e.where for e in (await incident()).failing] == ["logs", "anthropic statuspage"]


async def test_a_crash_is_no_consequence_of_an_upstream(
    upstream, pass_time, whose, incident, service_check
):
    page, _ = upstream
    page.fails("outage", "major outage: Claude API")
    await pass_time(1)
    service_check.fails("crashed", "exited with code 1")
    await pass_time(1)
    assert (await incident()).services == ("life-os",)
    assert (await whose("anthropic")).services == ("anthropic",)


# Flapping


async def test_what_fails_again_and_again_is_one_card_that_says_so_and_then_silent(
    pass_time, http_check, incident, shown, world
):
    for _ in range(6):
        http_check.fails("refused", "connection refused")
        await pass_time(1.5)
        http_check.heals()
        await pass_time(2)
    found = await incident()
    assert (found.id, found.relapses) == (1, 0)
    assert len(await world.store.recent(9)) == 1
    again = [e for e in found.timeline if e.kind is Kind.PERSISTED]
    assert len(again) == 5
    posts = await shown()
    pages = [p for key, p in posts.items() if key.startswith("event:1:")]
    assert [p.silent for p in pages] == [False, False, False, True, True]
    assert "flapping: failed 6× in" in posts["card:1:0"].message.html


# Storm


@pytest.fixture
def many(world, clock):
    checks = [OtherCheck(clock, f"target-{n}", "http", "HTTP 200") for n in range(1, 51)]
    object.__setattr__(world, "checks", checks)
    return checks


async def test_fifty_at_once_are_one_page_that_names_them_all(many, pass_time, shown):
    for check in many:
        check.fails("status", "HTTP 500")
    await pass_time(1)
    posts = await shown()
    audible = [p for p in posts.values() if not p.silent]
    assert len(audible) == 1
    page = audible[0].message
    assert "50 services fail at once" in page.minimal
    assert all(f"target-{n} " in page.html for n in range(1, 51))
    assert "50 × P1" in page.html


async def test_the_storm_counts_down(many, pass_time, shown, world):
    object.__setattr__(world, "checks", many[:8])
    for check in many[:6]:
        check.fails("status", "HTTP 500")
    await pass_time(1)
    for check in many[:2]:
        check.heals()
    await pass_time(30)
    [storm] = [p for key, p in (await shown()).items() if key.startswith("storm:")]
    assert "4 of 6 services still fail" in storm.message.minimal
    assert storm.message.html.count("<s>") == 2


async def test_four_are_no_storm(many, pass_time, shown):
    for check in many[:4]:
        check.fails("status", "HTTP 500")
    await pass_time(1)
    posts = await shown()
    assert not [key for key in posts if key.startswith("storm:")]
    assert sum(not p.silent for p in posts.values()) == 4


# Reported by another system


async def test_an_alert_opens_and_its_end_heals_though_no_check_looks(
    world, clock, incident, pass_time
):
    alert = Result("life-os", "alert:HighLoad", Seen.FAIL, clock(), "raised", "load is 12")
    rules = replace(world.rules, patience_for={"alert": Patience(1, 1)})
    object.__setattr__(world, "rules", rules)
    assert (await weigh(world, alert)).moved
    assert (await incident()).severity is Severity.P1
    clock.tick(minutes=2)
    await weigh(world, replace(alert, seen=Seen.PASS, code="", detail="resolved", at=clock()))
    assert (await incident()).status is Status.VERIFYING
    await pass_time(25)
    assert (await incident()).last(Kind.RECOVERED)
