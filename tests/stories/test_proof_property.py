"""Whatever comes, in any order: no all-clear without every step, in order, after the last act."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.check import Patience, Seen
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident, Phase, Refused
from bot.domain.logs.baseline import new_errors
from bot.domain.logs.lines import LogLine
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.domain.people import People
from bot.domain.proof import LOG_UNREAD, plan
from bot.domain.rules import Rules
from bot.flows import desk
from bot.flows.deployed import deployed
from bot.flows.triage import triage
from bot.flows.verify import verify
from bot.flows.watch import watch
from bot.ports import World
from tests.cast import ANN, CHAT
from tests.conftest import Clock, FakeArchive, FakeCheck, FakeJournal, FakeSource, FakeWitness

RULES = Rules(people=People(frozenset({ANN.id})), patience=Patience(failures=2, passes=2))
FLOWS = (triage, verify, deployed)
BEGINS = {Kind.RAN, Kind.UNKNOWN, Kind.HEALED, Kind.DEPLOYED}
ENDS = {Kind.DETECTED, Kind.PERSISTED}
FRESH = "ERROR lifeos: nobody has ever seen this"
USUAL = "ERROR lifeos: the calendar does not answer"


class ListStore:
    """Incidents and looks in memory: as much of the store as these flows ask of it."""

    def __init__(self):
        self.incidents, self.looks, self.memos = {}, {}, {}

    async def keep(self, result):
        self.looks.setdefault((result.service, result.check), []).insert(0, result)

    async def results(self, service, check, *, since=None, limit=50):
        known = self.looks.get((service, check), [])
        return [look for look in known if since is None or look.at > since][:limit]

    async def open(self, service, event):
        number = len(self.incidents) + 1
        self.incidents[number] = Incident.opened(number, service, event)

    async def record(self, incident, event):
        self.incidents[incident.id] = self.incidents[incident.id].after(event)
        return self.incidents[incident.id]

    async def incident(self, id):
        return self.incidents.get(id)

    async def having(self, *statuses):
        return [i for i in self.incidents.values() if i.status in statuses]

    async def latest(self, service):
        return next((i for i in reversed(self.incidents.values()) if i.service == service), None)

    async def memo(self, name):
        return self.memos.get(name)

    async def set_memo(self, name, value):
        self.memos[name] = value

    async def silences(self, at):
        return []


class Walk:
    def __init__(self):
        self.clock, self.store = Clock(), ListStore()
        self.checks = [FakeCheck(self.clock, name, "fine") for name in ("service", "http")]
        self.journal = FakeJournal([LogLine(self.clock() - timedelta(hours=1), USUAL)])
        self.deploys = FakeSource("D1", "deploys", "what runs")
        self.deploy(0)
        self.world = World(
            store=self.store,
            checks=self.checks,
            sources=[self.deploys],
            actions=[],
            archive=FakeArchive(),
            chat=CHAT,
            now=self.clock,
            rules=RULES,
            witness=FakeWitness(),
            look_soon=lambda *_: None,
            journals=[self.journal],
        )

    async def time(self, seconds, turns=FLOWS):
        self.clock.tick(seconds=seconds)
        for check in self.checks:
            self.clock.tick(milliseconds=1)  # a look that comes after a step is later than it
            await watch(self.world, check)
            for flow in turns:
                await flow(self.world)

    async def weather(self, which, seen):
        check = self.checks[which]
        {"pass": check.heals, "blind": check.blind}.get(
            seen, lambda: check.fails("crashed", "it fails")
        )()

    async def log(self, text):
        self.journal.kept = [*self.journal.kept, LogLine(self.clock(), text)]

    async def reading(self, broken):
        self.journal.broken = broken

    async def act(self, ends):
        for incident in await self.store.having(Status.OPEN):
            for kind in (Kind.APPROVED, Kind.STARTED, ends):
                now = self.store.incidents[incident.id]
                await self.store.record(now, Event(kind, self.clock()))

    async def push(self, number):
        self.deploy(number)

    def deploy(self, number):
        facts = {"runs": f"dep-{number}", "runs_commit": str(number % 3) * 40}
        facts |= {"runs_since": self.clock().isoformat(), "runs_service": "life-os"}
        self.deploys.evidence = Evidence("D1", "deploys", Found.SOMETHING, "", tuple(facts.items()))

    async def resolve(self, reason):
        for incident in await self.store.having(*WHILE_LIVE):
            key = f"tg:{incident.version}"
            try:
                await desk.resolve(self.world, incident.id, reason, ANN, key)
            except Refused:
                continue

    async def calm(self):
        """All is well for good: then it is found to be over, too."""
        self.journal.broken = ""
        for check in self.checks:
            check.heals()
        for _ in range(100):
            await self.time(60)


TIMES = st.sampled_from([5, 20, 30, 30, 60, 120, 300])
OPS = st.one_of(
    st.tuples(st.just("time"), TIMES),
    st.tuples(st.just("time"), TIMES, st.permutations(FLOWS)),
    st.tuples(st.just("time"), TIMES),
    st.tuples(
        st.just("weather"), st.sampled_from([0, 1]), st.sampled_from(["pass", "fail", "blind"])
    ),
    st.tuples(st.just("log"), st.sampled_from([USUAL, FRESH])),
    st.tuples(st.just("reading"), st.sampled_from(["", "", "Render: HTTP 503"])),
    st.tuples(st.just("act"), st.sampled_from([Kind.RAN, Kind.UNKNOWN, Kind.FAILED])),
    st.tuples(st.just("push"), st.integers(0, 5)),
    st.tuples(st.just("resolve"), st.sampled_from(["", "", "", "it was me"])),
)


async def walked(ops):
    walk = Walk()
    await walk.time(30)
    await walk.weather(0, "fail")
    for _ in range(3):
        await walk.time(30)
    await walk.act(Kind.RAN)
    await walk.weather(0, "pass")
    for _ in range(4):
        await walk.time(30)
    for name, *args in ops:  # in the middle of a proof
        await getattr(walk, name)(*args)
    await walk.calm()
    return walk


MINUTE = ("time", 60)
SHORTLY_DOWN = [("weather", 1, "fail"), ("time", 30), ("time", 30), ("weather", 1, "pass")]
UNREAD = [("reading", "Render: HTTP 503"), MINUTE, ("log", FRESH), *[MINUTE] * 9]


@settings(max_examples=60, derandomize=True)
@example([("weather", 0, "blind"), *[MINUTE] * 9])
@example([("weather", 1, "fail"), MINUTE])
@example([*[MINUTE] * 3, *SHORTLY_DOWN])
@example([*UNREAD, ("reading", "")])
@example([*[MINUTE] * 9, ("push", 1)])
@given(st.lists(OPS, min_size=1, max_size=25))
def test_no_all_clear_without_the_whole_proof(ops):
    walk = asyncio.run(walked(ops))
    for incident in walk.store.incidents.values():
        assert incident.status is Status.RESOLVED  # and it is told once it is over
        for place, event in enumerate(incident.timeline):
            if event.kind is Kind.RECOVERED:
                proved(walk, incident, incident.timeline[: place + 1])
            if event.kind is Kind.OVERRIDDEN:
                assert event.by_id == ANN.id
                assert event.note


def proved(walk, incident, timeline):
    end = timeline[-1]
    last = max(n for n, e in enumerate(timeline) if e.kind in BEGINS | ENDS)
    began = max(e.at for e in timeline[: last + 1] if e.kind in BEGINS)
    steps = [e for e in timeline[last:] if e.kind is Kind.CHECKED]
    assert timeline[last].kind in BEGINS
    assert [e.phase for e in steps] == [phase for phase, _, _ in plan(RULES)]
    lengths = [lasts for _, _, lasts in plan(RULES)][1:]
    for (before, after), lasts in zip(pairwise(steps), lengths, strict=True):
        assert after.at - before.at >= lasts
    assert steps[0].phase is Phase.BACK
    assert steps[0].at >= began
    assert all(seen_to_pass(walk, step.at) for step in steps)
    assert nothing_failed(walk, steps[0].at, end.at)
    assert nothing_new(walk, incident, began, steps)


def seen_to_pass(walk, at: datetime):
    """The newest look of every check has passed, and so have as many as it takes to believe it."""
    known = [[x.seen for x in looks if x.at <= at] for looks in walk.store.looks.values()]
    sighted = [[x for x in seen if x is not Seen.BLIND] for seen in known]
    newest = all(seen[0] is Seen.PASS for seen in known)
    return newest and all(seen[: RULES.patience.passes] == [Seen.PASS] * 2 for seen in sighted)


def nothing_failed(walk, since: datetime, until: datetime):
    """No check has failed twice in a row, blind looks left out."""
    for looks in walk.store.looks.values():
        seen = [x.seen for x in looks if since < x.at <= until and x.seen is not Seen.BLIND]
        if (Seen.FAIL, Seen.FAIL) in pairwise(seen):
            return False
    return True


def nothing_new(walk, incident, began, steps):
    """Nothing that the time before did not know was there to be read at any step."""
    settled = max(began + RULES.start_grace, steps[0].at)
    known = incident.baselines["life-os"].marks if incident.baselines else frozenset()
    read = [e.at for e in steps[1:] if e.code != LOG_UNREAD]
    if not read:
        return True
    lines = [line for line in walk.journal.kept if line.at <= max(read)]
    return new_errors(lines, known, settled) == ()


def test_the_walk_can_end_badly_and_well():
    """What would make the property worth nothing: a walk that never comes to these ends."""

    def ended(*ops):
        walk = asyncio.run(walked([*ops]))
        return [e.kind for i in walk.store.incidents.values() for e in i.timeline]

    watched = [("time", 60)] * 6
    assert Kind.PERSISTED not in ended(*watched)
    fresh = ended(*watched, ("log", FRESH), *watched)
    assert (fresh.count(Kind.PERSISTED), fresh[-1]) == (1, Kind.RECOVERED)
    pushed = ended(*watched, ("push", 1), *watched)
    assert Kind.DEPLOYED in pushed
    assert Kind.OVERRIDDEN in ended(("resolve", "it was me"))


def test_a_rule_that_is_broken_is_found():
    """The property itself is held against a timeline that lacks a step."""
    walk = asyncio.run(walked([]))
    [incident] = walk.store.incidents.values()
    [step] = [e for e in incident.timeline if e.phase is Phase.HEALTH]
    timeline = tuple(e for e in incident.timeline if e is not step)
    short = replace(incident, timeline=timeline)
    try:
        proved(walk, short, timeline)
    except AssertionError:
        return
    raise AssertionError("a proof without a step went through")
