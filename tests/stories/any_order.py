"""The walk through any order of people, crashes and the platform."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bot.adapters.store import known
from bot.chat import handlers
from bot.chat.buttons import wire
from bot.domain.check import Patience
from bot.domain.moves import Kind
from bot.domain.people import People
from bot.domain.remedy import Answer, Course, Effect, Risk
from bot.domain.rules import Rules
from bot.flows.watch import watch
from bot.ports import Reply, Stale, Unavailable, World
from tests.cast import ANN, BEN, CHAT, VIC
from tests.conftest import Clock, FakeArchive, FakeCheck, FakeSource, FakeWitness
from tests.stories.any_order_platform import Platform
from tests.stories.any_order_truth import Truth
from tests.stories.any_order_ways import ROUND, STEP
from tests.stories.process import Process
from tests.stories.quick_store import DirectWork, QuickStore
from tests.stories.telegram_desk import Telegram

MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)
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
seen: Counter[str] = Counter()  # in all lives of one run


class AnyOrder(Truth):
    """A watchdog with its people, its platform and its troubles, one step at a time."""

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
