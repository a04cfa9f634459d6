"""In any order of people, crashes and the platform: no act without a valid yes, none twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.adapters.store import known
from bot.chat import handlers
from bot.chat.buttons import wire
from bot.domain.check import Patience
from bot.domain.halt import read
from bot.domain.incident import Incident
from bot.domain.moves import Kind, Status
from bot.domain.people import People
from bot.domain.remedy import UNKNOWN, Answer, Course, Effect, Live, Reason, Risk
from bot.domain.rules import Rules
from bot.flows.halted import HALT
from bot.flows.watch import watch
from bot.ports import Reply, Stale, Unavailable, World
from tests.cast import ANN, BEN, CHAT, SAM, VIC
from tests.conftest import Clock, FakeArchive, FakeCheck, FakeRestart, FakeSource, FakeWitness
from tests.stories.process import TO_THE_END, Process, Turn
from tests.stories.quick_store import DirectWork, QuickStore, raw
from tests.stories.telegram_desk import Telegram

LIVES, STEPS, ENOUGH = 10, 100, 10_000  # of a run, of each life, in all
MOST_RUNS = 40  # the same lives each time: what is green once stays green
MINUTE, A_DAY, FAR = timedelta(minutes=1), timedelta(days=1), datetime(9000, 1, 1, tzinfo=UTC)
PEOPLE = (ANN, ANN, BEN, BEN, VIC, SAM)  # an owner, a responder, a viewer and a stranger
MAY_ACT = {ANN.id, BEN.id}
TEXTS = ("/approve {newest}", "/approve {newest}", "/approve {older}", "/deny {newest}", "/restart")
TEXTS += (
    "/restart",
    "/rollback",
    "/act scale",
    "/halt",
    "/resume",
    "/resume",
    "/ack",
    "/resolve",
    "/incident x",
)
TEXTS += ("/resolve 1 it is fine",)
DUTIES = ("inbox", "handlers", "act", "act", "act", "triage", "verify", "close", "outbox")
ROUND = ("inbox", "handlers", "triage", "act", "act", "verify", "close", "remind", "announce")
ROUND += ("refresh", "outbox", "outbox")
NEWEST = (0, 1, 1, 1, 2, 2, 3, 4, 6, 9)  # places from the newest button
PASSES = st.sampled_from([*range(12), *[TO_THE_END] * 6])
TROUBLES = ("killed", "killed", "another beside", "cut off", "telegram is down", "the disk is full")
CODES = {"service": ("crashed", "out_of_memory"), "http": ("refused", "slow")}
TWO = {"two_people": frozenset({"rollback", "scale"})}
RULES = Rules(
    People(frozenset({ANN.id}), frozenset({BEN.id}), frozenset({VIC.id})),
    Patience(failures=2, passes=2),
    ask_valid=3 * MINUTE,
    back_within=2 * MINUTE,
    relapse_within=6 * MINUTE,
    watch_for=MINUTE / 2,
    health_for=MINUTE / 2,
    regression_for=MINUTE,
    regression_rows=2,
    triage_within=A_DAY,  # in real time, which decides nothing here
    look_within=A_DAY,
)
# What a run must have met, or it proves little.
MET = {
    "calls",
    *(Kind.DETECTED, Kind.TRIAGED, Kind.ASKED, Kind.DENIED, Kind.APPROVED, Kind.WITHDRAWN),
    *(Kind.STARTED, Kind.ANSWERED, Kind.RAN, Kind.UNKNOWN, Kind.FAILED, Kind.LEFT, Kind.HEALED),
    *(Kind.PERSISTED, Kind.RECOVERED, Kind.OVERRIDDEN, Kind.REPORTED, Kind.ACKNOWLEDGED),
}
AFTER_THE_YES = (Kind.APPROVED, Kind.STARTED, Kind.ANSWERED, Kind.RAN, Kind.FAILED, Kind.UNKNOWN)
seen: Counter[str] = Counter()  # in all lives of one run


def way(name, *given):
    return st.tuples(st.just(name), *given)


TAP = way("tap", st.sampled_from(PEOPLE), st.sampled_from(NEWEST), st.booleans())
TYPE = way("type", st.sampled_from(PEOPLE), st.sampled_from(TEXTS), st.booleans())
ODD = way("tap_oddly", st.sampled_from(PEOPLE), st.sampled_from(("place", "token", "again")))
TURN = way("a_duty_turns", st.sampled_from(DUTIES), PASSES, st.integers(0, 1))
MEANWHILE = way(
    "meanwhile",
    st.sampled_from(("act", "act", "act", "triage", "verify")),
    st.integers(0, 12),
    st.sampled_from(PEOPLE),
    st.sampled_from(TEXTS),
)
NIGHT = way("the_night_goes_on", st.sampled_from((0, 0, 1, 1, 4)))
TIME = way("time_passes", st.sampled_from((30, 30, 60, 190)))
TROUBLE = way("trouble", st.sampled_from(TROUBLES), st.sampled_from(DUTIES), PASSES)
OTHERS = way("others", st.integers(0, 26), st.booleans())
# One rule with many ways: of many rules hypothesis would leave out some in each life.
WAYS = [
    *[TAP] * 5,
    *[TYPE] * 2,
    ODD,
    *[TURN] * 5,
    *[MEANWHILE] * 2,
    *[NIGHT] * 2,
    TIME,
    *[TROUBLE] * 3,
    *[OTHERS] * 3,
]
STEP = st.sampled_from(WAYS).flatmap(lambda way: way)


class Platform(FakeRestart):
    """One act on a target that others change, too; `judge` is asked whenever it is called."""

    def __init__(self, clock, judge, name, risk=Risk.HIGH):
        super().__init__(clock)
        self.name, self.judge, self.risk = name, judge, risk
        self.target, self.deploy, self.restarts, self.effective = "srv-1", 1, 0, True
        self.reads = {}  # what each turn has read last

    @property
    def stands(self):
        return Live(f"dep-{self.deploy}", f"evt-{self.restarts}", ("srv-1-a",))

    def suits(self, evidence, wish=None):
        return Reason("the process is down", self.target, ("S1",), self.stands)

    async def live(self):
        self.now_live = self.stands
        self.reads[Turn.now.get()] = await super().live()
        return self.now_live

    async def run(self, proposal):
        await self.judge(self, proposal)
        self.restarts += self.effective
        return await super().run(proposal)


class AnyOrder(RuleBasedStateMachine):
    """`truth` reads what is in the database, past what any process remembers."""

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.patched = pytest.MonkeyPatch()
        self.clock, self.telegram = Clock(), Telegram()
        self.patched.setattr(handlers, "SETTLING", 0)
        seconds = SimpleNamespace(monotonic=lambda: self.clock().timestamp())
        self.patched.setattr(known, "time", seconds)
        self.checks = [
            FakeCheck(self.clock, "service", "running"),
            FakeCheck(self.clock, "http", ""),
        ]
        self.sources = [
            FakeSource("S1", "service", "crashed"),
            FakeSource("L1", "logs", "EOFError"),
        ]
        self.acts = [Platform(self.clock, self.judge, name) for name in ("restart", "rollback")]
        self.acts.append(Platform(self.clock, self.judge, "scale", Risk.LOW))
        self.called: Counter[tuple[int, int]] = Counter()
        self.wrong: list[str] = []
        self.proved: dict[int, int] = {}
        self.proved_answered: set[int] = set()
        self.work = DirectWork()
        self.truth = QuickStore(self.work, self.clock)
        self.rules, self.processes = RULES, []

    def do(self, what):
        return self.loop.run_until_complete(what)

    def born(self):
        world = World(
            store=QuickStore(self.work, self.clock),
            checks=self.checks,
            sources=self.sources,
            actions=self.acts,
            archive=FakeArchive(),
            chat=CHAT,
            now=self.clock,
            rules=self.rules,
            witness=FakeWitness(),
            look_soon=lambda *_: None,
        )
        return Process(world, self.telegram)

    def process(self, which=0):
        return self.processes[which % len(self.processes)]

    # what may happen

    @initialize(mode=st.sampled_from([{}, {}, {}, TWO, {"dry_run": True}]))
    def it_is_down(self, mode):
        self.rules = replace(RULES, **mode)
        self.processes = [self.born()]
        self.checks[0].fails("crashed", "exited with code 1")
        self.the_night_goes_on(2)

    @rule(what=STEP)
    def step(self, what):
        seen["steps"] += 1
        way, *given = what
        getattr(self, way)(*given)

    def tap(self, person, which, soon):
        """A button that stands somewhere or stood there once; mostly one of the newest."""
        if shown := self.telegram.shown:
            button = shown[-1 - which % len(shown)]
            self.telegram.tap(person, button.data, button.message)
            self.hear(soon=soon)

    def tap_oddly(self, person, odd):
        """The token of another message, one that nobody issued, an update that came before."""
        if odd == "again" and self.telegram.deeds:
            self.telegram.again(max(1, len(self.telegram.deeds) - person.id))
        elif shown := self.telegram.shown:
            data, place = shown[-1].data, shown[0].message + 7 * (odd == "place")
            self.telegram.tap(person, wire("x" * 22) if odd == "token" else data, place)
        self.hear(soon=True)

    def type(self, person, text, soon):
        """The twins of the buttons, about the newest question or the one before, and others."""
        asks = [e.ask for i in self.incidents() for e in i.timeline if e.kind is Kind.ASKED]
        newest, older = ["1-3", "1-3", *asks][-1], ["1-3", "1-3", *asks][-2]
        self.telegram.say(person, text.format(newest=newest, older=older))
        self.hear(soon=soon)

    def hear(self, *, soon):
        """At once, or when those duties have their turn."""
        for duty in ("inbox", "handlers", "announce", "outbox", "outbox") if soon else ():
            self.do(self.process().go(duty))

    def a_duty_turns(self, duty, passes, which):
        """To its end, or to where it is held up for now."""
        self.do(self.process(which).go(duty, passes))

    def meanwhile(self, duty, passes, person, text):
        """A duty is held up somewhere, and goes on when something was typed and heard."""
        self.do(self.process().go(duty, passes))
        self.type(person, text, soon=True)
        self.do(self.process().go(duty))

    def the_night_goes_on(self, rounds):
        self.all_take_a_turn()
        for _ in range(rounds):
            self.time_passes(30)
            self.all_take_a_turn()

    def all_take_a_turn(self):
        for duty in ROUND:
            self.do(self.process().go(duty))

    def time_passes(self, seconds):
        self.clock.tick(seconds=seconds)
        for check in self.checks:
            self.do(self.look(check))

    async def look(self, check):
        world = self.process().bare
        with suppress(Stale, Unavailable):
            await watch(world, check)
            await world.store.write_down()

    def trouble(self, trouble, duty, passes):
        """One turn of a duty goes wrong, or a process ends; another begins, maybe beside it."""
        match trouble:
            case "another beside" if len(self.processes) == 1:
                self.processes.append(self.born())
            case "killed":
                self.do(self.process().go(duty, passes))
                self.do(self.processes.pop(0).die())
                self.processes = self.processes or [self.born()]
            case "cut off":
                self.do(self.process().go(duty, passes))
                self.do(self.process().cut_off(duty))
            case "telegram is down" | "the disk is full":
                self.telegram.down = trouble == "telegram is down"
                self.work.broken = trouble == "the disk is full"
                for _ in range(min(passes, 5)):
                    self.do(self.process().go(duty))
                self.telegram.down = self.work.broken = False

    def others(self, what, heals):
        """Checks fail and heal; somebody else acts on the same thing; the next answers are odd."""
        act, check = self.acts[what % 3], self.checks[what % 2]
        match what // 3:
            case 0 | 1:
                check.fails(CODES[check.name][heals], "it fails")
            case 2:
                self.all_heals() if heals else check.blind()
            case 3:
                act.on_run = self.all_heals if heals else lambda: None
            case 4:
                act.deploy, act.restarts = act.deploy + heals, act.restarts + (not heals)
            case 5:
                act.unreadable = "" if act.unreadable else "Render: HTTP 503"
                act.target = "srv-2" if heals else "srv-1"
            case 6:
                act.answer, act.effective = Reply(Answer.UNCLEAR, "no answer"), heals
                act.leaves = "switch it on again"
            case 7:
                refused = Reply(Answer.REFUSED, "Render: HTTP 403")
                act.answer = Reply(Answer.ACCEPTED, "it took it") if heals else refused
                act.effective = heals
            case 8:
                act.course = Effect(Course.UNDER_WAY if heals else Course.DONE, "as seen")

    def all_heals(self):
        for check in self.checks:
            check.heals()

    # what must never happen

    async def judge(self, act, proposal):
        """Asked at the moment of each call: is there a yes that stands for exactly this?"""
        incident = (await self.truth.recent(1))[0]
        approval, started = incident.last(Kind.APPROVED), incident.last(Kind.STARTED)
        if started is None or started is not incident.last(*AFTER_THE_YES):
            self.wrong.append("called before it was written down that it begins")
            return
        asked = next(e for e in incident.timeline if e.ask == approval.ask)
        [offer], rules = asked.proposals, self.rules
        name = (incident.id, incident.timeline.index(approval))
        self.called[name] += 1
        faults = {
            "twice": self.called[name] > 1,
            "without a question": not await self.wished(asked, "ask", offer),
            "without a yes": asked is not approval and not await self.said_yes(approval),
            "at one tap": asked is approval and (offer.risk, act.name) != (Risk.LOW, "scale"),
            "by one person": act.name in rules.two_people and asked.by_id == approval.by_id,
            "denied": any(e.kind is Kind.DENIED and e.ask == asked.ask for e in incident.timeline),
            "something else": (proposal.meant, proposal.live) != (offer.meant, offer.live),
            "by another act": proposal.action != act.name,
            "too late a yes": approval.at >= min(asked.expires_at or FAR, offer.expires_at),
            "long after it": self.clock() - approval.at > rules.ask_valid,
            "changed since": differs(act.reads.get(Turn.now.get()), offer.live),
            "halted": await self.is_halted(),
            "dry run": rules.dry_run,
        }
        self.wrong += [why for why, is_so in faults.items() if is_so]

    async def wished(self, event, verb, offer):
        """Whether somebody who may has tapped that button where it stood, or typed its twin."""
        deed = self.deed_of(event)
        if deed.query and (button := await self.tapped(deed)):
            incident = (await self.truth.recent(1))[0]
            same = incident.offered(button.arg).meant == offer.meant
            return button.verb == verb and same and self.may(event)
        return deed.what in {f"/{offer.action}", f"/act {offer.action}"} and self.may(event)

    async def said_yes(self, event):
        deed = self.deed_of(event)
        if deed.query and (button := await self.tapped(deed)):
            return (button.verb, button.arg) == ("approve", event.ask) and self.may(event)
        return deed.what == f"/approve {event.ask}" and self.may(event)

    def deed_of(self, event):
        return self.telegram.deeds[int(event.key.removeprefix("tg:"))]

    def may(self, event):
        return event.by_id == self.deed_of(event).person and event.by_id in MAY_ACT

    async def tapped(self, deed):
        """The button, if it ever stood on that very message."""
        stood = any((s.message, s.data) == (deed.message, deed.what) for s in self.telegram.shown)
        issued = await self.truth.issued(deed.what.removeprefix("v1:"))
        return issued.button if stood and issued else None

    async def is_halted(self):
        halt = read(await self.truth.memo(HALT))
        return halt is not None and not halt.over

    @invariant()
    def no_act_without_a_valid_yes_and_none_twice(self):
        assert self.wrong == []

    @invariant()
    def what_is_handled_is_answered(self):
        done = {n for (n,) in rows("SELECT update_id FROM inbox WHERE done_us IS NOT NULL")}
        for number in done - self.proved_answered:
            assert self.answered(self.telegram.deeds[number])
        self.proved_answered = done

    def answered(self, deed):
        if deed.query:
            return self.telegram.answered[deed.query] > 0
        return bool(rows("SELECT 1 FROM post WHERE key = ?", f"answer:{deed.update}"))

    @invariant()
    def every_timeline_is_sound(self):
        changed = {
            id for id, n in rows("SELECT id, version FROM incident") if self.proved.get(id) != n
        }
        for id in changed:
            incident = self.do(self.truth.incident(id))
            assert incident == folded(incident)
            assert self.do(self.truth.proven(id))
            assert {e.by_id for e in incident.timeline} <= {0} | MAY_ACT
            wishes = [e.key for e in incident.timeline if e.key]
            assert len(wishes) == len(set(wishes))
            self.proved[id] = incident.version

    @invariant()
    def one_incident_lives_at_most(self):
        [(live,)] = rows("SELECT count(*) FROM incident WHERE status <> ?", Status.CLOSED)
        assert live <= 1

    def incidents(self):
        return self.do(self.truth.recent(2))[::-1]

    def teardown(self):
        try:
            if not self.wrong:
                self.the_end()
        finally:
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()
            self.patched.undo()

    def the_end(self):
        """Whatever was held up goes on; then nobody is left without an answer."""
        self.telegram.down = self.work.broken = False
        for process in self.processes:
            for duty in [*process.turns]:
                self.do(process.go(duty))
        for duty in ("inbox", "handlers", "inbox", "handlers"):
            self.do(self.process().go(duty))
        assert [d for d in self.telegram.deeds.values() if not self.answered(d)] == []
        self.every_timeline_is_sound()
        self.no_act_without_a_valid_yes_and_none_twice()
        told = self.do(self.truth.recent(99))
        seen.update(e.kind for i in told for e in i.timeline)
        seen["calls"] += sum(self.called.values())


def differs(read_last, rested_on):
    if read_last is None:
        return True
    both = (read_last.restart, rested_on.restart)
    return read_last.deploy != rested_on.deploy or (UNKNOWN not in both and both[0] != both[1])


def folded(incident):
    first, *rest = incident.timeline
    again = Incident.opened(incident.id, incident.service, first)
    for event in rest:
        again = again.after(event)
    return again


def rows(query, *given):
    return raw().execute(query, given).fetchall()


@pytest.mark.timeout(900)
def test_any_order():
    seen.clear()
    lives = settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    for number in range(MOST_RUNS):  # of more in one run hypothesis would make most of a few
        if seen["steps"] >= ENOUGH and not MET - set(seen):
            break
        run_state_machine_as_test(seed(number)(AnyOrder), settings=lives)
    assert seen["steps"] >= ENOUGH
    assert MET - set(seen) == set()
