"""The log of a loop of errors, as long as it is ever read: what the event loop feels of it."""

import asyncio
import random
import time
from datetime import timedelta

import httpx
import pytest

from bot.adapters.checks.logs import KEPT, Logs
from bot.adapters.render import Render
from bot.adapters.sources.logs import RecentLogs
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from tests.adapters.render_kit import NOW, SRV, entry, healthy, log_book
from tests.bench.beat import BLOCKED, Felt
from tests.bench.big_logs import trace

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]


class Wire(httpx.AsyncBaseTransport):
    """Answers come after a moment, as from a network: the loop is free meanwhile."""

    def __init__(self, api):
        self.api = api

    async def handle_async_request(self, request):
        await asyncio.sleep(0.01)
        return self.api.answer(request)


def now():
    return NOW


@pytest.fixture
def render():
    """A traceback after the other, the newest line just now."""
    dice, lines = random.Random(5), []
    while len(lines) < KEPT:
        lines += ["2026-03-02 11:59:00,000 ERROR ask: it fails", *trace(dice).split("\n")]
    api = healthy()
    begin = NOW - timedelta(seconds=4 * 60)
    api["/logs"] = log_book(
        *(
            entry(begin + n * timedelta(seconds=4 * 60 / KEPT), text, id=f"log-{n}", level="error")
            for n, text in enumerate(lines[:KEPT])
        )
    )
    client = httpx.AsyncClient(base_url="http://render.test/v1", transport=Wire(api))
    return Render(client)


async def test_the_check_of_the_log(render):
    check = Logs("life-os", SRV, render, now)
    check._cursor = NOW - timedelta(seconds=3 * 60)
    async with Felt() as loop:
        began = time.perf_counter()
        found = await check.look()
        took = time.perf_counter() - began
    read = f"{len(check._lines):,} lines{took:6.2f} s; {found.value:.0f} errors a minute"
    print(f"\nlog check, {read}; {loop}")
    assert found.code == "error_rate"
    assert max(loop.delays) <= BLOCKED


async def test_the_log_as_evidence(render):
    incident = Incident.opened(1, "life-os", Event(Kind.DETECTED, NOW, check="logs"))
    async with Felt() as loop:
        began = time.perf_counter()
        found = await RecentLogs("life-os", SRV, render, now).gather(incident)
        took = time.perf_counter() - began
    print(f"\nlog as evidence{took:6.2f} s: {found.summary[:60]}; {loop}")
    assert int(found.fact("errors")) > 0
    assert max(loop.delays) <= BLOCKED
