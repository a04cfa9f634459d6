"""One silent line a day."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.domain.moves import Status
from bot.flows import desk, quiet
from bot.flows.daily import daily
from bot.ports import Lane
from tests.cast import ANN


@pytest.fixture
def flows(flows):
    return (daily, *flows)


@pytest.fixture
def days(shown):
    async def posts():
        return {k: p for k, p in (await shown()).items() if k.startswith("daily:")}

    return posts


async def until(pass_time, clock, hour, minute=0):
    """Let the night go by, and look for the last minutes of it."""
    clock.at = clock.at.replace(hour=hour, minute=minute)
    await pass_time(minutes=1.5)


async def test_before_its_hour_nothing_is_said(pass_time, clock, days):
    await until(pass_time, clock, 8, 57)
    assert await days() == {}


async def test_all_is_quiet(world, pass_time, clock, days):
    await until(pass_time, clock, 9)
    [(key, post)] = (await days()).items()
    assert key == "daily:2026-01-01"
    assert post.message.minimal == "🟢 All quiet · 2 checks pass · no incident yet"
    assert (post.silent, post.lane) == (True, Lane.DIGEST)


async def test_once_a_day_whatever_happens_after(world, pass_time, clock, days, service_check):
    await until(pass_time, clock, 9)
    said = await days()
    assert list(said) == ["daily:2026-01-01"]
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=30)
    assert await days() == said
    assert not await daily(world)
    clock.tick(days=1)
    await pass_time(minutes=1)
    assert list(await days()) == ["daily:2026-01-01", "daily:2026-01-02"]


async def test_how_long_it_has_been_quiet(world, pass_time, clock, days, service_check, incident):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=30)
    assert (await incident()).status is Status.CLOSED
    clock.tick(days=3)
    await until(pass_time, clock, 9, 30)
    [post] = (await days()).values()
    said = "🟢 All quiet for 3 days · 2 checks pass · last incident #1 on 1 Jan"
    assert post.message.minimal == said


async def test_what_is_not_quiet(world, pass_time, clock, days, service_check, http_check):
    await quiet.silence(world, "http 7d", ANN, "tg:1")
    http_check.blind()
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=5)
    await until(pass_time, clock, 9)
    [post] = (await days()).values()
    html = post.message.html
    first = "🔴 1 open incident · 0 of 2 checks pass, 1 fail, 1 cannot be seen"
    assert post.message.minimal == first
    assert "life-os is down for everyone" in html
    assert "(#1)" in html
    assert "🔕 Silent: http" in html


async def test_the_hour_is_the_readers(world, pass_time, clock, days):
    object.__setattr__(world, "rules", replace(world.rules, zone=ZoneInfo("Asia/Tokyo")))
    await until(pass_time, clock, 0, 1)  # 09:01 there, of the same day
    assert list(await days()) == ["daily:2026-01-01"]


async def test_late_is_not_at_all(pass_time, clock, days):
    await until(pass_time, clock, 12)
    assert await days() == {}


async def test_it_can_be_switched_off(world, pass_time, clock, days):
    object.__setattr__(world, "rules", replace(world.rules, daily_at=None))
    await until(pass_time, clock, 9)
    assert await days() == {}


async def test_what_is_left_to_do_is_asked_for_again_each_day(
    world, pass_time, clock, days, restart, service_check, incident
):
    restart.leaves = "Auto-deploy of <life-os> is off: switch it on again"
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    asked = await desk.ask(world, 1, (await incident()).proposals[0].id, ANN, "tap-1")
    await desk.approve(world, asked.asked.ask, ANN, "tap-2")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=40)
    for day in (1, 2):
        await until(pass_time, clock, 9)
        said = (await days())[f"daily:2026-01-0{day}"].message.html
        assert "📌 Auto-deploy of &lt;life-os&gt; is off: switch it on again" in said
        assert "<code>/done 1.1</code>" in said
        clock.tick(days=1)
    await desk.settle(world, 1, 1, ANN, "tap-3")
    await until(pass_time, clock, 9)
    assert "📌" not in (await days())["daily:2026-01-03"].message.html
