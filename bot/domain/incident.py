"""An incident is its timeline; its status names whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from .cause import Cause, Option
from .evidence import Evidence
from .logs.baseline import Baseline
from .moves import BEGINS_PROOF, TRANSITIONS, K, Kind, Status
from .recent import Correction, corrected
from .remedy import HeldBack, Live, Proposal
from .severity import Severity, kind_of, worst

WATCHDOG = "watchdog"
ROOTS = {"postgres": 0, "service": 1}  # what the failures of other checks follow from, in order


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The house rules say no. The message is one line for the person who asked."""


class Phase(StrEnum):
    """The steps of the proof that it is over, in their order."""

    BACK = "back"
    WATCH = "watch"
    HEALTH = "health"
    REGRESSION = "regression"


@dataclass(frozen=True)
class Event:
    """One line of the timeline: what happened, when, by whom.

    `key` names the wish that caused it (one chat update), so that a wish carried out twice is
    recorded once. `service` is set where it is another than the incident's own: one that leans on
    it, or that it leans on. Of the rest, each kind fills what it is about.
    """

    kind: Kind
    at: datetime
    by: str = WATCHDOG
    by_id: int = 0
    note: str = ""
    key: str = ""
    check: str = ""
    service: str = ""
    code: str = ""
    severity: Severity | None = None
    offer: str = ""
    ask: str = ""
    expires_at: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    cause: Cause | None = None
    live: Live | None = None
    phase: Phase | None = None
    step: int = 0
    baselines: tuple[Baseline, ...] = ()
    option: Option | None = None

    @property
    def where(self) -> str:
        """The check, with its service where that is another than the incident's own."""
        return f"{self.service} {self.check}".strip()


@dataclass(frozen=True)
class Incident:
    """The fold over its events. `id` is the number people type; `version` counts the events."""

    id: int
    service: str
    status: Status
    timeline: tuple[Event, ...]

    @classmethod
    def opened(cls, id: int, service: str, event: Event) -> Incident:
        return cls(id, service, Status.OPEN, (event,))

    def after(self, event: Event) -> Incident:
        """Return the incident as it stands once `event` has happened.

        Raises Refused when the table has no such move.
        """
        status = TRANSITIONS.get((self.status, event.kind))
        if status is None:
            raise Refused(f"incident #{self.id} is {self.status}; it cannot be {event.kind} now")
        return replace(self, status=status, timeline=(*self.timeline, event))

    @property
    def version(self) -> int:
        return len(self.timeline)

    @property
    def opened_at(self) -> datetime:
        return self.timeline[0].at

    @property
    def spell(self) -> tuple[Event, ...]:
        """The events since it was last detected: a relapse starts a new spell."""
        starts = [n for n, e in enumerate(self.timeline) if e.kind is Kind.DETECTED]
        return self.timeline[starts[-1] :]

    @property
    def began_at(self) -> datetime:
        return self.spell[0].at

    @property
    def relapses(self) -> int:
        return sum(e.kind is Kind.DETECTED for e in self.timeline) - 1

    @property
    def cards(self) -> int:
        """How many cards it had before the one that stands: an edit would wake nobody."""
        return sum(e.kind in {K.DETECTED, K.RETURNED} for e in self.timeline) - 1

    @property
    def away(self) -> Event | None:
        """That we were away, until a person has touched it since."""
        latest = next((e for e in reversed(self.spell) if e.by_id or e.kind is K.RETURNED), None)
        return latest if latest and latest.kind is K.RETURNED else None

    @property
    def severity(self) -> Severity:
        """The last one a person set or, above that, the worst that has been detected since."""
        said = [e.severity or Severity.P1 for e in self.spell if e.severity or e.kind is K.DETECTED]
        chosen = [n for n, e in enumerate(self.spell) if e.kind is Kind.SEVERITY and e.severity]
        if chosen:
            said = [e.severity for e in self.spell[chosen[-1] :] if e.severity]
        return worst(said)

    @property
    def failing(self) -> tuple[Event, ...]:
        """What was found failing in this spell, worst first, one event per check.

        Of what is equally bad, that stands first which the others may follow from.
        """
        joined = (e for e in self.spell if e.kind in {K.DETECTED, K.JOINED} and e.check)
        found = {self.named(e): e for e in joined}
        bad = sorted(found.values(), key=lambda e: ROOTS.get(kind_of(e.check), len(ROOTS)))
        return tuple(sorted(bad, key=lambda e: e.severity or Severity.P3))

    def named(self, event: Event) -> tuple[str, str]:
        """The service and the check that an event is about."""
        return event.service or self.service, event.check

    @property
    def services(self) -> tuple[str, ...]:
        """Its own, and those that were found failing with it in this spell."""
        return tuple(dict.fromkeys([self.service, *(self.named(e)[0] for e in self.failing)]))

    def fell_again(self, since: datetime) -> int:
        """How often it failed again, since then, after it had seemed well by itself."""
        turns = [e for e in self.timeline if e.kind in {*BEGINS_PROOF, K.PERSISTED, K.DETECTED}]
        return sum(
            after.kind in {K.PERSISTED, K.DETECTED} and before.kind is K.HEALED and after.at > since
            for before, after in pairwise(turns)
        )

    @property
    def acknowledged(self) -> Event | None:
        return next((e for e in reversed(self.spell) if e.kind is Kind.ACKNOWLEDGED), None)

    @property
    def holder(self) -> str:
        """Who has it: the person who last touched it in this spell, or ""."""
        return next((e.by for e in reversed(self.spell) if e.by_id), "")

    @property
    def triage(self) -> Event | None:
        """The latest triage, unless something has happened since that makes it out of date."""
        old = (K.DETECTED, K.PERSISTED, K.INTERIM, K.FAILED, K.WITHDRAWN)
        latest = self.last(K.TRIAGED, *old)
        return latest if latest and latest.kind is Kind.TRIAGED else None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The newest evidence of this spell, also when it is being renewed."""
        deeper = self._newest(K.INVESTIGATED)
        return (*self.first_evidence, *(deeper.evidence if deeper else ()))

    @property
    def first_evidence(self) -> tuple[Evidence, ...]:
        """What the first look has found, the newest of them."""
        first = self._newest(K.TRIAGED)
        return first.evidence if first else ()

    @property
    def looked(self) -> tuple[Evidence, ...]:
        """What an act that only looks has seen, until something is done or it fails again."""
        latest = self.last(K.INTERIM, K.DETECTED, *BEGINS_PROOF)
        return latest.evidence if latest and latest.kind is K.INTERIM else ()

    def _newest(self, *kinds: Kind) -> Event | None:
        return next((e for e in reversed(self.spell) if e.kind in kinds), None)

    @property
    def cause(self) -> Cause | None:
        """The newest note on the cause of this spell.

        What came of asking a model stands until the rules find another sort of trouble; what
        people say of a deploy stands in either.
        """
        found = self._noted()
        return corrected(found, self.corrections) if found else None

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """What people have said of deploys in this spell."""
        said = (e for e in self.spell if e.kind in {K.CLEARED, K.ACCUSED})
        return tuple(Correction(e.by, e.code, e.note, e.kind is K.ACCUSED) for e in said)

    def _noted(self) -> Cause | None:
        told, newest = self._newest(K.EXPLAINED), self.by_rules()
        if told is None or told.cause is None or newest is None or self.is_other_than(told):
            return newest
        return replace(newest, unsaid=told.cause.unsaid) if told.cause.unsaid else told.cause

    def by_rules(self, before: Event | None = None) -> Cause | None:
        """The newest note of this spell that code alone wrote; or the newest before that event."""
        events = self.spell[: self.spell.index(before)] if before else self.spell
        return next(
            (e.cause for e in reversed(events) if e.kind is not K.EXPLAINED and e.cause), None
        )

    def is_other_than(self, told: Event) -> bool:
        """Whether the rules find another sort of trouble now than when a model was asked."""
        then, now = self.by_rules(before=told), self.by_rules()
        return then is None or now is None or then.category != now.category

    @property
    def needs_investigation(self) -> bool:
        """Whether the first look is done, and nothing has looked deeper since."""
        latest = self._newest(K.TRIAGED, K.INVESTIGATED)
        return self.triage is not None and latest is self.triage

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """What the first look offers, but for what the second one holds back."""
        offered = self.triage.proposals if self.triage else ()
        held = {(one.action, one.service) for one in self._held_later}
        return tuple(p for p in offered if (p.action, p.service) not in held)

    @property
    def held_back(self) -> tuple[HeldBack, ...]:
        """What the newest look says that cannot help, or may not be done now."""
        return (*self.triage.held_back, *self._held_later) if self.triage else ()

    @property
    def _held_later(self) -> tuple[HeldBack, ...]:
        latest = self._newest(K.TRIAGED, K.INVESTIGATED)
        return latest.held_back if latest and latest.kind is K.INVESTIGATED else ()

    @property
    def asked(self) -> Event | None:
        """The question that waits for a yes or a no, if the last turn was a question."""
        if self.status is not Status.OPEN or self.triage is None:
            return None
        latest = self.last(K.ASKED, K.DENIED, K.TRIAGED)
        return latest if latest and latest.kind is Kind.ASKED else None

    @property
    def approved(self) -> Proposal | None:
        """The proposal that was last approved in this spell."""
        approval = next((e for e in reversed(self.spell) if e.kind is Kind.APPROVED), None)
        return self.offered(approval.offer) if approval else None

    @property
    def act(self) -> Event | None:
        """The approval of what was last done, or may have been, in this spell."""
        done = [n for n, e in enumerate(self.spell) if e.kind in {K.RAN, K.UNKNOWN}]
        before = self.spell[: done[-1]] if done else ()
        return next((e for e in reversed(before) if e.kind is K.APPROVED), None)

    @property
    def tried(self) -> tuple[tuple[Event, Event], ...]:
        """The acts of this spell after which it was not over: each start, and how that was seen."""
        found: list[tuple[Event, Event]] = []
        started: Event | None = None
        for event in self.spell:
            if event.kind in {K.STARTED, K.FAILED, K.INTERIM}:
                started = event if event.kind is K.STARTED else None
            elif event.kind is K.PERSISTED and started:
                found.append((started, event))
                started = None
        return tuple(found)

    @property
    def deploys(self) -> tuple[Event, ...]:
        """What people have put live in this spell."""
        return tuple(e for e in self.spell if e.kind is K.DEPLOYED)

    @property
    def baselines(self) -> Mapping[str, Baseline]:
        """What each service's log said before the trouble first began, as far as it was read."""
        known = (one for event in self.timeline for one in event.baselines)
        found: dict[str, Baseline] = {}
        for one in known:
            found.setdefault(one.service, one)
        return found

    @property
    def acted_at(self) -> datetime | None:
        """From when on the proof counts: the act was seen, or the checks passed by themselves."""
        acted = self.last(*BEGINS_PROOF)
        return acted.at if acted else None

    @property
    def left(self) -> tuple[Event, ...]:
        """What acts have left to do for a person, in whatever spell; `step` numbers them."""
        settled = {e.step for e in self.timeline if e.kind is K.SETTLED}
        return tuple(e for e in self.timeline if e.kind is K.LEFT and e.step not in settled)

    def last(self, *kinds: Kind) -> Event | None:
        return next((e for e in reversed(self.timeline) if e.kind in kinds), None)

    def proposal(self, id: str) -> Proposal | None:
        """What is on offer under that id, or asked for by name just now."""
        wished = self.asked.proposals if self.asked else ()
        return next((p for p in (*wished, *self.proposals) if p.id == id), None)

    def renewed(self, id: str) -> str:
        """The id under which the same act on the same target is on offer now, else `id`."""
        old = self.offered(id)
        same = (p.id for p in self.proposals if old and p.meant == old.meant)
        return next(same, id)

    def heard(self, key: str) -> bool:
        """Whether the wish of that name has left its mark here already."""
        return self.mark_of(key) is not None

    def mark_of(self, key: str) -> Event | None:
        """What came of the wish of that name."""
        return next((e for e in self.timeline if key and e.key == key), None)

    def offered(self, id: str) -> Proposal | None:
        """The proposal of that id, from whichever look."""
        looks = (p for e in self.timeline for p in e.proposals)
        return next((p for p in looks if p.id == id), None)
