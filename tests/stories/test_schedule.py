"""When checks look, and what comes of it: a day and every phase of a fault, on a moved clock."""

import asyncio
import heapq
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, pairwise
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.ticks import Tick
from bot.app import duties
from bot.domain.check import OUR_NETWORK, SETTLING, Patience, Result, Seen
from bot.domain.incident import Incident
from bot.domain.moves import WHILE_LIVE, Kind
from bot.domain.rules import Rules
from bot.flows.blindness import tell_blindness
from bot.flows.engine import Bell
from bot.ports import Stale, World
from bot.settings.checks import ChecksConfig
from tests.cast import CHAT
from tests.conftest import FakeWitness

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 24 * 3600.0
EVERY = 30.0
LOW, HIGH = duties.JITTER
SHORTEST, LONGEST = (1 + 2) * LOW, (1 + 2) * HIGH  # of the two looks that confirm a failure
HEALING = EVERY + 1 * HIGH  # a look that passes, and one that confirms it
GRAIN = 1e-5  # seconds: more than a datetime's rounding of several steps


class Clock:
    def __init__(self):
        self.at = START

    def __call__(self):
        return self.at

    @property
    def seconds(self):
        return (self.at - START).total_seconds()


class MemoryStore:
    """As much of a store as looking needs."""

    def __init__(self):
        self.looks, self.incidents, self.memos, self.posts = defaultdict(list), {}, {}, {}

    async def keep(self, result):
        self.looks[result.service, result.check].insert(0, result)
        del self.looks[result.service, result.check][999:]

    async def results(self, service, check, *, since=None, limit=50):
        found = self.looks[service, check]
        return [r for r in found if since is None or r.at > since][:limit]

    async def open(self, service, event):
        live = await self.latest(service)
        if live and live.status in WHILE_LIVE:
            raise Stale(service)
        opened = Incident.opened(len(self.incidents) + 1, service, event)
        self.incidents[opened.id] = opened
        return opened

    async def record(self, incident, event):
        self.incidents[incident.id] = incident.after(event)
        return self.incidents[incident.id]

    async def latest(self, service):
        mine = [i for i in self.incidents.values() if i.service == service]
        return mine[-1] if mine else None

    async def having(self, *statuses):
        return [i for i in self.incidents.values() if i.status in statuses]

    async def silences(self, _at):
        return []

    async def memo(self, name):
        return self.memos.get(name)

    async def set_memo(self, name, value):
        self.memos[name] = value

    async def post(self, *posts):
        self.posts |= {p.key: p for p in posts}


@dataclass(frozen=True)
class Spell:
    """Weather of one check: seconds since the start, the first included, the last not."""

    begins: float
    ends: float
    seen: Seen
    code: str = ""

    def __contains__(self, at):
        return self.begins <= at < self.ends


@dataclass
class Looked:
    """A check under weather; the first spell that holds counts."""

    clock: Clock
    name: str
    weather: list[Spell] = field(default_factory=list)
    service: str = "life-os"

    async def look(self):
        now = self.clock.seconds
        here = next((s for s in self.weather if now in s), Spell(0, 0, Seen.PASS))
        return Result(self.service, self.name, here.seen, self.clock(), here.code, here.code)


class NetworkWitness:
    def __init__(self, clock, down):
        self.clock, self.down = clock, down

    async def reaches_anything(self):
        return self.clock.seconds not in self.down


class Schedule:
    """The ticks as events on a moved clock: each at its phase, and once more when asked to."""

    def __init__(self, clock):
        self.clock, self.runs, self.due = clock, {}, []
        self.asked, self.numbers = {}, count()

    def every(self, name, seconds, phase, run):
        self.runs[name] = run
        self._at(START + timedelta(seconds=phase), name, seconds)

    def soon(self, name, seconds=0.0):
        if name in self.runs:
            at = self.clock() + timedelta(seconds=seconds)
            self.asked[name] = self._at(at, name, None)

    def _at(self, at, name, again):
        number = next(self.numbers)
        heapq.heappush(self.due, (at, number, name, again))
        return number

    async def until(self, seconds):
        end = START + timedelta(seconds=seconds)
        while self.due[0][0] < end:
            self.clock.at, number, name, again = heapq.heappop(self.due)
            if again is not None:
                self._at(self.clock.at + timedelta(seconds=again), name, again)
            elif self.asked[name] != number:
                continue  # asked again since: the later word counts
            await self.runs[name]()
        self.clock.at = end


class House:
    """A world of checks with their schedule. `share` of the jitter: 0 the least, 1 the most."""

    def __init__(self, *, share, rules, witness=None):
        self.clock, self.share, self.store = Clock(), share, MemoryStore()
        self.schedule = Schedule(self.clock)
        self.world = World(
            store=self.store,
            checks=[],
            sources=[],
            actions=[],
            archive=None,
            chat=CHAT,
            now=self.clock,
            rules=rules,
            witness=witness(self.clock) if witness else FakeWitness(),
            look_soon=lambda service, check: self.schedule.soon(f"{service}/{check}"),
        )

    def watches(self, check, every=EVERY, phase=0.0, after=None):
        name = f"{check.service}/{check.name}"
        self.world.checks.append(check)
        look = partial(duties.look, self.world, check, self.schedule, Bell())

        async def run():
            await look()
            if after:
                await after(self.world)

        self.schedule.every(name, every, phase, run)

    def live(self, seconds):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(duties, "uniform", lambda low, high: low + (high - low) * self.share())
            asyncio.run(self.schedule.until(seconds))
        return list(self.store.incidents.values())


# One fault, at every phase


RULES = Rules(patience=Patience(failures=3, passes=2))


def one_fault(phase, appears, lasts, share):
    """What became of a fault that appeared then and lasted so many seconds, looked at from outside.

    When it was found and when it was seen to be over, in seconds since it appeared and cleared.
    """
    house = House(share=share, rules=RULES)
    clears = appears + lasts
    spell = Spell(appears, clears, Seen.FAIL, "refused")
    house.watches(Looked(house.clock, "http", [spell]), phase=phase)
    incidents = house.live(clears + HEALING + EVERY)
    assert len(incidents) <= 1
    if not incidents:
        return None, None
    [incident] = incidents
    assert [e.kind for e in incident.timeline] in ([Kind.DETECTED], [Kind.DETECTED, Kind.HEALED])
    told = [(e.at - START).total_seconds() for e in incident.timeline]
    return told[0] - appears, told[1] - clears if len(told) == 2 else None


def holds(phase, appears, lasts, share):
    found, healed = one_fault(phase, appears, lasts, share)
    if lasts < SHORTEST - GRAIN:
        assert found is None, "shorter than the looks that confirm it"
    if lasts > EVERY + LONGEST + GRAIN:
        assert found is not None, "longer than an interval and the looks that confirm it"
    if found is not None:
        assert found <= EVERY + LONGEST + GRAIN
        assert healed is not None, "it has cleared, and nobody noticed"
        assert 0 < healed <= HEALING + GRAIN


def shares_of(*values):
    """The jitter of one look after the other, over and over."""
    looks = count()
    return lambda: values[next(looks) % len(values)]


LENGTHS = (0.001, 1.7, SHORTEST - 0.001, SHORTEST, LONGEST, EVERY + LONGEST + 0.001, 95.0)


@pytest.mark.parametrize("lasts", LENGTHS)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_every_phase_of_the_schedule(lasts, share):
    for quarter in range(int(EVERY * 4)):
        holds(quarter / 4, 2 * EVERY, lasts, shares_of(share))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    phase=st.floats(0, EVERY, exclude_max=True),
    appears=st.floats(0, 3 * EVERY),
    lasts=st.one_of(st.floats(0.001, SHORTEST), st.floats(EVERY, EVERY + 5), st.floats(0.001, 200)),
    jitter=st.lists(st.floats(0, 1), min_size=1, max_size=8),
)
def test_whenever_it_appears_and_clears(phase, appears, lasts, jitter):
    holds(phase, appears, lasts, shares_of(*jitter))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    phase=st.floats(0, EVERY, exclude_max=True),
    first=st.floats(0.001, SHORTEST - 0.001),
    pause=st.floats(EVERY + LONGEST, 4 * EVERY),
    second=st.floats(EVERY + LONGEST + 0.001, 120),
    jitter=st.lists(st.floats(0, 1), min_size=1, max_size=8),
)
def test_a_short_one_before_it_hides_no_long_one(phase, first, pause, second, jitter):
    house = House(share=shares_of(*jitter), rules=RULES)
    again = 60 + first + pause
    spells = [Spell(60, 60 + first, Seen.FAIL, "refused")]
    spells.append(Spell(again, again + second, Seen.FAIL, "refused"))
    house.watches(Looked(house.clock, "http", spells), phase=phase)
    [incident] = house.live(again + second + HEALING + GRAIN)
    assert [e.kind for e in incident.timeline] == [Kind.DETECTED, Kind.HEALED]
    assert again < (incident.began_at - START).total_seconds() <= again + EVERY + LONGEST + GRAIN


@pytest.mark.parametrize("jitter", ["least", "most", "any"])
def test_how_long_it_takes_until_a_fault_is_detected(jitter):
    share = {"least": lambda: 0.0, "most": lambda: 1.0, "any": random.Random(7).random}[jitter]
    took = [one_fault(tenth / 10, 2 * EVERY, 60.0, share)[0] for tenth in range(int(EVERY * 10))]
    assert median(took) <= 20
    assert max(took) <= 36


# A day on which nothing is wrong


SEED = 20260101
DEPLOYS, RESTARTS, HICCUPS, HIDDEN = 8, 4, 60, 10
HICCUP_OF = {
    "http": [(Seen.FAIL, "refused"), (Seen.FAIL, "timeout"), (Seen.FAIL, "gateway")],
    "postgres": [(Seen.FAIL, "refused"), (Seen.FAIL, "timeout"), (Seen.FAIL, "name")],
    "logs": [(Seen.BLIND, "render")],
}
NAMES = ("service", "http", "postgres", "logs")


class Day:
    """The weather of a healthy day by check, thrown by the dice of the seed."""

    def __init__(self, seed, schedule):
        self.dice, self.schedule = random.Random(seed), schedule
        self.weather = {name: [] for name in NAMES}
        self.down, self.hidden = self.our_network(), []

    def some_time(self):
        return self.dice.uniform(600, DAY - 1200)

    def our_network(self):
        """Five minutes without it; what is not behind Render's API gets no answer in time."""
        begins = self.some_time()
        for name in NAMES:
            behind = name in {"service", "logs"}
            seen, code = (Seen.BLIND, "render") if behind else (Seen.FAIL, "timeout")
            self.weather[name].append(Spell(begins, begins + 300, seen, code))
        return Spell(begins, begins + 300, Seen.BLIND)

    def hide_the_platform(self):
        begins = self.some_time()
        spell = Spell(begins, begins + self.dice.uniform(5, 90), Seen.BLIND, "render")
        self.hidden.append(spell)
        for name in ("service", "logs"):
            self.weather[name].append(spell)

    def deploy(self):
        begins, lasts = self.some_time(), self.dice.uniform(60, 180)
        self.weather["service"].append(Spell(begins, begins + lasts, Seen.PASS, SETTLING))
        if self.dice.random() < 0.7:
            self.refused(begins + self.dice.uniform(0, lasts - 40), self.dice.uniform(1, 40))

    def restart(self):
        begins = self.some_time()
        self.weather["service"].append(Spell(begins, begins + 60, Seen.PASS, SETTLING))
        self.refused(begins, self.dice.uniform(1, 30))

    def refused(self, begins, lasts):
        self.weather["http"].append(Spell(begins, begins + lasts, Seen.FAIL, "refused"))

    def hiccup(self, *, seen):
        """For a moment; `seen`: just when the check looks, so that none goes by unnoticed."""
        name = self.dice.choice(list(HICCUP_OF))
        begins, lasts = self.some_time(), self.dice.uniform(0.3, 2)
        if seen:
            every, phase = self.schedule[name]
            begins = begins // every * every + phase - self.dice.uniform(0.05, 0.25)
        what = self.dice.choice(HICCUP_OF[name])
        self.weather[name].append(Spell(begins, begins + lasts, *what))

    def told(self, spell):
        """Whether two looks in a row of a check behind Render's API fall into it."""
        return any(
            sum(at in spell for at in self.looks_of(name)) >= 2 for name in ("service", "logs")
        )

    def looks_of(self, name):
        every, phase = self.schedule[name]
        return [phase + n * every for n in range(int(DAY / every))]


def scheduled():
    """As the house does it: how often each check looks, and when within its interval."""
    every = {name: getattr(ChecksConfig(), name).every for name in NAMES}
    return {n: (s, Tick(f"life-os/{n}", s, tell_blindness, 15).phase) for n, s in every.items()}


def rules_of_the_house():
    said = {name: getattr(ChecksConfig(), name) for name in NAMES}
    return Rules(patience_for={n: Patience(c.failures, c.passes) for n, c in said.items()})


def a_day(seed, *, seen):
    day = Day(seed, scheduled())
    for _ in range(HIDDEN):
        day.hide_the_platform()
    for _ in range(DEPLOYS):
        day.deploy()
    for _ in range(RESTARTS):
        day.restart()
    for _ in range(HICCUPS):
        day.hiccup(seen=seen)
    return day


def lived(day, seed):
    share = random.Random(seed).random
    witness = partial(NetworkWitness, down=day.down)
    house = House(share=share, rules=rules_of_the_house(), witness=witness)
    for name, (every, phase) in day.schedule.items():
        check = Looked(house.clock, name, day.weather[name])
        house.watches(check, every, phase, after=tell_blindness)
    return house, house.live(DAY)


@pytest.mark.parametrize("seen", [False, True], ids=["any moment", "just when it is looked"])
def test_a_healthy_day_has_no_incident(seen):
    day = a_day(SEED, seen=seen)
    house, incidents = lived(day, SEED)
    assert [i.timeline for i in incidents] == []
    assert len(house.store.looks["life-os", "http"]) > 900
    assert_told_of_blindness(day, house.store.posts)


def assert_told_of_blindness(day, posts):
    """One message for each time that is long enough, and each says at last that it is over."""
    messages = {key: post.message.minimal for key, post in posts.items()}
    assert all("again; I was blind for" in text for text in messages.values())
    hidden = [s for s in day.hidden if day.told(s)]
    assert len(hidden) not in {0, len(day.hidden)}, "another seed would prove more"
    begun = {"render": [], OUR_NETWORK: []}
    for key in messages:
        _, behind, at = key.split(":")
        begun[behind].append(float(at) - START.timestamp())
    assert_begun_in(hidden, begun["render"])
    assert_begun_in([day.down], begun[OUR_NETWORK])


def assert_begun_in(spells, moments):
    """Each of the moments in its own spell (the key of a post is cut to whole seconds)."""
    assert len(moments) == len(spells)
    ordered = sorted(spells, key=lambda s: s.begins)
    assert all(a.ends < b.begins for a, b in pairwise(ordered)), "the dice put two into one"
    for spell, at in zip(ordered, sorted(moments), strict=True):
        assert spell.begins - 1 <= at < spell.ends + 1


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param(False, id="the platform is seen"),
        pytest.param(True, id="the platform is hidden for a look"),
    ],
)
def test_a_deploy_excuses_what_is_felt_of_it(hidden):
    house = House(share=lambda: 0.5, rules=rules_of_the_house())
    deploy = Spell(60, 150, Seen.PASS, SETTLING)
    weather = [Spell(78, 90, Seen.BLIND, "render"), deploy] if hidden else [deploy]
    house.watches(Looked(house.clock, "service", weather), phase=5)
    felt = [Spell(75, 105, Seen.FAIL, "refused")]
    house.watches(Looked(house.clock, "http", felt), phase=20)
    assert house.live(400) == []
