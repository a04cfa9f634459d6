"""Nobody answers, and it is done by itself: announced, once; and all that keeps it from that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.incident import Event, Refused
from bot.domain.moves import Kind, Status
from bot.domain.people import Person
from bot.domain.remedy import Answer, Live, Reason
from bot.domain.rules import Autopilot
from bot.domain.severity import Severity
from bot.flows import desk, question, quiet
from bot.flows.autopilot import autopilot
from bot.flows.halt import halt
from bot.flows.presence import presence
from bot.ports import Lane, Reply, Unavailable, Update
from tests.cast import ANN, BEN, SAM, VIC
from tests.stories.conftest import FLOWS

PLAN = "autopilot:1:0"
RESTARTS = Autopilot(frozenset({"restart"}))


async def hears(world):
    return await presence(world, world.now())


async def delivers(world):
    """Everything that is to be sent arrives at once."""
    for n, posted in enumerate(await world.store.due(world.now())):
        shown = posted.message_id or hash(posted.post.key) % 10**6 + n
        await world.store.sent(await world.store.sending(posted), shown, world.now())
    return False


@pytest.fixture
def flows():
    return (hears, *FLOWS, delivers, autopilot)


@pytest.fixture
def chosen():
    """What a test has otherwise in the rules."""
    return {}


@pytest.fixture
def rules(rules, chosen):
    return replace(rules, **({"autopilot": RESTARTS} | chosen))


@pytest.fixture
def down(service_check, pass_time):
    async def go_down(minutes=1.0):
        service_check.fails("crashed", "exited with code 1")
        await pass_time(minutes=minutes)

    return go_down


@pytest.fixture
def text(world):
    async def of(key=PLAN):
        posted = await world.store.posted(key)
        return posted.post.message.minimal if posted else None

    return of


async def kinds(incident):
    return [e.kind for e in (await incident()).timeline]


async def last(incident, kind):
    found = (await incident()).last(kind)
    return found.note if found else None


# The night


async def test_nobody_answers_and_it_is_done_once_announced_before_and_told_after(
    world, incident, down, pass_time, restart, service_check, text, archive
):
    restart.on_run = service_check.heals
    await down(5)
    assert (await text(), restart.calls) == (None, [])
    await pass_time(1.5)
    posted = await world.store.posted(PLAN)
    assert "I restart life-os by myself unless somebody says no" in await text()
    assert (posted.post.lane, posted.post.silent) == (Lane.PAGE, False)
    verbs = [b.verb for row in posted.post.message.rows for b in row]
    assert verbs == ["stop", "ask", "ack"]
    assert restart.calls == []
    await pass_time(5.5)
    assert restart.calls == ["srv-1"]
    assert await text() == "🤖 Nobody said no: I do it now; what comes of it is told below."
    await pass_time(40)
    found = await incident()
    assert (found.status, restart.calls) == (Status.CLOSED, ["srv-1"])
    n = [e.kind for e in found.timeline].index(Kind.RAN) + 1
    said = await text(f"event:1:{n}")
    assert said.startswith("🤖 I restarted life-os by myself at 03:2")
    assert said.endswith(": nobody answered for 10 min")
    approval = found.last(Kind.APPROVED)
    assert (approval.by, approval.by_id) == ("autopilot", 0)
    [report] = archive.files.values()
    assert "Recovered after restart, done by the autopilot." in report
    assert "Approved (autopilot): restart · nobody answered for 10 min" in report
    assert "To be done without a person (autopilot): restart" in report


async def test_the_time_runs_once_the_announcement_stands_in_the_chat(
    world, incident, service_check, restart, clock, pass_time, text
):
    """Telegram is out of reach for us: nobody could say no."""
    world.store.posted, posted = not_shown(world), world.store.posted
    service_check.fails("crashed", "exited with code 1")
    await pass_time(30)
    assert restart.calls == []
    assert (await text()).startswith("🤖 In 5 min I restart life-os")
    world.store.posted = posted
    await pass_time(1)
    assert (await text()).startswith("🤖 At 03:4")
    await pass_time(3)
    assert restart.calls == []
    await pass_time(2)
    assert restart.calls == ["srv-1"]


def not_shown(world):
    posted = world.store.posted

    async def never(key):
        found = await posted(key)
        return found and replace(found, message_id=None)

    return never


@pytest.mark.parametrize("chosen", [{"autopilot": Autopilot()}])
async def test_off_by_default(incident, down, restart):
    await down(14)
    assert (restart.calls, Kind.PLANNED in await kinds(incident)) == ([], False)


# What keeps it from beginning


NOT_ALLOWED = {
    "another act": {"autopilot": Autopilot(frozenset({"restart-database"}))},
    "an act that is not safe": {"autopilot": Autopilot(frozenset({"rollback"}))},
    "two people": {"two_people": frozenset({"restart"})},
    "another severity": {"autopilot": replace(RESTARTS, severities=frozenset({Severity.P1}))},
}


@pytest.mark.parametrize("chosen", NOT_ALLOWED.values(), ids=NOT_ALLOWED)
async def test_the_rules_do_not_allow_it(incident, down, restart):
    await down(14)
    assert (restart.calls, Kind.PLANNED in await kinds(incident)) == ([], False)


async def test_what_the_evidence_does_not_point_to(incident, down, restart):
    restart.suits = lambda *_: Reason(
        "it may not help", "srv-1", live=restart.now_live, likely=False
    )
    await down(14)
    assert (restart.calls, Kind.PLANNED in await kinds(incident)) == ([], False)


async def test_only_what_comes_first(world, incident, down, restart, clock):
    """A milder act that may not be done alone stands before it."""
    first = type(restart)(clock)
    first.name, first.risk = "cancel-deploy", "low"
    world.actions.insert(0, first)
    await down(14)
    assert (restart.calls, first.calls, Kind.PLANNED in await kinds(incident)) == ([], [], False)


# What keeps it from being done


async def acks(world):
    await desk.acknowledge(world, 1, ANN, "tg:1")


async def asks(world):
    offer = (await world.store.incident(1)).proposals[0].id
    await desk.ask(world, 1, offer, BEN, "tg:1")


async def rates(world):
    await desk.set_severity(world, 1, Severity.P0, ANN, "tg:1")


async def questions(world):
    await question.ask(world, "is it down?", 1, VIC, update=1, message=5)


async def silences(world):
    await quiet.silence(world, "http 2h", ANN, "tg:1")


async def maintains(world):
    await quiet.maintenance(world, "1h life-os new disk", ANN, "tg:1")


async def halts(world):
    await halt(world, "", BEN, "tg:1")


async def stops(world):
    await desk.stop(world, 1, BEN, "tg:1")


PEOPLE = {
    "an ack": (acks, "Ann is here"),
    "a tap": (asks, "Ben is here"),
    "a severity": (rates, "Ann is here"),
    "a question": (questions, "somebody has asked about it"),
    "a silence": (silences, "Ann began a silence of it"),
    "maintenance": (maintains, "Ann began a maintenance of it"),
    "a halt": (halts, "Ben halted everything"),
}


@pytest.mark.parametrize(("does", "why"), PEOPLE.values(), ids=PEOPLE)
async def test_what_a_person_does_keeps_it_from_being_announced(
    world, incident, down, pass_time, restart, does, why
):
    await down(2)
    await does(world)
    await pass_time(12)
    assert (restart.calls, Kind.PLANNED in await kinds(incident)) == ([], False)


@pytest.mark.parametrize(("does", "why"), PEOPLE.values(), ids=PEOPLE)
async def test_what_a_person_does_ends_the_plan_for_good(
    world, incident, down, pass_time, restart, text, does, why
):
    await down(7)
    assert "At 03:" in await text()
    await does(world)
    await pass_time(1)
    assert await text() == f"🤖 Nothing is done by itself: {why}."
    await pass_time(8)
    assert (restart.calls, (await kinds(incident)).count(Kind.STOPPED)) == ([], 1)


async def test_stop_holds_for_this_spell(world, incident, down, pass_time, restart, text):
    await down(7)
    for by in (SAM, VIC):
        with pytest.raises(Refused):
            await desk.stop(world, 1, by, "tg:9")
    once = await desk.stop(world, 1, BEN, "tg:1")
    assert await desk.stop(world, 1, BEN, "tg:1") == once
    with pytest.raises(Refused, match="nothing will be done by itself any more"):
        await desk.stop(world, 1, ANN, "tg:2")
    await pass_time(8)
    assert restart.calls == []
    assert await text() == "🤖 Nothing is done by itself: Ben said no."
    posted = await world.store.posted("log:1:0")
    assert "✋ Nothing is done by itself: Ben said no" in posted.post.message.html


async def test_too_late_for_a_stop(world, incident, down, pass_time, restart):
    await down(13)
    assert restart.calls == ["srv-1"]
    with pytest.raises(Refused, match=r"#1 is being verified|autopilot approved"):
        await desk.stop(world, 1, BEN, "tg:1")


async def test_never_while_blind(world, incident, down, pass_time, restart, http_check, text):
    await down(7)
    http_check.blind()
    await pass_time(8)
    assert restart.calls == []
    assert await text() == "🤖 Nothing is done by itself: I cannot see all of it."


async def test_never_while_deaf(world, incident, down, pass_time, restart, clock, text, settle):
    await down(7)
    clock.tick(minutes=10)
    await autopilot(world)
    assert await last(incident, Kind.STOPPED) == "I could not hear anybody say no"


async def test_never_before_what_has_arrived_is_handled(world, incident, down, pass_time, restart):
    await down(7)
    await world.store.take_in([Update(7, "{}")], world.now())
    await pass_time(10)
    assert restart.calls == []
    await world.store.handled(7, "nothing to do")
    await pass_time(1)
    assert restart.calls == ["srv-1"]


async def test_never_when_the_premise_has_changed(incident, down, pass_time, restart, text):
    await down(7)
    restart.now_live = Live("dep-2", "evt-0", ("srv-1-a",))
    await pass_time(12)
    assert restart.calls == []
    assert await text() == (
        "🤖 Nothing is done by itself: a newer deploy (dep-2) has appeared since."
    )


async def test_never_when_the_target_cannot_be_seen(incident, down, pass_time, restart, text):
    await down(7)
    restart.unreadable = "Render: HTTP 503"
    await pass_time(12)
    assert restart.calls == []
    assert await text() == "🤖 Nothing is done by itself: I cannot see how it stands now."


async def test_never_when_a_closer_look_speaks_against_it(incident, down, pass_time, restart):
    await down(7)
    restart.suits = lambda *_: Reason("may not help", "srv-1", live=restart.now_live, likely=False)
    await pass_time(12)
    assert restart.calls == []
    assert await last(incident, Kind.STOPPED) == "a closer look speaks against it"


async def test_what_heals_by_itself_needs_nothing(
    incident, down, pass_time, restart, service_check, text
):
    await down(7)
    service_check.heals()
    await pass_time(2)
    assert await text() == "🤖 Nothing had to be done by itself: the checks passed again."
    service_check.fails("crashed", "exited with code 1")
    await pass_time(8)
    assert restart.calls == []  # one plan a spell


# How often


@pytest.mark.parametrize("chosen", [{"autopilot": replace(RESTARTS, a_day=9)}])
async def test_once_in_an_incident_also_after_a_relapse(incident, down, restart, service_check):
    restart.on_run = service_check.heals
    await down(40)
    assert (await incident()).status is Status.CLOSED
    await down(14)
    found = await incident()
    assert (found.id, found.relapses, len(restart.calls)) == (1, 1, 1)


async def test_it_did_not_help_and_is_not_tried_again(incident, down, pass_time, restart):
    await down(30)
    assert len(restart.calls) == 1
    assert (await incident()).status is Status.OPEN


async def test_once_in_24_hours_over_all_incidents(
    world, incident, down, pass_time, restart, service_check
):
    restart.on_run = service_check.heals
    await down(40)
    await pass_time(90, in_between=600)
    await down(14)
    assert ((await incident()).id, len(restart.calls)) == (2, 1)
    assert Kind.PLANNED not in await kinds(incident)
    service_check.heals()
    await pass_time(24 * 60, in_between=3600)
    await down(14)
    assert ((await incident()).id, len(restart.calls)) == (3, 2)


async def test_not_two_at_once(world, incident, down, restart):
    """Both incidents wait for it; the day has room for one."""
    gone = {"check": "http", "code": "refused", "severity": Severity.P0, "note": "refused"}
    first = await world.store.open("other", Event(Kind.DETECTED, world.now(), **gone))
    await down(14)
    plans = [sum(e.kind is Kind.PLANNED for e in i.timeline) for i in await both(world, first)]
    assert sorted(map(bool, plans)) == [False, True]


async def both(world, first):
    return [await world.store.incident(first.id), await world.store.latest("life-os")]


# What comes of it


@pytest.mark.parametrize("chosen", [{"dry_run": True}])
async def test_a_dry_run_stays_one(world, incident, down, pass_time, restart):
    await down(7)
    assert "Dry run: nothing will be called." in (await world.store.posted(PLAN)).post.message.html
    await pass_time(8)
    found = await incident()
    assert restart.calls == []
    assert [e.kind for e in found.timeline].count(Kind.APPROVED) == 1
    n = [e.kind for e in found.timeline].index(Kind.WITHDRAWN) + 1
    posted = await world.store.posted(f"event:1:{n}")
    assert posted.post.message.minimal == "🤖 I did not restart life-os by myself"
    assert "dry run, nothing was called" in posted.post.message.html


@pytest.mark.parametrize(
    ("answer", "shows", "kind", "said"),
    [
        (Answer.REFUSED, True, Kind.FAILED, "🤖 I did not restart life-os by myself"),
        (Answer.UNCLEAR, False, Kind.UNKNOWN, "🤖 I asked for it by myself at 03:2"),
    ],
)
async def test_what_came_of_it_is_the_truth(
    world, incident, down, pass_time, restart, text, answer, shows, kind, said
):
    restart.answer, restart.shows = Reply(answer, "the platform's answer"), shows
    await down(20)
    found = await incident()
    n = [e.kind for e in found.timeline].index(kind) + 1
    assert (await text(f"event:1:{n}")).startswith(said)
    assert len(restart.calls) == 1


async def test_a_person_with_its_name_is_a_person(world, incident, down, pass_time, restart, text):
    await down(2)
    ann = Person(ANN.id, "autopilot")
    offer = (await incident()).proposals[0].id
    ask = (await desk.ask(world, 1, offer, ann, "tg:1")).asked.ask
    await desk.approve(world, ask, ann, "tg:2")
    await pass_time(2)
    found = await incident()
    n = [e.kind for e in found.timeline].index(Kind.RAN) + 1
    assert await text(f"event:1:{n}") is None


async def test_the_plan_survives_and_is_carried_out_once(world, incident, down, restart, settle):
    """It lies in the timeline, and may be read by two processes, as during a deploy of ours."""
    await down(7)
    plan = (await incident()).last(Kind.PLANNED)
    world.now.at = plan.expires_at
    await hears(world)
    one = await incident()
    await autopilot(world)
    two = await incident()
    await autopilot(world)
    assert (one.status, two.status) == (Status.OPEN, Status.APPROVED)
    assert await incident() == two
    await settle()
    assert len(restart.calls) == 1


async def test_a_store_that_fails_does_nothing(world, incident, down, restart):
    await down(7)
    world.now.at += timedelta(minutes=5)
    await hears(world)

    async def gone(*_):
        raise Unavailable("the store")

    world.store.recent = gone
    with pytest.raises(Unavailable):
        await autopilot(world)
    assert (await incident()).status is Status.OPEN
