"""Who is called while nobody answers: the one on call, then the next, then another chat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.escalation import called
from bot.domain.incident import Refused
from bot.domain.moves import Kind
from bot.domain.oncall import Member, Rung
from bot.domain.severity import Severity
from bot.flows import desk, duty
from bot.ports import Lane
from tests.cast import ANN, BEN, SAM, VIC

ELSEWHERE = -100777
M_BEN, M_VIC = Member(BEN.id, "Ben"), Member(VIC.id, "Vic")


@pytest.fixture
def rules(rules):
    return replace(
        rules,
        roster=(Member(ANN.id, "Ann"), M_BEN, M_VIC),
        escalation=(
            Rung(timedelta(minutes=20), M_VIC, ELSEWHERE),
            Rung(timedelta(minutes=10), M_BEN),
        ),
    )


@pytest.fixture
def reminders(incident):
    """Each page again: minutes after the detection, how far up, who is mentioned."""

    async def told():
        found = await incident()
        return [
            ((e.at - found.began_at).total_seconds() / 60, e.code, [m.name for m in called(e)])
            for e in found.spell
            if e.kind is Kind.REMINDED
        ]

    return told


async def test_the_page_climbs_while_nobody_has_it(world, pass_time, service_check, reminders):
    await duty.take(world, "me 8h", ANN, "tg:1")
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=26.5)
    assert await reminders() == [
        (5, "", ["Ann"]),
        (10, "rung 1", ["Ann", "Ben"]),
        (15, "rung 1", ["Ann", "Ben"]),
        (20, "rung 2", ["Ann", "Ben", "Vic"]),
        (25, "rung 2", ["Ann", "Ben", "Vic"]),
    ]


async def test_they_are_mentioned_audibly(world, pass_time, service_check, shown):
    await duty.take(world, "me 8h", ANN, "tg:1")
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=11)
    pages = [p for p in (await shown()).values() if "📣" in p.message.html]
    last = pages[-1]
    assert not last.silent
    assert '<a href="tg://user?id=1">Ann</a> <a href="tg://user?id=2">Ben</a>' in last.message.html
    assert last.message.minimal.endswith("Nobody has it. Called: Ann, Ben")


async def test_another_chat_gets_its_copy_once(world, pass_time, service_check, shown):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=40)
    [copy] = [p for p in (await shown()).values() if p.chat == ELSEWHERE]
    assert (copy.lane, copy.silent) == (Lane.PAGE, False)
    assert "life-os is down for everyone" in copy.message.html
    assert "Incident #1" in copy.message.html
    assert copy.message.rows == ()


async def test_an_answer_stops_it(world, pass_time, service_check, reminders):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=12)
    await desk.acknowledge(world, 1, BEN, "tg:1")
    before = await reminders()
    await pass_time(minutes=30)
    assert await reminders() == before
    assert [code for _, code, _ in before] == ["", "rung 1"]


async def test_a_relapse_begins_below_again(world, pass_time, service_check, reminders, shown):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=22)
    await desk.resolve(world, 1, "restarted by hand", ANN, "tg:1")
    await pass_time(minutes=22)
    assert [code for _, code, _ in await reminders()][:2] == ["", "rung 1"]
    copies = [p.key for p in (await shown()).values() if p.chat == ELSEWHERE]
    assert copies == ["rung:1:0:2", "rung:1:1:2"]


async def test_late_it_climbs_one_rung_after_the_other(
    world, clock, settle, pass_time, service_check, reminders
):
    """We were away: everything is overdue, but nobody is skipped."""
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    clock.tick(hours=3)
    await pass_time(minutes=12, in_between=30)
    steps = [(at - 180.5, code) for at, code, _ in await reminders()]
    assert steps == [(0, "rung 1"), (5, "rung 1"), (10, "rung 2")]


async def test_what_has_become_a_page_is_heard_before_it_climbs(
    world, pass_time, http_check, reminders
):
    http_check.fails("slow", "7 s")
    await pass_time(minutes=60)
    assert await reminders() == []
    http_check.fails("gateway", "HTTP 502")
    await pass_time(minutes=12)
    codes = [code for _, code, _ in await reminders()]
    assert codes[0] == ""
    assert "rung 1" in codes
    assert codes.index("rung 1") >= 2


async def test_what_becomes_a_page_is_one_at_once(world, pass_time, http_check, reminders):
    """Its card was posted without a sound, and an edit makes none."""
    http_check.fails("slow", "7 s")
    await pass_time(minutes=2)
    assert await reminders() == []
    http_check.fails("gateway", "HTTP 502")
    await pass_time(minutes=1.5)
    assert [at for at, _, _ in await reminders()] == [1.5]
    await pass_time(minutes=4)
    assert [at for at, _, _ in await reminders()] == [1.5, 6.5]


async def test_quiet_hours_hold_back_a_p1(world, pass_time, http_check, reminders):
    quiet_at_night(world)
    http_check.fails("status", "HTTP 500")
    await pass_time(minutes=30)
    assert await reminders() == []


def quiet_at_night(world):
    hours = {Severity.P1: (22, 7), Severity.P0: (0, 23)}
    object.__setattr__(world, "rules", replace(world.rules, quiet=hours))


async def test_a_p0_is_heard_in_quiet_hours_too(world, pass_time, service_check, reminders):
    quiet_at_night(world)
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=6)
    assert [at for at, _, _ in await reminders()] == [5]


async def test_quiet_hours_end(world, clock, pass_time, http_check, reminders):
    quiet_at_night(world)
    http_check.fails("status", "HTTP 500")
    await pass_time(minutes=1)
    clock.tick(hours=4)
    await pass_time(minutes=12)
    assert [code for _, code, _ in await reminders()] == ["", "", "rung 1"]


async def test_a_ladder_that_was_shortened_meanwhile(world, pass_time, service_check, reminders):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=22)
    object.__setattr__(world, "rules", replace(world.rules, escalation=world.rules.escalation[1:]))
    await pass_time(minutes=5)
    assert (await reminders())[-1] == (25, "rung 1", ["Ben"])


async def test_a_shift(world, clock):
    assert await duty.on_call(world) is None
    mine = await duty.take(world, "me 8h", ANN, "tg:1")
    assert (mine.id, mine.name, mine.until) == (ANN.id, "Ann", clock() + timedelta(hours=8))
    clock.tick(minutes=5)
    assert await duty.take(world, "me 8h", ANN, "tg:1") == mine
    clock.tick(hours=8)
    assert await duty.on_call(world) is None
    bens = await duty.take(world, "ben 2d", ANN, "tg:2")
    assert (await duty.on_call(world)) == bens
    assert bens.name == "Ben"
    assert await duty.take(world, "off", ANN, "tg:3") is None
    assert await duty.on_call(world) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Bob 8h", "say one of: me, Ann, Ben, Vic"),
        ("me", "say for how long"),
        ("8h", "say for how long"),
        ("me 15d", "at most 14d"),
        ("me 0h", "say for how long"),
        ("Ben for 2d", "I do not know who that is"),
    ],
)
async def test_bad_words_are_refused(world, text, why):
    with pytest.raises(Refused, match=why):
        await duty.take(world, text, ANN, "tg:1")
    assert await duty.on_call(world) is None


@pytest.mark.parametrize("person", [VIC, SAM])
async def test_who_may_not_is_refused(world, person):
    with pytest.raises(Refused):
        await duty.take(world, "me 8h", person, "tg:1")


async def test_without_a_ladder_the_pages_go_on_as_before(
    world, pass_time, service_check, reminders
):
    object.__setattr__(world, "rules", replace(world.rules, escalation=(), roster=()))
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=12)
    assert await reminders() == [(5, "", []), (10, "", [])]
