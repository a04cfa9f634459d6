"""What must never happen, in whatever order; read from what is in the database."""

from collections import Counter
from datetime import UTC, datetime

from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.domain.halt import read
from bot.domain.incident import Incident
from bot.domain.moves import Kind, Status
from bot.domain.remedy import UNKNOWN, Risk
from bot.flows.halted import HALT
from tests.cast import ANN, BEN
from tests.stories.process import Turn
from tests.stories.quick_store import raw

FAR = datetime(9000, 1, 1, tzinfo=UTC)
MAY_ACT = {ANN.id, BEN.id}
AFTER_THE_YES = (Kind.APPROVED, Kind.STARTED, Kind.ANSWERED, Kind.RAN, Kind.FAILED, Kind.UNKNOWN)


class Truth(RuleBasedStateMachine):
    """`truth` reads what is in the database, past what any process remembers."""

    def __init__(self):
        super().__init__()
        self.called: Counter[tuple[int, int]] = Counter()
        self.wrong: list[str] = []
        self.proved: dict[int, int] = {}
        self.proved_answered: set[int] = set()

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
