"""The process dies; Ann restarts it; the recovery is proved; the report is written."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.incident import Event, Refused
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Answer, Live
from bot.flows import desk
from bot.flows.act import act
from bot.ports import Lane, Reply, Unavailable
from tests.cast import ANN, BEN, SAM, VIC


@pytest.fixture
def down(service_check, http_check, pass_time):
    async def go_down():
        service_check.fails("crashed", "the process exited with code 1")
        http_check.fails("refused", "connection refused")
        await pass_time(minutes=1)

    return go_down


@pytest.fixture
def asked(world, down, incident):
    async def ask():
        await down()
        found = await incident()
        offer = found.proposals[0]
        return (await desk.ask(world, found.id, offer.id, ANN, "tg:1")).asked.ask

    return ask


async def test_the_whole_night(
    world, asked, incident, pass_time, settle, service_check, http_check, restart, archive, shown
):
    ask = await asked()
    restart.on_run = lambda: (service_check.heals(), http_check.heals())
    await desk.approve(world, ask, ANN, "tg:2")
    await settle()
    assert (await incident()).status is Status.VERIFYING
    await pass_time(minutes=30)

    found = await incident()
    assert restart.calls == ["srv-1"]
    assert found.status is Status.CLOSED
    kinds = [e.kind for e in found.timeline if e.kind is not Kind.CHECKED]
    assert kinds == [
        "detected",
        "joined",
        "triaged",
        "asked",
        "approved",
        "started",
        "answered",
        "ran",
        "recovered",
        "reported",
    ]
    proof = [(e.phase, e.step) for e in found.timeline if e.kind is Kind.CHECKED]
    assert proof == [
        ("back", 0),
        ("watch", 1),
        ("health", 1),
        ("regression", 1),
        ("regression", 2),
        ("regression", 3),
    ]
    [(name, text)] = archive.files.items()
    assert name == "incident-2026-01-01.md"
    assert "EOFError: Ran out of input" in text
    posts = await shown()
    assert posts["clear:1:0"].lane is Lane.PAGE
    assert not posts["clear:1:0"].silent
    assert posts[f"report:1:{found.version}"].document.text == text
    assert await world.store.proven(found.id)


async def test_the_first_message_is_the_page(down, shown):
    await down()
    card = (await shown())["card:1:0"]
    assert card.lane is Lane.PAGE
    assert not card.silent
    assert card.message.minimal.startswith("🔴 P0 life-os is down for everyone · since 03:13 UTC")


async def test_a_restart_that_does_not_help_is_offered_anew(
    world, asked, incident, pass_time, restart, shown
):
    await desk.approve(world, await asked(), ANN, "tg:2")
    await pass_time(minutes=7)
    found = await incident()
    assert found.status is Status.OPEN
    assert found.last(Kind.PERSISTED).note == (
        "service: the process exited with code 1; http: connection refused"
    )
    assert [p.action for p in found.proposals] == ["restart"]
    assert restart.calls == ["srv-1"]
    loud = [p for p in (await shown()).values() if "it is not over" in p.message.html]
    assert [(p.lane, p.silent) for p in loud] == [(Lane.PAGE, False)]


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.UNCLEAR])
async def test_no_sign_of_the_act_is_unknown_and_never_repeated(
    world, asked, incident, pass_time, restart, answer
):
    restart.shows, restart.answer = False, Reply(answer, "no answer in 10 s")
    await desk.approve(world, await asked(), ANN, "tg:2")
    await pass_time(minutes=3)
    found = await incident()
    assert found.last(Kind.UNKNOWN)
    assert restart.calls == ["srv-1"]


async def test_a_refused_act_is_not_done(world, asked, incident, settle, restart):
    restart.answer = Reply(Answer.REFUSED, "Render: HTTP 403")
    await desk.approve(world, await asked(), ANN, "tg:2")
    await settle()
    found = await incident()
    assert found.status is Status.OPEN
    assert found.last(Kind.FAILED).note == "Render: HTTP 403"


async def test_killed_between_the_claim_and_the_call_never_calls(
    world, asked, incident, pass_time, restart, clock
):
    await desk.approve(world, await asked(), ANN, "tg:2")
    found = await incident()
    live = Live("dep-1", "evt-0", ("srv-1-a",))
    claim = Event(Kind.STARTED, clock(), offer=found.approved.id, live=live)
    await world.store.record(found, claim)
    # here the process dies; another starts
    await pass_time(minutes=3)
    assert restart.calls == []
    assert (await incident()).last(Kind.UNKNOWN)


async def test_two_engines_at_once_call_once(world, asked, restart):
    await desk.approve(world, await asked(), ANN, "tg:2")
    await asyncio.gather(act(world), act(world), act(world), return_exceptions=True)
    assert restart.calls == ["srv-1"]


async def beside(world, restart, clock, *, meanwhile):
    """Another instance works on the same store between our claim and our call, or during it."""
    run, record = restart.run, world.store.record

    async def slow(proposal):
        answer = await run(proposal)
        await act(world)
        return answer

    async def held_up(incident, event):
        after = await record(incident, event)
        if event.kind is Kind.STARTED:
            clock.tick(minutes=3)
            await act(world)
        return after

    if meanwhile == "during":
        restart.run = slow
    else:
        world.store.record = held_up
    await act(world)


async def test_another_instance_that_sees_the_effect_first_is_no_error(
    world, asked, restart, clock
):
    await desk.approve(world, await asked(), ANN, "tg:2")
    await beside(world, restart, clock, meanwhile="during")
    found = await world.store.latest("life-os")
    assert (found.status, found.timeline[-1].kind) == (Status.VERIFYING, Kind.RAN)


async def test_what_another_instance_gave_up_is_not_called_late(world, asked, restart, clock):
    await desk.approve(world, await asked(), ANN, "tg:2")
    await beside(world, restart, clock, meanwhile="before")
    found = await world.store.latest("life-os")
    assert (found.status, found.timeline[-1].kind) == (Status.VERIFYING, Kind.UNKNOWN)
    assert restart.calls == []


@pytest.mark.parametrize(
    ("live", "why"),
    [
        (Live("dep-2", "evt-0", ()), "a newer deploy (dep-2) has appeared since; nothing was done"),
        (Live("dep-1", "evt-9", ()), "it has been restarted since; nothing was done"),
    ],
)
async def test_the_premise_is_read_again_before_the_call(
    world, asked, incident, settle, restart, live, why
):
    ask = await asked()
    real = restart.live
    restart.live = never  # nothing could be seen when it was tapped
    await desk.approve(world, ask, ANN, "tg:2")
    restart.live, restart.now_live = real, live
    await act(world)
    assert restart.calls == []
    assert (await incident()).last(Kind.WITHDRAWN).note == why


async def never():
    raise Unavailable("Render: HTTP 503")


async def test_what_has_changed_is_said_at_the_tap(world, asked, incident, settle, restart):
    ask, offer = await asked(), (await incident()).proposals[0]
    restart.now_live = Live("dep-2", "evt-0", ())
    for _ in range(2):  # the same tap twice: the same answer
        with pytest.raises(Refused, match=r"changed since: a newer deploy \(dep-2\) has appeared"):
            await desk.approve(world, ask, ANN, "tg:2")
    seen = await incident()
    assert (seen.status, seen.triage, seen.asked) == (Status.OPEN, None, None)
    await settle()
    renewed = await incident()
    assert renewed.triage is not None
    with pytest.raises(Refused, match="use the newest card"):
        await desk.ask(world, renewed.id, f"1.{offer.action}x", ANN, "tg:3")
    await act(world)
    assert restart.calls == []


async def test_it_came_back_meanwhile(
    world, asked, incident, restart, service_check, http_check, clock
):
    ask = await asked()
    for check in (service_check, http_check):
        check.heals()
        for _ in range(2):
            clock.tick(seconds=1)
            await world.store.keep(await check.look())
    await desk.approve(world, ask, ANN, "tg:2")
    await act(world)
    assert restart.calls == []
    assert "passes again" in (await incident()).last(Kind.WITHDRAWN).note


async def test_the_target_cannot_be_read(world, asked, incident, restart):
    ask = await asked()
    restart.unreadable = "Render: HTTP 503"
    await desk.approve(world, ask, ANN, "tg:2")
    await act(world)
    assert restart.calls == []
    assert "could not re-check" in (await incident()).last(Kind.WITHDRAWN).note


async def test_an_action_that_is_not_configured_any_more_is_held_back(world, asked, incident):
    await desk.approve(world, await asked(), ANN, "tg:2")
    await act(replace(world, actions=[]))
    assert (await incident()).last(Kind.WITHDRAWN).note == "that action is not configured any more"


async def test_an_approval_from_long_ago_is_not_carried_out(world, asked, incident, restart, clock):
    await desk.approve(world, await asked(), ANN, "tg:2")
    clock.tick(minutes=40)  # the process was down all that time
    await act(world)
    assert restart.calls == []
    assert "too long ago" in (await incident()).last(Kind.WITHDRAWN).note


async def test_only_once_and_only_by_those_who_may(world, asked, incident):
    ask = await asked()
    with pytest.raises(Refused, match="not on the on-call list"):
        await desk.approve(world, ask, SAM, "tg:2")
    with pytest.raises(Refused, match="takes a responder; you are a viewer"):
        await desk.approve(world, ask, VIC, "tg:3")
    await desk.approve(world, ask, BEN, "tg:4")
    with pytest.raises(Refused, match="Ben has approved it already"):
        await desk.approve(world, ask, ANN, "tg:5")
    assert (await desk.approve(world, ask, BEN, "tg:4")).version == (await incident()).version


async def test_a_question_expires_and_is_asked_anew_from_the_old_button(
    world, asked, incident, clock, settle
):
    ask = await asked()
    clock.tick(minutes=6)
    with pytest.raises(Refused, match="question has expired"):
        await desk.approve(world, ask, ANN, "tg:2")
    old = (await incident()).proposals[0].id
    clock.tick(minutes=10)
    await settle()  # a fresh look makes fresh offers
    new = (await incident()).proposals[0].id
    again = await desk.ask(world, 1, old, ANN, "tg:3")
    assert old != new == again.asked.offer


async def test_the_button_of_an_act_that_is_not_offered_any_more(world, asked, incident):
    await asked()
    with pytest.raises(Refused, match="not on offer any more"):
        await desk.ask(world, 1, "2.rollback", ANN, "tg:3")


async def test_denied_nothing_happens(world, asked, incident, pass_time, restart):
    await desk.deny(world, await asked(), BEN, "tg:2")
    await pass_time(minutes=1)
    assert (await incident()).asked is None
    assert restart.calls == []
