"""What each look points to: signs of a cause, from the checks that fail and from the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.cause import Claim, Sure
from bot.domain.evidence import Evidence
from bot.domain.incident import Incident
from bot.domain.severity import kind_of, row

from .blame import Blame, Whose
from .case import TELEGRAM
from .trouble import NONE, category_of, ends_by_itself, fact, looked

QUOTED = 160  # characters
# What a failing check says of the cause by itself; the others only say who is hurt.
CHECKS = {
    ("service", "crash_loop"): "crash_loop",
    ("service", "crashed"): "crash_loop",
    ("service", "out_of_memory"): "out_of_memory",
    ("service", "memory"): "out_of_memory",
    ("postgres", "refused"): "database_unreachable",
    ("postgres", "timeout"): "database_unreachable",
    ("postgres", "starting"): "database_unreachable",
    ("postgres", "name"): "database_auth",
    ("postgres", "auth"): "database_auth",
    ("postgres", "saturated"): "database_saturated",
    ("postgres", "connections"): "database_saturated",
    ("postgres", "slow"): "database_slow",
    ("postgres", "blocked"): "deadlock",
    ("postgres", "disk"): "disk_full",
    ("certificate", "expired"): "tls",
    ("certificate", "invalid"): "tls",
    ("telegram", "token"): "upstream_auth",
    ("telegram", "webhook"): "telegram_conflict",
    ("telegram", "deaf"): "hang",
    ("logs", "rate_limit"): "upstream_rate_limit",
    ("logs", "disk_full"): "disk_full",
    ("statuspage", "outage"): "upstream_outage",
    ("reach", "unreachable"): "upstream_outage",
}
# Who ends badly may do so for many reasons: such a sign supports a cause and never makes one sure.
WEAK = frozenset({"crash_loop", "hang"})
# What one look may see for a moment: no sign until its check, which looks again, has found it too.
MOMENTARY = frozenset({"slow"})
FROM_INSIDE = {code: sign for (kind, code), sign in CHECKS.items() if kind == "postgres"} | {
    "unset": "missing_env_var"
}
UNREACHED = frozenset({"database_unreachable", "database_auth"})
SOURCES = {"postgres": "database", "service": "service", "logs": "logs"}  # one look, two names


@dataclass(frozen=True)
class Sign:
    """`source` is the kind of look it comes from: two of one kind are one. `strong`: it is sure."""

    category: str
    source: str
    strong: bool
    claim: Claim | None = None


def signs(incident: Incident, evidence: Sequence[Evidence], blamed: Blame) -> Iterator[Sign]:
    """In the order in which they are believed when nothing else decides."""
    if ends_by_itself(incident):
        yield from (s for s in _failing(incident, evidence) if s)
        return
    log, database, inside = (looked(s, evidence) for s in ("logs", "database", "inside"))
    if log and (category := category_of(log)) != NONE:
        yield Sign(category, "logs", fact(log, "verdict") == Sure.CONFIRMED, claim_of(log))
    if inside and (category := FROM_INSIDE.get(fact(inside, "state"), "")):
        yield Sign(category, "inside", strong=True, claim=claim_of(inside))
    category = _sign_of(database, incident) if database else ""
    if database and category and not _ours_alone(category, inside):
        yield Sign(category, "database", strong=True, claim=claim_of(database))
    settings = looked("environment", evidence)
    if settings and fact(settings, "named"):  # the log names it, and it is not set
        yield Sign("missing_env_var", "environment", strong=True, claim=claim_of(settings))
    yield from (s for s in _failing(incident, evidence) if s)
    if blamed.whose is Whose.THEIRS and (leaning := looked("dependencies", evidence)):
        category = TELEGRAM if "telegram" in blamed.who.casefold() else "upstream_outage"
        yield Sign(category, "dependencies", blamed.sure is Sure.CONFIRMED, claim_of(leaning))


def _failing(incident: Incident, evidence: Sequence[Evidence]) -> Iterator[Sign | None]:
    for event in incident.failing:
        kind = kind_of(event.check)
        category = CHECKS.get((kind, event.code), "")
        inside = looked("inside", evidence)
        if not category or (kind == "postgres" and _ours_alone(category, inside)):
            continue
        source = SOURCES.get(kind, kind)
        known = looked(source, evidence)
        told = known if known and event.note and event.note[:QUOTED] in known.summary else None
        claim = Claim(row(event.check, event.code).reason, told.id, event.note) if told else None
        yield Sign(category, source, category not in WEAK, claim)


def _ours_alone(category: str, inside: Evidence | None) -> bool:
    """Whether it is only us whom the database does not answer."""
    return category in UNREACHED and fact(inside, "state") == "ok"


def _sign_of(database: Evidence, incident: Incident) -> str:
    code = _worst(database)
    if code in MOMENTARY and not any(kind_of(e.check) == "postgres" for e in incident.failing):
        return ""
    return CHECKS.get(("postgres", code), "")


def _worst(database: Evidence) -> str:
    """The state of the connection; where it is good, the first of what is bad inside."""
    state = fact(database, "state")
    return fact(database, "health").partition(",")[0] if state in {"", "ok"} else state


def claim_of(evidence: Evidence) -> Claim:
    """What the evidence says, in its own words."""
    quote = evidence.lines[0] if evidence.source == "logs" and evidence.lines else evidence.summary
    said = fact(evidence, "why") or evidence.source
    return Claim(said, evidence.id, quote[:QUOTED])
