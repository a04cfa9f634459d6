"""Everything is halted: nothing is asked for, approved or begun until somebody lets it go on."""

import pytest

from bot.chat.commands import Typed, carry_out
from bot.domain.halt import Halt, read, written
from bot.domain.incident import Refused
from bot.domain.moves import Kind, Status
from bot.flows import desk
from bot.flows.act import act
from bot.flows.by_name import ask_by_name
from bot.flows.halt import go_on, halt
from bot.flows.halted import halted
from tests.cast import ANN, BEN, SAM, VIC


@pytest.fixture
async def asked(triaged, world):
    offer = triaged.proposals[0].id
    return (await desk.ask(world, 1, offer, ANN, "tg:1")).asked.ask


async def typed(world, line, by=ANN, key="tg:50"):
    name, _, text = line.partition(" ")
    return (await carry_out(world, Typed(name, text), by, key)).message


async def test_nothing_can_be_asked_for_or_approved(world, triaged, asked, restart):
    await halt(world, "we look first", BEN, "tg:2")
    offer = triaged.proposals[0].id
    for wish in (
        desk.approve(world, asked, ANN, "tg:3"),
        desk.ask(world, 1, offer, ANN, "tg:4"),
        ask_by_name(world, "restart", "", ANN, "tg:5"),
    ):
        with pytest.raises(
            Refused, match="Ben has halted everything; an admin ends that with /resume"
        ):
            await wish
    assert await desk.deny(world, asked, ANN, "tg:6")  # a no is always taken
    await act(world)
    assert restart.calls == []


async def test_what_is_approved_already_is_not_begun(world, asked, restart):
    await desk.approve(world, asked, ANN, "tg:2")
    await halt(world, "", BEN, "tg:3")
    await act(world)
    found = await world.store.incident(1)
    assert (found.status, restart.calls) == (Status.OPEN, [])
    assert found.last(Kind.WITHDRAWN).note == "Ben halted everything; nothing was done"


async def test_what_is_halted_while_it_begins_is_not_called(world, asked, restart, monkeypatch):
    """It was written down that it begins; the halt comes before the request leaves."""
    await desk.approve(world, asked, ANN, "tg:2")
    record = world.store.record

    async def halted_meanwhile(incident, event):
        after = await record(incident, event)
        if event.kind is Kind.STARTED:
            await halt(world, "", BEN, "tg:3")
        return after

    monkeypatch.setattr(world.store, "record", halted_meanwhile)
    await act(world)
    found = await world.store.incident(1)
    assert (found.status, restart.calls) == (Status.OPEN, [])
    assert found.last(Kind.FAILED).note == "Ben halted everything; nothing was done"


async def test_an_approval_that_comes_twice_is_still_the_same(world, asked):
    once = await desk.approve(world, asked, ANN, "tg:2")
    await halt(world, "", BEN, "tg:3")
    assert await desk.approve(world, asked, ANN, "tg:2") == once


async def test_what_is_under_way_is_watched_to_its_end(world, asked, restart, clock):
    await desk.approve(world, asked, ANN, "tg:2")
    await act(world)
    await halt(world, "", BEN, "tg:3")
    clock.tick(seconds=5)
    await act(world)
    assert (await world.store.incident(1)).status is not Status.OPEN
    assert len(restart.calls) == 1


async def test_then_it_goes_on(world, asked, restart):
    await halt(world, "", BEN, "tg:2")
    assert (await go_on(world, ANN, "tg:3")).by == "Ben"
    assert await halted(world) is None
    await desk.approve(world, asked, ANN, "tg:4")
    await act(world)
    assert len(restart.calls) == 1


async def test_as_it_is_typed(world):
    said = await typed(world, "halt a strange night")
    assert (
        said.minimal
        == "Halted: nothing is done any more, not even what is approved. An admin can /resume."
    )
    assert await typed(world, "halt a strange night") == said  # the same update, once more
    status = (await typed(world, "status", VIC)).html
    assert "⛔ Ann halted all acts 0 s ago: a strange night (/resume)" in status
    with pytest.raises(Refused, match="Ann has halted everything already"):
        await typed(world, "halt", BEN, "tg:51")
    with pytest.raises(Refused):
        await typed(world, "resume", BEN, "tg:52")
    ended = await typed(world, "resume", ANN, "tg:53")
    assert ended.minimal == "Acts can be approved again; Ann had halted them."
    assert await typed(world, "resume", ANN, "tg:53") == ended
    with pytest.raises(Refused, match="nothing is halted"):
        await typed(world, "resume", ANN, "tg:54")
    assert "halted" not in (await typed(world, "status", VIC)).html


@pytest.mark.parametrize("by", [VIC, SAM])
async def test_who_may_not_act_may_not_halt(world, by):
    for name in ("halt", "resume"):
        with pytest.raises(Refused):
            await typed(world, name, by)
    assert await halted(world) is None


def test_what_people_write_cannot_break_what_is_kept(clock):
    kept = Halt("An\nn", clock(), "line\none\r\nline two", "tg:1")
    found = read(written(kept))
    assert (found.by, found.why, found.key, found.over) == ("An n", "line one line two", "tg:1", "")
    assert read("") is read(None) is None
