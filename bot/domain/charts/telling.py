"""Which chart tells most of an incident, and what is known for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.measures.points import Points, merged, unpacked

ENOUGH = 3  # errors: a bar or two say less than what the checks saw
BEFORE = timedelta(minutes=10)  # errors so long ahead of the detection may belong to the trouble
SLIGHT = timedelta(minutes=1)  # between two looks at a log: nothing that a bar could show
MEMORY = frozenset({"out_of_memory", "memory"})


class Subject(StrEnum):
    ERRORS = "errors"
    MEMORY = "memory"
    TIMES = "times"
    CHECKS = "checks"

    @property
    def source(self) -> str:
        """The one that is asked for it; "" is our own looks."""
        return {Subject.ERRORS: "logs", Subject.MEMORY: "metrics"}.get(self, "")


@dataclass(frozen=True)
class Log:
    """Errors by the minute, since when lines were read, and which times between were not."""

    per_minute: Points
    since: datetime | None
    unread: tuple[tuple[datetime, datetime], ...] = ()


def subject(incident: Incident) -> Subject:
    """The one that tells most."""
    failing, cause = incident.failing, incident.cause
    codes = {event.code for event in failing} | ({cause.category} if cause else set())
    if codes & MEMORY and metrics_of(incident.evidence).fact("memory_points"):
        return Subject.MEMORY
    if failing and failing[0].code == "slow":
        return Subject.TIMES
    begins = incident.began_at - BEFORE
    errors = sum(count for at, count in log_of(incident).per_minute if at >= begins)
    return Subject.ERRORS if errors >= ENOUGH else Subject.CHECKS


def log_of(incident: Incident, newest: Evidence | None = None, at: datetime | None = None) -> Log:
    """What every look of this spell has read of the log, and the `newest` one, of that time."""
    looks = [(event.at, one) for event in incident.spell for one in event.evidence]
    if newest is not None and at is not None:
        looks.append((at, newest))
    read = [(begin, until, e) for until, e in looks if (begin := _begins(e)) is not None]
    rows = (unpacked(e.fact("errors_points") or "") for _, _, e in read)
    since = min((begin.replace(second=0, microsecond=0) for begin, _, _ in read), default=None)
    return Log(merged(rows), since, tuple(_unread((begin, until) for begin, until, _ in read)))


def metrics_of(evidence: Iterable[Evidence]) -> Evidence:
    """The newest figures that could be read, or word that there are none."""
    found = [e for e in evidence if e.source == "metrics" and e.found is not Found.UNREADABLE]
    return found[-1] if found else Evidence("", "metrics", Found.UNREADABLE, "no figures")


def _begins(evidence: Evidence) -> datetime | None:
    if evidence.source != "logs" or evidence.found is Found.UNREADABLE:
        return None
    try:
        at = datetime.fromisoformat(evidence.fact("log_begins") or "")
    except ValueError:
        return None
    return at if at.tzinfo else None


def _unread(read: Iterable[tuple[datetime, datetime]]) -> Sequence[tuple[datetime, datetime]]:
    """The times between looks of which the log has been cut off before it was read."""
    gaps: list[tuple[datetime, datetime]] = []
    known: datetime | None = None
    for begin, until in sorted(read):
        if known is not None and begin - known > SLIGHT:
            gaps.append((known, begin))
        known = max(known or until, until)
    return gaps
