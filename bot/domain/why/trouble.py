"""Our own side of a trouble, as evidence has it: for the question whether it is us or them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.cause import Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.logs.families import family_of
from bot.domain.severity import kind_of

from .dependencies import LAME, Dependency, Sort, State

READ = 4_000  # characters of a log's evidence that names are looked for in
QUOTED = 80  # characters of the log's own words in a line for people
LONGEST = 160  # characters of what the database says
NONE = "none"
ENDS_BY_ITSELF = frozenset({("certificate", "expiring"), ("certificate", "expired")})


@dataclass(frozen=True)
class Trouble:
    """What is known of our side.

    `category` is the log's, `sure` that the log confirms it; `words` are the log's own, `named` is
    where it may name somebody, in small letters; `read`: there was a log to read. `process` is the
    service's state, `seen`: the platform says it. `hosted` is the platform's word for the database,
    `inside` how it answers the service itself, where that was looked at; `failing` are kinds of
    checks, `because` ids of evidence.
    """

    began: datetime
    category: str = NONE
    sure: bool = False
    words: str = ""
    named: str = ""
    read: bool = True
    process: str = ""
    seen: bool = True
    hosted: str = ""
    inside: str = ""
    failing: frozenset[str] = frozenset()
    because: tuple[str, ...] = ()


def trouble_of(incident: Incident, evidence: Sequence[Evidence]) -> Trouble:
    log, service, database = (looked(s, evidence) for s in ("logs", "service", "database"))
    inside = looked("inside", evidence)
    words = error_of(log)
    telling = (words, *(log.lines[-1:] if log else ()))  # frames name libraries, not culprits
    known = [log, looked("dependencies", evidence), service, database, inside]
    return Trouble(
        began=incident.began_at,
        category=category_of(log),
        sure=fact(log, "verdict") == Sure.CONFIRMED,
        words=" ".join(words[:READ].split())[:QUOTED],
        named=" ".join(telling)[:READ].casefold(),
        read=log is not None,
        process=fact(service, "state"),
        seen=service is not None or all(e.source != "service" for e in evidence),
        hosted=fact(database, "hosted"),
        inside=fact(inside, "state"),
        failing=frozenset(kind_of(e.check) for e in incident.failing if e.check),
        because=tuple(dict.fromkeys(one.id for one in known if one and one.id)),
    )


def with_database(
    known: Sequence[Dependency], incident: Incident, evidence: Sequence[Evidence]
) -> tuple[Dependency, ...]:
    """What the database answered just now goes before what was seen of it last.

    What it answered the service itself goes before what it answered us.
    """
    answer = looked("inside", evidence) or looked("database", evidence)
    code = fact(answer, "state")
    if answer is None or not code:
        return tuple(known)
    before = next((one for one in known if one.sort is Sort.DATABASE), None)
    old = before or Dependency("database", Sort.DATABASE, State.UNKNOWN)
    state = _state(code)
    found = (e.at for e in incident.failing if kind_of(e.check) == "postgres")
    since = next(found, None) if state is State.DOWN else None
    new = replace(
        old,
        state=state,
        since=old.since if state is old.state else since,
        longer=old.longer and state is old.state,
        said=(fact(answer, "detail") or answer.summary)[:LONGEST],
        code="" if state is State.UP else code,
        ours=True,
        back=state is State.UP and (old.back or old.state is State.DOWN),
    )
    return (new, *(one for one in known if one is not before))


def _state(code: str) -> State:
    if code == "ok":
        return State.UP
    return State.DEGRADED if ("postgres", code) in LAME else State.DOWN


def ends_by_itself(incident: Incident) -> bool:
    """Whether only the days of a certificate are over: no log, database or deploy is behind it."""
    failing = {(kind_of(event.check), event.code) for event in incident.failing}
    return bool(failing) and failing <= ENDS_BY_ITSELF


def looked(source: str, evidence: Iterable[Evidence]) -> Evidence | None:
    """What that source saw, also if it was nothing; of several the one that names a category."""
    seen = [e for e in evidence if e.source == source and e.found is not Found.UNREADABLE]
    telling = (e for e in seen if category_of(e) != NONE)
    return next(telling, seen[0] if seen else None)


def error_of(log: Evidence | None) -> str:
    """What its category rests on; where it does not tell, the commonest error."""
    return fact(log, "cause_error") or fact(log, "top_error")


def category_of(log: Evidence | None) -> str:
    """What the log analysis calls it; without one, what its commonest error is of."""
    said = fact(log, "category")
    if said or log is None or log.source != "logs":
        return said or NONE
    found = family_of(fact(log, "top_error")[:READ])
    return found.category if found else NONE


def fact(evidence: Evidence | None, name: str) -> str:
    return (evidence.fact(name) or "") if evidence else ""
