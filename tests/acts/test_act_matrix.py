"""Every act under every fault of its call: what is said of it is true, and it is called once."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.incident import Event
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Proposal, Risk
from bot.flows import desk
from bot.flows.act import NEVER_AGAIN, act
from bot.sandbox.render import health, instance, preparing
from tests.acts.page import FAULTS, page
from tests.acts.process import live_and_die, world_of
from tests.acts.rows import ROWS, Place
from tests.acts.town import Town
from tests.cast import ANN

PAGE = Path(__file__).parents[2] / "docs" / "acts.md"
ENDS = {Kind.RAN: "done", Kind.FAILED: "failed", Kind.UNKNOWN: "unknown"}
LEAVE_NO_TRACE = {"timeout", "no effect", "killed before the call"}
CASES = [(name, fault) for name, row in ROWS.items() for fault in FAULTS if fault not in row.void]
HALF = "is “0” at Render, but no deploy has begun"
PATIENCE = 60.0  # seconds
seen = {}
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(instance, "SHORTEST_GRACE", 0.1)
        patched.setattr(instance, "SHORTEST_START", 0.1)
        patched.setattr(health, "LEAST_ANSWER", 0.5)
        patched.setattr(health, "LEAST_PAUSE", 0.02)
        made = Town(tmp_path_factory.mktemp("town"))
        made.builds_take = lambda seconds: patched.setattr(preparing, "BUILD_SECONDS", seconds)
        made.builds_take(4)
        await made.open()
        yield made
        await made.close()


@pytest.fixture(scope="module")
def children():
    """A process that has loaded everything, and has a child at once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "tests.acts.rows", "tests.acts.process"])
    return context


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def acts(town):
    return place_of(town).acts()


def place_of(town, store=""):
    return Place(town.url, town.service.id, town.database_started, town.sessions.dsn, store)


@pytest.fixture
def place(town, tmp_path, migrated):
    return place_of(town, f"sqlite:///{shutil.copy(migrated, tmp_path / 'store.db')}")


async def approved(world, action, row, town):
    """An incident in which Ann has approved that act."""
    found = Event(Kind.DETECTED, world.now(), check="service", code="crashed", note="exited")
    incident = await world.store.open("life-os", found)
    offer = Proposal(
        f"1.{action.name}",
        action.name,
        row.target(town),
        action.risk,
        "",
        action.effect,
        (),
        await action.live(),
        world.now() + timedelta(minutes=15),
        service=action.service,
        mends=row.mends,
    )
    await world.store.record(incident, Event(Kind.TRIAGED, world.now(), proposals=(offer,)))
    after = await desk.ask(world, incident.id, offer.id, ANN, "tg:1")
    if action.risk is not Risk.LOW:
        await desk.approve(world, after.asked.ask, ANN, "tg:2")


async def killed(children, side, place, name, where):
    """A child begins the act and is killed, with SIGKILL, where it is said."""
    ours, theirs = children.Pipe()
    child = children.Process(target=live_and_die, args=(place, name, where, theirs), daemon=True)
    child.start()
    if where == "during":
        await asyncio.wait_for(side.seen.wait(), PATIENCE)
    else:
        await asyncio.wait_for(asyncio.to_thread(ours.poll, PATIENCE), PATIENCE)
    os.kill(child.pid, 9)
    await asyncio.to_thread(child.join)
    assert child.exitcode == -9


class Met:
    """An act that meets something between the last look and its answer."""

    def __init__(self, action, meanwhile, fault):
        self.action, self.meanwhile, self.fault = action, meanwhile, fault

    def __getattr__(self, name):
        return getattr(self.action, name)

    async def run(self, proposal):
        async with self.meanwhile(self.fault, self.action):
            return await self.action.run(proposal)


def said_of(end):
    """An act that mends nothing ends in the same way when it is done and when nobody knows."""
    if end.kind is Kind.INTERIM:
        return "unknown" if NEVER_AGAIN in end.note else "done"
    return ENDS[end.kind]


async def to_its_end(world, fault):
    """The flow turns until it is said what came of the act: the outcome, and the words.

    Where nothing will come of it, time is skipped.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            await act(world)
            [incident] = await world.store.recent(1)
            if incident.status not in {Status.APPROVED, Status.RUNNING}:
                end = incident.last(*ENDS, Kind.INTERIM)
                return said_of(end), end.note
            if fault in LEAVE_NO_TRACE:
                world.now.ahead += timedelta(seconds=45)
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("name", "fault"), CASES)
async def test_what_is_said_is_true_and_nothing_is_called_twice(
    town, acts, place, children, name, fault
):
    row, action = ROWS[name], acts[ROWS[name].act or name]
    side, nth = row.side(town), 2 if row.second else 1
    await town.at_rest()
    await row.before(town)
    met = Met(action, side.meanwhile, fault)
    world, done = await world_of(place, met), row.done(town)
    await approved(world, action, row, town)
    side.next_write(fault, nth)
    if fault.startswith("killed"):
        await world.store.close()
        await killed(children, side, place, name, fault.split()[1])
        world = await world_of(place, action)
    outcome, note = await to_its_end(world, "" if row.second else fault)
    assert [await act(world) for _ in range(3)] == [False] * 3
    at_once, half = row.done(town) - done, row.half(town)
    await row.after(town)
    await town.at_rest()
    really = max(at_once, row.done(town) - done)
    assert (outcome, really) in {("done", 1), ("failed", 0), ("unknown", 0)}
    assert half == (HALF in note)
    calls = side.calls()
    assert len(calls) == len(set(calls))
    assert len(calls) < nth if fault in row.in_vain else len(calls) >= nth
    [incident] = await world.store.recent(1)
    assert await world.store.proven(incident.id)
    await world.store.close()
    seen[name, fault] = "half" if half else outcome


async def test_the_page_says_what_was_seen(acts):
    if len(seen) < len(CASES):
        pytest.skip("only some of the acts were tried")
    written = page(acts, seen)
    if os.environ.get("UPDATE_ACTS"):
        PAGE.write_text(written, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == written


async def test_every_act_that_is_built_is_tried(acts):
    assert set(acts) == {row.act or name for name, row in ROWS.items()}
