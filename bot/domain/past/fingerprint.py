"""What kind of trouble an incident is: equal fingerprints are the same kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.logs.families import Rank, family_of
from bot.domain.logs.template import template
from bot.domain.moves import Kind
from bot.domain.severity import Severity, kind_of, row

NEWER = timedelta(minutes=30)  # an error last seen longer before it began is not of this trouble
LONGEST = 120  # characters of one part
LONGEST_TEXT = 300  # characters of an outside text that are looked at

# One and the same trouble, met at different moments.
SAME = {
    "service:crashed": "service:crash",
    "service:crash_loop": "service:crash",
    "postgres:starting": "postgres:refused",
    "postgres:connections": "postgres:saturated",
}
FALLS = frozenset({"service:crashed", "service:crash_loop"})
STATES = {"crash loop": "crash_loop"}  # of evidence S1, where it is no code
FINE = frozenset({"", "ok", "running", "deploying", "unknown"})
GRAVE = frozenset({Severity.P0, Severity.P1})
# Here the errors in the log are those of the victims, or of somebody else.
SAYS_ALL = frozenset(
    {
        "service:out_of_memory",
        "service:suspended",
        "service:memory",
        "service:deploy_stuck",
        "telegram:token",
        "telegram:webhook",
        "logs:rate_limit",
        "logs:disk_full",
    }
)
MUTE = frozenset({"postgres", "certificate", "statuspage", "reach", "alert"})
OWN_ERRORS = frozenset({"postgres:error", "postgres:slow"})
NAMED = frozenset({"sql", "job", "heartbeat", "alert"})  # the name of the check says what fails
OF_OTHERS = frozenset({"statuspage", "reach"})  # here that of the service does
ORDER = ("postgres", "service", "http", "telegram", "logs")
LEVELS = frozenset({"CRITICAL", "ERROR", "WARNING", "FATAL"})  # a line without an exception
KILLED = re.compile(r"memory limit|out of memory|\boom\b", re.IGNORECASE)
ODD = re.compile(r"[^\w.:@<>#-]+")
FIGURES = re.compile(r"\d{3,}|\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b|(?<=[_-])\d+\b")


@dataclass(frozen=True)
class Fingerprint:
    """`check` is its kind and code, `error` the type and the place in the program's own code.

    As text it is `service:crash|code_error|TypeError@handlers.start`; "" where nothing is known.
    """

    check: str = ""
    category: str = ""
    error: str = ""

    def __str__(self) -> str:
        known = self.check or self.error
        return f"{self.check}|{self.category}|{self.error}" if known else ""

    @classmethod
    def read(cls, text: str) -> Fingerprint:
        """Take apart what `str` made of one; of any other text as much as there is."""
        check, category, error = (*text.split("|", 2), "", "")[:3]
        return cls(check, category, error)

    @property
    def names_error(self) -> bool:
        """Whether the error has its place in the program."""
        return "@" in self.error

    @property
    def what_failed(self) -> str:
        """The kind of the check and its code, without the name of what it looked at."""
        return self.check.partition("@")[0]

    @property
    def words(self) -> tuple[str, ...]:
        """The check and the category as one word each, to be found by."""
        parts = (self.check, self.category)
        return tuple(re.sub(r"\W+", "_", part).strip("_") for part in parts if part)


def fingerprint(incident: Incident) -> Fingerprint:
    """Of the newest spell; what was known first counts, so that it stays what it was.

    Restarts, versions, ids, figures and the service's name leave no mark on it.
    """
    found = tuple(e for event in incident.spell for e in event.evidence)
    check = _root(incident, found)
    said_by_all = check.partition(":")[0] in MUTE and check not in OWN_ERRORS
    logs = top_logs(incident)
    if said_by_all or check in SAYS_ALL or logs is None:
        return Fingerprint(check)
    return Fingerprint(check, category_of(logs), error_of(logs))


def top_logs(incident: Incident) -> Evidence | None:
    """The first log evidence whose errors go on until the trouble began, or near it."""
    found = (e for event in incident.spell for e in event.evidence)
    return next((e for e in _told_by("logs", found) if _is_of(incident, e)), None)


def category_of(logs: Evidence) -> str:
    """The category of the log analysis; where it was not handed on, that of the top error."""
    said = logs.fact("category")
    if said is None:
        family = family_of((logs.fact("top_error") or "")[:LONGEST_TEXT])
        said = family.category if family and family.rank > Rank.CONSEQUENCE else ""
    return "" if said == "none" else _part(said)


def error_of(logs: Evidence) -> str:
    """`TypeError@handlers.start`; of a plain line its template."""
    kind, _, message = (logs.fact("top_error") or "")[:LONGEST_TEXT].partition(": ")
    if kind in LEVELS:
        return _part(f"line:{template(message)}")
    where = ".".join((logs.fact("top_where") or "")[-LONGEST_TEXT:].split(".")[-2:])
    kind = kind.rpartition(".")[2]
    return _part(f"{kind}@{where}" if where and kind else kind)


def _root(incident: Incident, found: Sequence[Evidence]) -> str:
    """What the rest follows from: the database, else the process, else what was found first.

    The platform and the database are taken at their word, also where no check of them failed.
    """
    failing, told = _checks(incident, incident.spell), list(_told(found))
    grave = [check for check in (*failing, *told) if _is_grave(check)]
    early = sorted(_checks(incident, _until_first_look(incident)))
    check = min(grave or early or failing or told, key=_place, default="")
    if check in FALLS and _was_killed(incident, found):
        return "service:out_of_memory"
    return SAME.get(check, check)


def _checks(incident: Incident, events: Iterable[Event]) -> list[str]:
    failing = (e for e in events if e.kind in {Kind.DETECTED, Kind.JOINED} and e.check)
    return [_check(e, incident.named(e)[0]) for e in failing]


def _check(event: Event, service: str) -> str:
    kind = kind_of(event.check)
    about = event.check.partition(":")[2] if kind in NAMED else ""
    about = service if kind in OF_OTHERS else about
    return _part(f"{kind}:{event.code}@{about}" if about else f"{kind}:{event.code}")


def _until_first_look(incident: Incident) -> tuple[Event, ...]:
    """What fails later joins sooner or later by chance."""
    looks = [n for n, e in enumerate(incident.spell) if e.kind is Kind.TRIAGED]
    return incident.spell[: looks[0]] if looks else incident.spell


def _told(found: Sequence[Evidence]) -> Iterator[str]:
    """What the platform and the database said of themselves first that is not fine."""
    for kind, source in (("postgres", "database"), ("service", "service")):
        states = (e.fact("state") or "" for e in _told_by(source, found))
        state = next((s for s in states if s not in FINE), "")
        if state:
            yield _part(f"{kind}:{STATES.get(state, state)}")


def _is_grave(check: str) -> bool:
    kind, _, code = check.partition(":")
    worse = kind in {"postgres", "service"} and row(kind, code).severity in GRAVE
    return worse and check not in OWN_ERRORS


def _place(check: str) -> int:
    kind = check.partition(":")[0]
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _was_killed(incident: Incident, found: Sequence[Evidence]) -> bool:
    """Several kills in a row are called a crash loop: the words tell them apart."""
    notes = [e.note for e in incident.spell if kind_of(e.check) == "service"]
    states = [e.summary for e in _told_by("service", found)]
    return any(KILLED.search(text[:LONGEST_TEXT]) for text in (*notes, *states))


def _told_by(source: str, found: Iterable[Evidence]) -> Iterator[Evidence]:
    return (e for e in found if e.source == source and e.found is Found.SOMETHING)


def _is_of(incident: Incident, logs: Evidence) -> bool:
    """Whether its errors are not all long past; where no time is told they count."""
    try:
        last = datetime.fromisoformat(logs.fact("last_error") or "")
        return last >= incident.began_at - NEWER
    except (ValueError, TypeError, OverflowError):  # no time, or one without its zone
        return True


def _part(text: str) -> str:
    plain = ODD.sub("_", text[: 4 * LONGEST]).strip("_")
    return FIGURES.sub("#", plain)[:LONGEST]
