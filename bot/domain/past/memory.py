"""What is remembered of an incident that is over: what it was, and what helped then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.cause import Cause
from bot.domain.chosen import current
from bot.domain.evidence import Evidence, found_by
from bot.domain.incident import Event, Incident, Phase
from bot.domain.moves import BEGINS_PROOF, Kind, Status
from bot.domain.redact import redact
from bot.domain.severity import Severity, kind_of, row

from .fingerprint import error_of, fingerprint, top_logs
from .terms import terms

BY_ITSELF = "by itself"
PERSON = "a person"
OVER = (Kind.RECOVERED, Kind.OVERRIDDEN)
LONGEST_NOTE = 160  # characters of what a person said
LONGEST = 240  # characters of a line
MOST_NOTES = 5
MOST_FAILING = 8
MOST_FAILED = 8


@dataclass(frozen=True)
class Memory:
    """One incident that is over. `words` are the terms it is found by, with a space between.

    `helped` is the name of the act that came before the recovery, BY_ITSELF or "a person: …", ""
    where that is not known; `took` the time from then (from the begin, without an act) until every
    check passed. `failed` names the acts after which it went on or came again, in their order.
    `sure` is how certain the cause was ("" where nobody named one); `proven` says that the checks
    proved it over, not only a person's word.
    """

    id: int
    service: str
    began: datetime
    ended: datetime
    severity: Severity
    fingerprint: str
    title: str
    words: str
    helped: str = ""
    took: timedelta | None = None
    failed: tuple[str, ...] = ()
    cause: str = ""
    sure: str = ""
    proven: bool = True

    @property
    def kind_of_help(self) -> str:
        """The act's name, "by itself", "a person" or "": nothing that a person wrote."""
        return PERSON if self.helped.startswith(PERSON) else self.helped

    @property
    def by_person(self) -> bool:
        return self.kind_of_help == PERSON

    @property
    def by_itself(self) -> bool:
        return self.helped == BY_ITSELF

    @property
    def told(self) -> str:
        """What the person said who put it right, if anything."""
        return self.helped.removeprefix(PERSON).removeprefix(": ") if self.by_person else ""

    @property
    def tries(self) -> int:
        """How often it took the act that helped."""
        return self.failed.count(self.helped) + 1


def memory_of(incident: Incident) -> Memory | None:
    """Return what to remember of it; None while it is not over."""
    end = incident.last(*OVER)
    if end is None or incident.status not in {Status.RESOLVED, Status.CLOSED}:
        return None
    cause = cause_of(incident)
    helped, failed = what_helped(incident, end), what_did_not(incident)
    return Memory(
        id=incident.id,
        service=incident.service,
        began=incident.opened_at,
        ended=end.at,
        severity=incident.severity,
        fingerprint=str(fingerprint(incident)),
        title=title(incident),
        words=" ".join((*words(incident), *terms(helped, *failed))),
        helped=helped,
        took=how_long(incident),
        failed=failed,
        cause=_line(cause.cause) if cause else "",
        sure=str(cause.sure) if cause else "",
        proven=end.kind is Kind.RECOVERED,
    )


def title(incident: Incident) -> str:
    """One line on what it was: what failed, what it said, and the error of the log."""
    worst = next(iter(incident.failing), None)
    if worst is None:
        return _line(redact(incident.spell[0].note) or "opened by hand")
    logs = top_logs(incident)
    error = (logs.fact("top_error") or "") if logs else ""
    was = row(worst.check, worst.code).was
    return _line("; ".join(filter(None, (f"{was} ({worst.where}: {worst.note})", error))))


def words(incident: Incident) -> tuple[str, ...]:
    """The terms that an incident is found by, as far as it is known: what tells most first."""
    print_ = fingerprint(incident)
    return tuple(dict.fromkeys((*print_.words, *terms(*_texts(incident)))))


def own_words(incident: Incident) -> tuple[str, ...]:
    """Those of them that our checks say of every such failure: they tell no two apart."""
    checks = (e for e in incident.failing if kind_of(e.check) not in QUOTING and e.code != "error")
    logs = top_logs(incident)
    quoted = terms(_error(logs)) if logs else ()
    said = terms(*map(_said_by_check, checks))
    return tuple(word for word in said if word not in quoted)


QUOTING = frozenset({"logs", "alert", "sql", "job"})  # checks whose notes are mostly quotations


def cause_of(incident: Incident) -> Cause | None:
    """The last cause that somebody named in this spell."""
    return next((e.cause for e in reversed(incident.spell) if e.cause), None)


def what_helped(incident: Incident, end: Event) -> str:
    """What came before the end. That it came before is all that is known of it."""
    if end.kind is Kind.OVERRIDDEN:
        return _person(end.note)
    began = incident.last(*BEGINS_PROOF)
    if began is None:
        return ""
    if began.kind is not Kind.HEALED:
        return _act(incident, began)
    if began.by_id:
        return _person(_note_of_people(incident))
    acted = incident.act
    theirs = [e for e in incident.deploys if acted is None or e.at > acted.at]
    return _person(f"deploy {theirs[-1].note}") if theirs else BY_ITSELF


def what_did_not(incident: Incident) -> tuple[str, ...]:
    """The acts after which it was not over, also those after which it came again soon."""
    turns = [e for e in incident.timeline if e.kind in TURNS]
    in_vain = (e for e, then in pairwise(turns) if e.kind in ACTED and then.kind in WENT_ON)
    return tuple(filter(None, (_act(incident, e) for e in in_vain)))[:MOST_FAILED]


ACTED = frozenset({Kind.RAN, Kind.UNKNOWN})
WENT_ON = frozenset({Kind.PERSISTED, Kind.DETECTED})
TURNS = frozenset({*BEGINS_PROOF, *WENT_ON})


def how_long(incident: Incident) -> timedelta | None:
    """From the call of what helped, or from the begin, until every check passed; None: not seen."""
    end, began = incident.last(*OVER), incident.last(*BEGINS_PROOF)
    if began is None or end is None or end.kind is Kind.OVERRIDDEN:
        return None
    later = incident.timeline[incident.timeline.index(began) :]
    back = next((e for e in later if e.kind is Kind.CHECKED and e.phase is Phase.BACK), None)
    if back is None:
        return None
    call = _before(incident, began, Kind.STARTED) if began.kind in ACTED else None
    return max(back.at - (call.at if call else incident.began_at), timedelta())


def _act(incident: Incident, done: Event) -> str:
    """The name of the act that was seen to have been done, or may have been."""
    approval = _before(incident, done, Kind.APPROVED)
    if approval is None:
        return ""
    offer = incident.offered(approval.offer)
    return offer.action if offer else approval.offer.partition(".")[2].partition("@")[0]


def _before(incident: Incident, event: Event, kind: Kind) -> Event | None:
    earlier = incident.timeline[: incident.timeline.index(event)]
    return next((e for e in reversed(earlier) if e.kind is kind), None)


def _person(note: str) -> str:
    said = _line(redact(note), LONGEST_NOTE)
    return f"{PERSON}: {said}" if said else PERSON


def _note_of_people(incident: Incident) -> str:
    """What somebody last noted, else the checklist they went by: a tap says no more."""
    way = current(incident)
    gone = f"{way.option.name} ({len(way.ticks)} of {len(way.option.steps)} steps)" if way else ""
    return next((e.note for e in reversed(_notes(incident))), gone)


def _notes(incident: Incident) -> list[Event]:
    return [e for e in incident.spell if e.kind is Kind.NOTED and e.by_id]


def _texts(incident: Incident) -> Iterator[str]:
    """The error first: of a long text the end is not read."""
    if logs := top_logs(incident):
        yield _error(logs)
    yield from map(_said_by_check, incident.failing[:MOST_FAILING])
    if not incident.failing:
        yield redact(incident.spell[0].note)[:LONGEST]
    if database := found_by("database", incident.evidence):
        yield database.fact("detail") or ""
    if cause := cause_of(incident):
        yield f"{cause.problem} {cause.cause}"[: 2 * LONGEST]
    yield from (redact(e.note)[:LONGEST_NOTE] for e in _notes(incident)[-MOST_NOTES:])


def _error(logs: Evidence) -> str:
    return f"{error_of(logs)} {logs.fact('top_error') or ''} {logs.fact('top_where') or ''}"


def _said_by_check(event: Event) -> str:
    return f"{event.check} {event.note}"[:LONGEST]


def _line(text: str, most: int = LONGEST) -> str:
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
