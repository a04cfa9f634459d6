"""The world, faked at its edges. A test moves the clock and the weather, nothing else."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from bot.adapters.store import open_store
from bot.domain.check import Patience, Result, Seen
from bot.domain.evidence import Evidence, Found
from bot.domain.people import People
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Reason, Risk
from bot.domain.rules import Rules
from bot.flows.triage import triage
from bot.flows.watch import watch
from bot.ports import Reply, Unavailable, World
from tests.cast import ANN, BEN, CHAT, VIC

WORLDS = ("test_week.py", "test_act_nights.py", "test_nights.py", "test_page_night.py")
FIRST = (*WORLDS, "/page/", "/stories/", "/sandbox/test_", "/lifeos/")
settings.register_profile("house", deadline=None)  # speed belongs in tests/bench
settings.load_profile("house")
GIVES_WAY = 10  # how nice a worker is to those that play a world


def file_of(nodeid):
    return nodeid.partition("::")[0]


def pytest_collection_modifyitems(items):
    """What takes longest is begun first, so that no worker is left with it at the end."""
    items.sort(key=lambda item: rank(file_of(item.nodeid)))


def rank(file):
    return next((n for n, part in enumerate(FIRST) if part in file), len(FIRST))


def pytest_runtest_setup(item):
    """Worlds run in real seconds: whatever runs beside one gives way to it."""
    plays = file_of(item.nodeid).endswith(WORLDS)
    if "PYTEST_XDIST_WORKER" in os.environ and not plays:
        os.nice(max(0, GIVES_WAY - os.nice(0)))


class OneWorldAtATime(LoadScopeScheduling):
    """One worker plays the nights one after another: many worlds are more than two cores carry.

    The marker xdist_group would say so too, but has no effect with this pytest. The other files
    go to whoever is free, and those of the chat page, which share a browser, to one together.
    """

    def _split_scope(self, nodeid):
        file = file_of(nodeid)
        if file.endswith(WORLDS):
            return "worlds"
        return "browser" if "/page/" in file else file


@pytest.hookimpl(optionalhook=True)  # there is no such hook without xdist: make bench
def pytest_xdist_make_scheduler(config, log):
    return OneWorldAtATime(config, log)


class Clock:
    def __init__(self):
        self.at = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)

    def __call__(self):
        return self.at

    def tick(self, **length):
        self.at += timedelta(**length)


class FakeCheck:
    """A check whose weather the test sets: (seen, code, detail)."""

    def __init__(self, clock, name, good):
        self.service, self.name, self.clock = "life-os", name, clock
        self.good, self.weather = (Seen.PASS, "", good), (Seen.PASS, "", good)

    def fails(self, code, detail):
        self.weather = (Seen.FAIL, code, detail)

    def blind(self, detail="Render: HTTP 503"):
        self.weather = (Seen.BLIND, "", detail)

    def heals(self):
        self.weather = self.good

    async def look(self):
        seen, code, detail = self.weather
        return Result(self.service, self.name, seen, self.clock(), code, detail)


class FakeSource:
    def __init__(self, id, name, summary, facts=(), lines=()):
        self.service, self.name = "life-os", name
        self.evidence = Evidence(id, name, Found.SOMETHING, summary, facts, lines)
        self.broken = ""

    async def gather(self, incident):
        if self.broken:
            raise Unavailable(self.broken)
        return self.evidence


class FakeJournal:
    """The log of life-os: `kept` lines, oldest first, or why it cannot be read."""

    service = "life-os"

    def __init__(self, lines=(), broken=""):
        self.kept, self.broken = lines, broken

    async def lines(self):
        if self.broken:
            raise Unavailable(self.broken)
        return self.kept

    async def between(self, since, until):
        return [line for line in await self.lines() if (since or line.at) <= line.at <= until]


class FakeRestart:
    """The platform's restart. `answer` is what it says, `shows` whether the effect is seen."""

    name, service, risk = "restart", "life-os", Risk.HIGH
    effect = "Replaces every running instance with a fresh one."
    radius, undo, takes = "Everybody who uses it.", "Nothing to undo.", ""

    def __init__(self, clock):
        self.clock, self.calls = clock, []
        self.answer = Reply(Answer.ACCEPTED, "Render accepted it")
        self.shows, self.offered, self.on_run = True, True, lambda: None
        self.now_live = Live("dep-1", "evt-0", ("srv-1-a",))
        self.unreadable = ""
        self.course = Effect(Course.DONE, "server_restarted seen")
        self.leaves, self.insecure = None, ""

    def suits(self, evidence, wish=None):
        if not self.offered:
            return None if wish is None else Barred("it does not fit")
        return Reason("the process is down", "srv-1", ("S1",), Live("dep-1", "evt-0", ("srv-1-a",)))

    async def live(self):
        if self.unreadable:
            raise Unavailable(self.unreadable)
        return self.now_live

    async def run(self, proposal):
        self.calls.append(proposal.target)
        self.on_run()
        return self.answer

    async def effect_since(self, proposal, before, at):
        if self.unreadable:
            raise Unavailable(self.unreadable)
        return self.course if self.shows and self.calls else None

    async def secure(self, before):
        if self.insecure:
            raise Unavailable(self.insecure)
        return self.leaves


class FakeWitness:
    """Our own network; `up` is its weather."""

    up = True

    async def reaches_anything(self):
        return self.up


class FakeArchive:
    def __init__(self):
        self.files, self.broken = {}, ""

    async def keep(self, name, text):
        if self.broken:
            raise Unavailable(self.broken)
        self.files[name] = text


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def service_check(clock):
    return FakeCheck(clock, "service", "running")


@pytest.fixture
def http_check(clock):
    return FakeCheck(clock, "http", "HTTP 200 in 0.02 s")


@pytest.fixture
def logs_source():
    lines = ("Traceback (most recent call last):", "EOFError: Ran out of input <b>&")
    return FakeSource("L1", "logs", "EOFError ×4 in memory.load", (("errors", "4"),), lines)


@pytest.fixture
def restart(clock):
    return FakeRestart(clock)


@pytest.fixture
def archive():
    return FakeArchive()


@pytest.fixture
def rules():
    return Rules(
        people=People(frozenset({ANN.id}), frozenset({BEN.id}), frozenset({VIC.id})),
        patience=Patience(failures=2, passes=2),
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated(tmp_path_factory):
    """An empty store's file: copying it is ten times faster than making one."""
    path = tmp_path_factory.mktemp("store") / "migrated.db"
    await (await open_store(f"sqlite:///{path}", Clock())).close()
    return path


@pytest.fixture
async def store(clock, tmp_path, migrated):
    copy = shutil.copy(migrated, tmp_path / "store.db")
    opened = await open_store(f"sqlite:///{copy}", clock)
    yield opened
    await opened.close()


@pytest.fixture
def world(clock, store, service_check, http_check, logs_source, restart, archive, rules):
    state = FakeSource(
        "S1",
        "service",
        "crashed, exit 1",
        (("memory_mb", "210"), ("memory_limit_mb", "512"), ("cpu", "3 %")),
    )
    return World(
        store=store,
        checks=[service_check, http_check],
        sources=[state, logs_source],
        actions=[restart],
        archive=archive,
        chat=CHAT,
        now=clock,
        rules=rules,
        witness=FakeWitness(),
        look_soon=lambda *_: None,
    )


@pytest.fixture
async def triaged(world, service_check, clock):
    """An incident that triage has looked at."""
    service_check.fails("crashed", "exited with code 1")
    for _ in range(2):
        clock.tick(seconds=30)
        await watch(world, service_check)
    await triage(world)
    return await world.store.latest("life-os")
