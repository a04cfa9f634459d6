"""Who may say yes to what, how often it takes, and what an approval is bound to."""

import json
from dataclasses import replace

import pytest

from bot.chat.commands import Typed, carry_out
from bot.domain.incident import Refused
from bot.domain.moves import Kind, Status
from bot.domain.people import People
from bot.domain.remedy import Barred, Live, Reach, Reason, Risk
from bot.flows import desk
from bot.flows.act import act
from bot.flows.announce import announce
from bot.flows.by_name import ask_by_name
from bot.flows.triage import triage
from bot.ports import Unavailable
from bot.views.acts import choices
from bot.views.message import Button
from tests.cast import ANN, BEN, CHAT, SAM, VIC
from tests.conftest import FakeRestart

CEM = type(ANN)(4, "Cem")
NEWER = Live("dep-2", "evt-0", ("srv-1-a",))
CHANGED = r"^changed since: a newer deploy \(dep-2\) has appeared since; nothing was done\. A fresh"


class FakeScale(FakeRestart):
    """An act that takes a number."""

    name, risk, takes = "scale", Risk.HIGH, "NUMBER"

    def suits(self, evidence, wish=None):
        if wish is None:
            return None
        if not wish.isdecimal():
            return Barred("say how many: /act scale 2")
        return Reason("asked for", "srv-1", ("S1",), self.now_live, effect=f"Runs {wish} of it.")


@pytest.fixture
def rules(rules):
    return replace(rules, people=People(frozenset({1}), frozenset({2, 4}), frozenset({3})))


@pytest.fixture
def scale(clock):
    return FakeScale(clock)


@pytest.fixture
def world(world, scale):
    return replace(world, actions=[*world.actions, scale])


@pytest.fixture
def harmless(restart):
    restart.risk = Risk.LOW


@pytest.fixture
async def offer(triaged):
    return triaged.proposals[0].id


def by_two(world):
    return replace(world, rules=replace(world.rules, two_people=frozenset({"restart"})))


def dry(world):
    return replace(world, rules=replace(world.rules, dry_run=True))


async def typed(world, line, by=ANN, key="tg:50"):
    name, _, text = line.partition(" ")
    return (await carry_out(world, Typed(name, text), by, key)).message.minimal


async def kinds(world):
    return [e.kind for e in (await world.store.incident(1)).timeline]


# One tap, two taps


async def test_a_harmless_act_is_approved_by_one_tap(world, harmless, offer, restart):
    once = await desk.ask(world, 1, offer, ANN, "tg:1")
    assert (once.status, once.approved.id, once.last(Kind.ASKED)) == (Status.APPROVED, offer, None)
    assert await desk.ask(world, 1, offer, ANN, "tg:1") == once  # the same update, again
    with pytest.raises(Refused, match="Ann has approved it already"):
        await desk.ask(world, 1, offer, BEN, "tg:2")
    await act(world)
    assert restart.calls == ["srv-1"]


async def test_its_name_is_enough_too_and_a_second_telling_is_the_same(world, harmless, offer):
    assert await typed(world, "restart") == "Approved: restart."
    assert await typed(world, "restart") == "Approved: restart."
    assert (await kinds(world)).count(Kind.APPROVED) == 1


async def test_a_risky_act_takes_a_second_tap(world, offer, restart):
    asked = await desk.ask(world, 1, offer, ANN, "tg:1")
    await act(world)
    assert (asked.status, restart.calls) == (Status.OPEN, [])
    await desk.approve(world, asked.asked.ask, ANN, "tg:2")
    await act(world)
    assert restart.calls == ["srv-1"]


# Two people


async def asked_by_ann(world, offer):
    return (await desk.ask(world, 1, offer, ANN, "tg:1")).asked.ask


async def test_the_askers_own_yes_does_not_count(world, offer, restart):
    world = by_two(world)
    ask = await asked_by_ann(world, offer)
    before = await world.store.incident(1)
    for say_yes in (desk.approve(world, ask, ANN, "tg:2"), typed(world, f"approve {ask}")):
        with pytest.raises(
            Refused, match=r"^somebody else must say yes to that: you asked for it$"
        ):
            await say_yes
    assert await world.store.incident(1) == before
    await act(world)
    assert restart.calls == []


async def test_the_card_says_that_it_takes_somebody_else(world, offer, shown):
    world = by_two(world)
    await asked_by_ann(world, offer)
    await announce(world)
    assert "Ann asked. Somebody else taps until" in (await shown())["card:1:0"].message.html


@pytest.mark.parametrize("other", [BEN, CEM])
async def test_the_yes_of_another_counts(world, offer, restart, other):
    world = by_two(world)
    ask = await asked_by_ann(world, offer)
    approved = await desk.approve(world, ask, other, "tg:2")
    assert approved.last(Kind.APPROVED).by == other.name
    await act(world)
    assert restart.calls == ["srv-1"]


async def test_an_admins_too_and_who_asks_last_is_the_asker(world, offer, restart):
    world = by_two(world)
    await desk.ask(world, 1, offer, ANN, "tg:1")
    ask = (await desk.ask(world, 1, offer, BEN, "tg:2")).asked.ask
    with pytest.raises(Refused, match="you asked for it"):
        await desk.approve(world, ask, BEN, "tg:3")
    assert (await desk.approve(world, ask, ANN, "tg:4")).status is Status.APPROVED


@pytest.mark.parametrize("by", [ANN, BEN])
async def test_a_no_is_taken_of_everybody_who_may_act(world, offer, by):
    world = by_two(world)
    ask = await asked_by_ann(world, offer)
    assert (await desk.deny(world, ask, by, "tg:2")).asked is None


@pytest.mark.parametrize("by", [VIC, SAM])
async def test_who_may_not_act_is_no_second_person(world, offer, by):
    world = by_two(world)
    ask = await asked_by_ann(world, offer)
    for say in (desk.approve(world, ask, by, "tg:2"), desk.deny(world, ask, by, "tg:3")):
        with pytest.raises(Refused):
            await say
    assert (await world.store.incident(1)).asked.ask == ask


async def test_a_harmless_act_of_the_list_takes_two_taps_of_two_people(
    world, harmless, offer, restart
):
    world = by_two(world)
    ask = await asked_by_ann(world, offer)
    await act(world)
    assert restart.calls == []
    with pytest.raises(Refused, match="you asked for it"):
        await desk.approve(world, ask, ANN, "tg:2")
    await desk.approve(world, ask, BEN, "tg:3")
    await act(world)
    assert restart.calls == ["srv-1"]


# Dry run


async def test_a_dry_run_is_everything_but_the_call(world, offer, restart, shown):
    world = dry(world)
    ask = await asked_by_ann(world, offer)
    await announce(world)
    question = (await shown())["card:1:0"].message.html
    assert "Ann asked. Dry run: nothing will be called. Tap until" in question
    await desk.approve(world, ask, ANN, "tg:2")
    await act(world)
    found = await world.store.incident(1)
    assert (found.status, restart.calls) == (Status.OPEN, [])
    said = "dry run, nothing was called. I would have done this now: Replaces every running"
    assert found.last(Kind.WITHDRAWN).note.startswith(said)


async def test_a_dry_run_looks_nowhere_as_if_it_had_been_done(
    world, offer, restart, shown, settle, pass_time, service_check, archive
):
    world = dry(world)
    ask = await asked_by_ann(world, offer)
    await desk.approve(world, ask, ANN, "tg:2")
    await act(world)
    await announce(world)
    posts = await shown()
    assert "↩️ Held back: dry run, nothing was called." in posts["card:1:0"].message.html
    assert "↩️ Held back: dry run, nothing was called." in posts["log:1:0"].message.html
    found = await world.store.incident(1)
    assert (found.act, found.acted_at) == (None, None)
    assert not {Kind.STARTED, Kind.ANSWERED, Kind.RAN, Kind.UNKNOWN} & set(await kinds(world))
    await settle()
    assert (await world.store.incident(1)).proposals  # it is on offer again
    service_check.heals()
    await pass_time(minutes=30)
    [report] = archive.files.values()
    assert "Recovered without an act of ours" in report
    assert "Held back: dry run, nothing was called" in report
    for word in ("Started", "Seen to have happened", "quick fix"):
        assert word not in report
    assert "Recovered without an act of ours" in (await shown())["clear:1:0"].message.html
    assert restart.calls == []


# What is typed


async def listed(world):
    name = Typed("act", "")
    return (await carry_out(world, name, VIC, "tg:1")).message.html


async def test_act_alone_lists_what_can_be_done_and_why_the_rest_cannot(world, restart, triaged):
    assert (await listed(world)).splitlines() == [
        "<b>What can be done for life-os</b>",
        "🔁 <code>/act restart</code>",
        "📈 <code>/act scale NUMBER</code>",
    ]
    restart.offered = False
    assert (await listed(world)).splitlines() == [
        "<b>What can be done for life-os</b>",
        "📈 <code>/act scale NUMBER</code>",
        "",
        "<b>Not now</b>",
        "• restart: it does not fit",
    ]


def test_of_several_services_each_line_of_the_list_says_whose():
    reached = [
        Reach("scale", "<b>shop", "NUMBER"),
        Reach("restart", "life-os", ""),
        Reach("rollback", "life-os", "", barred="there is none"),
    ]
    assert choices(reached).html.splitlines() == [
        "<b>What can be done</b>",
        "🔁 <code>/act restart</code> for life-os",
        "📈 <code>/act scale NUMBER</code> for &lt;b&gt;shop",
        "",
        "<b>Not now</b>",
        "• rollback, life-os: there is none",
    ]
    assert "no act is set up" in choices([]).html


async def test_the_list_while_nothing_is_wrong_and_while_it_is_looked_into(
    world, offer, restart, clock
):
    restart.now_live = NEWER
    with pytest.raises(Refused):
        await desk.ask(world, 1, offer, ANN, "tg:1")
    assert (await listed(world)).count("I am still looking into it") == 2
    with pytest.raises(Refused, match=r"^I am still looking into it; ask again in a moment$"):
        await ask_by_name(world, "restart", "", ANN, "tg:2")
    await desk.resolve(world, 1, "over", ANN, "tg:3")
    assert (await listed(world)).count("no incident is open") == 2


async def test_an_act_is_asked_for_by_name_with_what_it_takes(world, offer, scale):
    said = await typed(world, "act scale 2")
    assert said == "Confirm on the card, or type /approve 1-3"
    found = await world.store.incident(1)
    [wanted] = found.asked.proposals
    assert (wanted.action, wanted.effect, wanted.target) == ("scale", "Runs 2 of it.", "srv-1")
    assert await typed(world, "approve 1-3", key="tg:51") == "Approved: scaling."
    await act(world)
    assert scale.calls == ["srv-1"]


@pytest.mark.parametrize(
    ("line", "by", "why"),
    [
        ("act scale", ANN, "a scaling is not on offer: say how many: /act scale 2"),
        ("act scale two", ANN, "a scaling is not on offer: say how many: /act scale 2"),
        ("act restart now", ANN, "a restart takes nothing more: /act restart"),
        ("act dance", ANN, "a dance is nothing that I may do here; /act lists what is"),
        ("act suspend", ANN, "a suspension is nothing that I may do here; /act lists what is"),
        ("act restart", VIC, "that takes a responder; you are a viewer"),
        ("act restart", SAM, "you are not on the on-call list"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_in_one_line(world, offer, line, by, why):
    before = await world.store.incident(1)
    with pytest.raises(Refused) as no:
        await typed(world, line, by)
    assert str(no.value) == why
    assert await world.store.incident(1) == before


async def test_nothing_can_be_asked_for_while_nothing_is_wrong_or_it_is_others_turn(
    world, harmless
):
    with pytest.raises(Refused, match="nothing is wrong, so no restart is on offer"):
        await typed(world, "act restart")
    await desk.open_by_hand(world, "odd", ANN, "tg:1")
    await triage(world)
    await typed(world, "act restart", key="tg:2")
    with pytest.raises(Refused, match="a scaling is not on offer; Ann has approved it already"):
        await typed(world, "act scale 2", BEN, key="tg:3")


async def test_two_services_that_could_be_meant(world, clock, offer):
    """The incident is about both, so it must be said on the card which."""
    other = FakeScale(clock)
    other.service = "other"
    joined = replace((await world.store.incident(1)).timeline[0], kind=Kind.JOINED, service="other")
    await world.store.record(await world.store.incident(1), joined)
    both = replace(world, actions=[*world.actions, other])
    with pytest.raises(Refused, match="2 services could be meant"):
        await typed(both, "act scale 2")


# What has changed meanwhile


@pytest.mark.parametrize("line", ["restart", "act restart", "act scale 2"])
async def test_a_changed_premise_is_seen_when_it_is_typed(world, offer, restart, scale, line):
    restart.now_live = NEWER
    scale.live = restart.live
    scale.suits = lambda *_: Reason("asked for", "srv-1", live=Live("dep-1", "evt-0"))
    for _ in range(2):  # the same update twice gets the same answer
        with pytest.raises(Refused, match=CHANGED):
            await typed(world, line)
    assert (await kinds(world)).count(Kind.WITHDRAWN) == 1


async def test_a_changed_premise_is_seen_at_the_first_tap(world, offer, restart):
    restart.now_live = NEWER
    for _ in range(2):
        with pytest.raises(Refused, match=CHANGED):
            await desk.ask(world, 1, offer, ANN, "tg:1")
    assert (await kinds(world)).count(Kind.WITHDRAWN) == 1
    assert Kind.ASKED not in await kinds(world)


async def test_a_changed_premise_is_seen_at_the_second_tap(world, offer, restart):
    ask = await asked_by_ann(world, offer)
    restart.now_live = NEWER
    for _ in range(2):
        with pytest.raises(Refused, match=CHANGED):
            await desk.approve(world, ask, BEN, "tg:2")
    with pytest.raises(Refused, match="that question is settled"):
        await desk.approve(world, ask, ANN, "tg:3")
    await act(world)
    assert (restart.calls, Kind.APPROVED in await kinds(world)) == ([], False)
    assert (await kinds(world)).count(Kind.WITHDRAWN) == 1


async def test_it_is_offered_anew_after_a_fresh_look(world, offer, restart):
    restart.now_live = NEWER
    with pytest.raises(Refused):
        await desk.ask(world, 1, offer, ANN, "tg:1")
    await triage(world)
    fresh = (await world.store.incident(1)).proposals[0].id
    restart.now_live = Live("dep-1", "evt-0", ("srv-1-a",))
    assert (await desk.ask(world, 1, fresh, ANN, "tg:2")).asked


async def test_somebody_elses_yes_is_not_undone_by_a_late_tap(world, offer, restart):
    """While Ben's tap looks once more, Ann's yes arrives: whether it is done is decided there."""
    ask = await asked_by_ann(world, offer)
    look = restart.live

    async def live():
        restart.live = look
        await desk.approve(world, ask, ANN, "tg:2")
        return NEWER

    restart.live = live
    with pytest.raises(Refused, match="Ann has approved it already"):
        await desk.ask(world, 1, offer, BEN, "tg:3")
    assert (await world.store.incident(1)).status is Status.APPROVED


async def test_where_nothing_can_be_seen_the_look_before_the_call_decides(world, offer, restart):
    restart.unreadable = "Render: HTTP 503"
    ask = await asked_by_ann(world, offer)
    await desk.approve(world, ask, BEN, "tg:2")
    await act(world)
    found = await world.store.incident(1)
    assert (found.status, restart.calls) == (Status.OPEN, [])
    assert "could not re-check before acting" in found.last(Kind.WITHDRAWN).note


# What runs out


async def test_a_question_runs_out(world, offer, clock):
    ask = await asked_by_ann(world, offer)
    clock.tick(minutes=5)
    for answer in (desk.approve(world, ask, BEN, "tg:2"), desk.deny(world, ask, BEN, "tg:3")):
        with pytest.raises(Refused, match=r"^that question has expired; tap the offer again$"):
            await answer
    assert (await desk.ask(world, 1, offer, ANN, "tg:4")).asked.ask != ask


async def test_an_offer_runs_out(world, offer, clock):
    clock.tick(minutes=15)
    with pytest.raises(Refused, match=r"^the offer has expired; a fresh look is on its way$"):
        await desk.ask(world, 1, offer, ANN, "tg:1")


async def test_a_yes_runs_out(world, offer, clock, restart):
    ask = await asked_by_ann(world, offer)
    await desk.approve(world, ask, BEN, "tg:2")
    clock.tick(minutes=5, seconds=1)
    await act(world)
    found = await world.store.incident(1)
    assert found.last(Kind.WITHDRAWN).note == "the approval came too long ago; nothing was done"
    assert restart.calls == []


# Twins


async def test_the_typed_twins_are_the_same_wish(world, offer):
    ask = await asked_by_ann(world, offer)
    assert await typed(world, f"deny {ask}", BEN) == "Denied; nothing will be done."
    ask = (await desk.ask(world, 1, offer, ANN, "tg:3")).asked.ask
    assert await typed(world, f"approve {ask}", BEN, "tg:4") == "Approved: restart."
    assert await typed(world, f"approve {ask}", BEN, "tg:4") == "Approved: restart."
    with pytest.raises(Refused, match="Ben has approved it already"):
        await typed(world, f"approve {ask}", ANN, "tg:5")
    assert (await kinds(world)).count(Kind.APPROVED) == 1


# What an approval is bound to


async def test_all_that_is_approved_lies_in_the_store_and_the_button_only_names_it(
    world, offer, clock
):
    """Action, target, deploy, when it was seen, chat, message; and a word that nobody guesses."""
    looked_at = clock()
    clock.tick(seconds=40)
    ask = await asked_by_ann(world, offer)
    await announce(world)
    posted = await world.store.posted("card:1:0")
    yes = next(b for row in posted.post.message.rows for b in row if b.verb == "approve")
    token = (await world.store.issue("card:1:0", [yes]))[yes]
    await world.store.sent(await world.store.sending(posted), 77, clock())

    issued = await world.store.issued(token)
    assert (issued.chat, issued.message_id, issued.post) == (CHAT, 77, "card:1:0")
    assert issued.button == Button("✅ Yes, restart", "approve", 1, ask, "danger")
    question = (await world.store.incident(1)).asked
    assert (question.ask, question.by_id, question.expires_at is None) == (ask, ANN.id, False)
    [bound] = question.proposals
    assert (bound.action, bound.service, bound.target) == ("restart", "life-os", "srv-1")
    assert (bound.live.deploy, bound.seen_at, bound.evidence) == ("dep-1", looked_at, ("S1",))
    approved = await desk.approve(world, ask, BEN, "tg:2")
    assert approved.approved == bound
    told = json.dumps(token)
    assert len(token) >= 22  # 128 random bits
    for part in ("restart", "srv-1", "dep-1", ask, "approve"):
        assert part not in told


async def test_the_same_button_elsewhere_is_another_word(world, offer):
    await announce(world)
    post = (await world.store.posted("card:1:0")).post
    await world.store.post(replace(post, key="card:1:1"))
    button = post.message.rows[0][0]
    here = await world.store.issue("card:1:0", [button])
    there = await world.store.issue("card:1:1", [button])
    assert here[button] != there[button]


async def test_an_act_asked_for_by_name_knows_when_its_evidence_was_gathered(world, triaged, clock):
    clock.tick(seconds=40)
    await typed(world, "act scale 2")
    [bound] = (await world.store.incident(1)).asked.proposals
    assert bound.seen_at == triaged.triage.at


async def test_what_cannot_be_seen_at_the_tap_is_no_refusal(world, offer, restart):
    async def live():
        raise Unavailable("Render: HTTP 503")

    restart.live = live
    assert (await desk.ask(world, 1, offer, ANN, "tg:1")).asked
