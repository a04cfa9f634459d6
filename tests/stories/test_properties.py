"""Whatever the night brings, in whatever order: what must never happen does not happen."""

import random
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest

from bot.domain.incident import Refused
from bot.domain.moves import BEGINS_PROOF, WHILE_LIVE, Kind, Status
from bot.domain.proof import plan
from bot.domain.remedy import Answer, Course, Effect, Live
from bot.flows import desk
from bot.flows.act import act
from bot.flows.announce import announce
from bot.flows.by_name import ask_by_name
from bot.flows.close import close
from bot.flows.engine import Duty, once
from bot.flows.remind import remind
from bot.flows.triage import triage
from bot.flows.verify import verify
from bot.flows.watch import watch
from bot.ports import Reply
from tests.cast import ANN, BEN, SAM

STEPS = 300
OFTEN = (triage, act, act, verify, verify, remind, close, announce)
COURSES = (Course.DONE, Course.DONE, Course.DONE, Course.UNDER_WAY, Course.FAILED)
CODES = {"service": ("crashed", "out_of_memory", "deploy_failed"), "http": ("refused", "slow")}
# The dice are thrown for these; a walk that reaches few of them would prove little.
WISHED_FOR = {
    *(Kind.DETECTED, Kind.JOINED, Kind.TRIAGED, Kind.ASKED, Kind.DENIED, Kind.APPROVED),
    *(Kind.WITHDRAWN, Kind.STARTED, Kind.RAN, Kind.UNKNOWN, Kind.FAILED, Kind.HEALED),
    *(Kind.CHECKED, Kind.PERSISTED, Kind.RECOVERED, Kind.OVERRIDDEN, Kind.REPORTED),
    *(Kind.LEFT, Kind.SETTLED),
}


class Walk:
    """One life of the watchdog. The dice decide what comes next; the seed repeats it."""

    def __init__(self, world, clock, restart, logs_source, seed):
        self.world, self.clock, self.restart = world, clock, restart
        self.logs_source, self.dice = logs_source, random.Random(seed)
        self.wished, self.live_at_most = 0, 0

    async def go(self, steps):
        ways = [self.time] * 4 + [self.flows] * 5 + [self.tap] * 4 + [self.weather, self.platform]
        for _ in range(steps):
            await self.dice.choice(ways)()
        await self.all_is_well()

    async def weather(self):
        check = self.dice.choice(self.world.checks)
        match self.dice.randrange(6):
            case 0 | 1 | 2:
                check.fails(self.dice.choice(CODES[check.name]), "it fails")
            case 3:
                check.blind()
            case _:
                self.everything_heals()

    def everything_heals(self):
        for check in self.world.checks:
            check.heals()

    async def time(self):
        self.clock.tick(seconds=self.dice.choice((30, 30, 60)))
        for check in self.dice.sample(self.world.checks, len(self.world.checks)):
            await watch(self.world, check)

    async def flows(self):
        """Two flows take a turn, in any order."""
        for flow in self.dice.choices(OFTEN, k=2):
            await turn(self.world, flow)

    async def platform(self):
        """The platform and the log have a good or a bad day."""
        answers = [Answer.ACCEPTED, Answer.ACCEPTED, Answer.UNCLEAR, Answer.REFUSED]
        self.restart.answer = Reply(self.dice.choice(answers), "the platform's answer")
        self.restart.shows = self.dice.random() < 0.7
        self.restart.unreadable = self.dice.choice(["", "", "", "Render: HTTP 503"])
        self.restart.course = Effect(self.dice.choice(COURSES), "as far as can be seen")
        self.restart.leaves = self.dice.choice([None, "switch it on again"])
        self.restart.insecure = self.dice.choice(["", "", "", "Render: HTTP 503"])
        self.logs_source.broken = self.dice.choice(["", "", "Render: HTTP 503"])
        deploy = self.dice.choice(["dep-1"] * 9 + ["dep-2"])
        self.restart.now_live = Live(deploy, "evt-0", ("srv-1-a",))
        heals = self.dice.random() < 0.5
        self.restart.on_run = self.everything_heals if heals else lambda: None

    async def tap(self):
        """Somebody wishes something: likely too late, perhaps twice, perhaps without the right."""
        live = await self.world.store.having(*WHILE_LIVE)
        self.live_at_most = max(self.live_at_most, len(live))
        by = self.dice.choice((ANN, ANN, BEN, BEN, SAM))
        wish = self.dice.choice(self.wishes(live[0] if live else None, by, self.key()))
        for _ in range(self.dice.choice((1, 1, 2))):
            try:
                await wish()
            except Refused:
                continue
            assert by is not SAM

    def key(self):
        """Mostly a new one, now and then one that was used before."""
        self.wished += self.dice.random() < 0.9
        return f"tg:{self.wished}"

    def wishes(self, incident, by, key):
        world = self.world
        if incident is None:
            return [lambda: desk.open_by_hand(world, "something is odd", by, key)]
        ask, id = incident.last(Kind.ASKED), incident.id
        named = ask.ask if ask else f"{id}-1"
        offers = [p.id for e in incident.timeline for p in e.proposals][-2:] or ["1.restart"]
        offer, reason = self.dice.choice(offers), self.dice.choice(["", "", "it was me"])
        yes = partial(desk.approve, world, named, by, key)
        request = partial(desk.ask, world, id, offer, by, key)
        return [
            *[yes if incident.asked else request] * 9,
            yes,
            request,
            lambda: ask_by_name(world, "restart", "", by, key),
            lambda: desk.deny(world, named, by, key),
            lambda: desk.settle(world, id, self.dice.choice((1, 2)), by, key),
            lambda: desk.acknowledge(world, id, by, key),
            lambda: desk.open_by_hand(world, "something is odd", by, key),
            lambda: desk.resolve(world, id, reason, by, key),
        ]

    async def all_is_well(self):
        """The weather clears for good; people say of what they opened that it is over."""
        self.restart.unreadable = self.logs_source.broken = ""
        self.restart.course = Effect(Course.DONE, "it is seen")
        self.everything_heals()
        for n in range(40):
            await self.time()
            for flow in (act, verify, close):
                await turn(self.world, flow)
            live = await self.world.store.having(*WHILE_LIVE, Status.RESOLVED)
            if not live:
                return
            if live[0].status is Status.OPEN and n > 3:
                await desk.resolve(self.world, live[0].id, "", ANN, f"end:{n}")


async def turn(world, flow):
    await once(Duty(flow.__name__, lambda: flow(world), 1))


@pytest.fixture
def hasty(world):
    """The same world with a short proof, so that a walk comes to many ends."""
    minute = timedelta(minutes=1)
    lengths = {"watch_for": minute / 2, "health_for": minute / 2, "regression_for": minute}
    short = {"ask_valid": 3 * minute, "back_within": 2 * minute, "relapse_within": 6 * minute}
    return replace(world, rules=replace(world.rules, regression_rows=2, **lengths, **short))


@pytest.mark.parametrize("seed", [31])
async def test_a_random_walk(hasty, clock, restart, logs_source, caplog, seed):
    walk = Walk(hasty, clock, restart, logs_source, seed)
    await walk.go(STEPS)
    incidents = await hasty.store.recent(999)
    kinds = [e.kind for i in incidents for e in i.timeline]
    assert [i.status for i in incidents] == [Status.CLOSED] * len(incidents)
    assert [r.exc_text for r in caplog.records if r.message == "duty.crashed"] == []
    assert walk.live_at_most == 1
    assert len(restart.calls) <= kinds.count(Kind.APPROVED)
    assert len(restart.calls) == kinds.count(Kind.STARTED)
    for incident in incidents:
        assert await hasty.store.proven(incident.id)
        wishes = [e.key for e in incident.timeline if e.key]
        assert len(wishes) == len(set(wishes))
        assert ended_as_it_should(incident, hasty.rules)
        assert left_at_most_once_per_act(incident)
    assert len(WISHED_FOR & set(kinds)) >= 16, "another seed would prove more"


def left_at_most_once_per_act(incident):
    """Whether what is left is numbered, each once, by one act each, and done at most once."""
    known = [e.kind for e in incident.timeline if e.kind in {Kind.STARTED, Kind.LEFT}]
    left = [e.step for e in incident.timeline if e.kind is Kind.LEFT]
    done = [e.step for e in incident.timeline if e.kind is Kind.SETTLED]
    once = (Kind.LEFT, Kind.LEFT) not in pairwise(known)
    return once and left == [*range(1, len(left) + 1)] and len(done) == len({*done} & {*left})


def ended_as_it_should(incident, rules):
    """Whether each end has every step of the proof before it, in order, or a person's word."""
    wanted, held, ends = [phase for phase, _, _ in plan(rules)], [], []
    for event in incident.timeline:
        if event.kind is Kind.CHECKED:
            held.append(event.phase)
        elif event.kind in {*BEGINS_PROOF, Kind.PERSISTED, Kind.DETECTED}:
            held = []
        elif event.kind is Kind.RECOVERED:
            ends.append(held == wanted)
        elif event.kind is Kind.OVERRIDDEN:
            ends.append(bool(event.by_id and event.note))
    return bool(ends) and all(ends)
