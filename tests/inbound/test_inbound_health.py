"""Alive means: the scheduler ticks, the engine turns, the store answers. Nothing else."""

from __future__ import annotations

import asyncio

import pytest

from bot.inbound.health import Health, Healthz
from bot.ports import Unavailable

WELL = Health(ticks_age=4.0, engine_age=9.0)


class Slow:
    """A store that counts who asks, and answers when it is let go."""

    def __init__(self, *, hangs=False, gone=False):
        self.asked, self.gone = 0, gone
        self.free = asyncio.Event()
        if not hangs:
            self.free.set()

    async def memo(self, name):
        self.asked += 1
        await self.free.wait()
        if self.gone:
            raise Unavailable("the database does not answer: password for host db.example")


async def test_all_is_well(http):
    answer = await http.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "ticks_age": 1.0, "engine_age": 2.0}


@pytest.mark.parametrize(
    ("health", "named"),
    [
        (Health(61.0, 2.0), ["the scheduler has not turned for 61 s"]),
        (Health(2.0, 75.4), ["the engine has not turned for 75 s"]),
        (
            Health(90.0, 75.4),
            ["the scheduler has not turned for 90 s", "the engine has not turned for 75 s"],
        ),
    ],
)
async def test_what_stands_still_is_named(http, house, health, named):
    house.health = health
    answer = await http.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["ok"] is False
    assert answer.json()["wrong"] == named


async def test_telegram_and_the_watched_are_no_reason(http, house, service_check):
    house.health = Health(1.0, 1.0, inbox_age=9_999.0)
    service_check.fails("crashed", "exit 1")
    house.broken = "Render: HTTP 503"
    assert (await http.get("/healthz")).status_code == 200


async def test_a_store_that_is_gone_and_comes_back(monotonic):
    store = Slow(gone=True)
    page = Healthz(store, lambda: WELL, monotonic)
    answer = await page.answer()
    assert answer.status == 503
    assert "the store does not answer" in answer.text
    assert "example" not in answer.text
    store.gone = False
    monotonic.at += 1.1
    assert (await page.answer()).status == 200


async def test_the_store_is_asked_once_a_second(monotonic):
    store = Slow()
    page = Healthz(store, lambda: WELL, monotonic)
    for _ in range(20):
        await page.answer()
    assert store.asked == 1
    monotonic.at += 1.1
    await page.answer()
    assert store.asked == 2


async def test_a_store_that_hangs_gathers_no_queue(monotonic):
    store = Slow(hangs=True)
    page = Healthz(store, lambda: WELL, monotonic, store_within=0.01)
    answers = await asyncio.gather(*(page.answer() for _ in range(20)))
    answers.append(await page.answer())
    assert {one.status for one in answers} == {503}
    assert "has not answered for 0.01 s" in answers[0].text
    assert store.asked == 1
    store.free.set()
    assert (await page.answer()).status == 200
    assert store.asked == 1


async def test_a_bug_is_not_health(house, monkeypatch):
    async def crash(name):
        raise RuntimeError("a bug")

    monkeypatch.setattr(house.world.store, "memo", crash)
    page = Healthz(house.world.store, lambda: WELL)
    with pytest.raises(RuntimeError):
        await page.answer()
    with pytest.raises(RuntimeError):
        await page.answer()
