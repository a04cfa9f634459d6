"""The cause as the rules have it: what several looks agree on, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo

from bot.domain.cause import Cause, Claim, Option, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.logs.consequences import BRINGS
from bot.domain.recent import SHORT
from bot.domain.remedy import Proposal
from bot.domain.severity import kind_of, row

from .blame import OWN, Blame, Whose, blame
from .signs import WEAK, Sign, signs
from .trouble import NONE, category_of, error_of, fact, looked
from .ways import steps_for, way_of

LONGEST = 300  # characters of a line
COMPARED = 60  # characters by which two errors are the same one
ENOUGH_MEMORY = 0.8  # of the limit: below it, memory is not short
MEANS = OWN | {
    "database_unreachable": "the database cannot be reached",
    "upstream_outage": "a service of others fails",
    "telegram_network": "Telegram cannot be reached",
    "crash_loop": "the process ends again after every start; why is not in its log",
    "hang": "it lives, and does nothing",
    "tls": "a certificate is not accepted",
}
# What a change of ours may bring; until the changes are looked at, their time is a hint.
OF_A_CHANGE = frozenset(
    {
        *("code_error", "import_error", "missing_env_var", "bad_config", "port_binding"),
        *("crash_loop", "hang", "out_of_memory"),
    }
)
# What a check says outright, and no log has to confirm.
OUTRIGHT = {
    "suspended": "the service is suspended",
    "deploy_failed": "its newest deploy failed; the version before keeps serving",
    "deploy_stuck": "its deploy does not come to an end",
    "expiring": "its certificate was not renewed in time",
}


def explain(
    incident: Incident,
    evidence: Sequence[Evidence],
    offers: Sequence[Proposal] = (),
    zone: tzinfo = UTC,
) -> Cause:
    """Write the note from the evidence alone. Pure: the same evidence gives the same note."""
    blamed = blame(incident, evidence, zone)
    known = list(signs(incident, evidence, blamed))
    root = root_of(known)
    if root is None:
        sure, cause, category, claims = _without_sign(incident, evidence)
    else:
        agreeing = [s for s in known if s.category == root or s.category in BRINGS.get(root, ())]
        category, sure = root, how_sure(root, agreeing, evidence)
        cause = _said(root, incident, evidence, blamed)
        claims = _claims(root, agreeing)
    options = tuple(_options(offers, category, evidence, blamed))
    return Cause(
        problem=_problem(incident),
        cause=cause[:LONGEST],
        sure=sure,
        category=category,
        claims=claims,
        contributing=tuple(_contributing(category, evidence, blamed)),
        not_checked=tuple(_not_checked(evidence)),
        discarded=tuple(_discarded(category, evidence, blamed)),
        options=options,
        recommended=0 if options else None,
    )


def root_of(known: Sequence[Sign]) -> str | None:
    """What no other sign brings about; of several what most looks agree on, then the first."""
    found = list(dict.fromkeys(s.category for s in known))
    roots = [c for c in found if not any(c in BRINGS.get(o, ()) for o in found if o != c)] or found
    firm = [c for c in roots if c not in WEAK] or roots
    return max(firm, key=lambda c: len({s.source for s in known if s.category == c}), default=None)


def how_sure(root: str, agreeing: Sequence[Sign], evidence: Sequence[Evidence]) -> Sure:
    """What is measured is sure; what the log says, when a look of another kind agrees."""
    if root in WEAK or (root.startswith("database_") and _stands(looked("database", evidence))):
        return Sure.LIKELY
    strong = {s.source for s in agreeing if s.category == root and s.strong}
    several = len({s.source for s in agreeing}) > 1
    return Sure.CONFIRMED if strong - {"logs"} or (strong and several) else Sure.LIKELY


def _claims(root: str, agreeing: Sequence[Sign]) -> tuple[Claim, ...]:
    """Of what names the root, then of what follows from it: that alone would not name it."""
    own = [s.claim for s in agreeing if s.claim and s.category == root]
    rest = [s.claim for s in agreeing if s.claim and s.category != root]
    return tuple(dict.fromkeys((*own, *rest))) if own else ()


def _stands(database: Evidence | None) -> bool:
    return fact(database, "state") == "ok" and fact(database, "health") in {"", "ok"}


def _without_sign(
    incident: Incident, evidence: Sequence[Evidence]
) -> tuple[Sure, str, str, tuple[Claim, ...]]:
    """No look names a cause: a check may say it outright, else it is not known."""
    for event in incident.failing:
        if said := OUTRIGHT.get(event.code):
            return Sure.CONFIRMED, f"{said}: {event.note}" if event.note else said, NONE, ()
    log = looked("logs", evidence)
    why = fact(log, "why") if fact(log, "verdict") == Sure.INCONCLUSIVE else ""
    said = why or "nothing that was looked at says why"
    return Sure.INCONCLUSIVE, f"Not known: {said}", NONE, ()


def _said(root: str, incident: Incident, evidence: Sequence[Evidence], blamed: Blame) -> str:
    log, database = looked("logs", evidence), looked("database", evidence)
    if root in {"upstream_outage", "telegram_network"} and blamed.who:
        return blamed.line
    if root == category_of(log):
        error, top = error_of(log), fact(log, "top_error")
        where = fact(log, "top_where") if error[:COMPARED] == top[:COMPARED] else ""
        at = f" in {where}" if where else ""
        said = fact(log, "why") or MEANS.get(root, root)
        return f"{said}: {error}{at}" if error else said
    said = MEANS.get(root, root)
    if root == "crash_loop":
        ended = next((e.note for e in incident.failing if kind_of(e.check) == "service"), "")
        return f"{said}; the platform's word: {ended}" if ended else said
    state = fact(database, "state")
    if root.startswith("database_") or (root == "deadlock" and database):
        detail = fact(database, "detail") if state not in {"", "ok"} else ""
        lines = database.lines[:1] if database and not detail else ()
        told = detail or "".join(lines)
        more = (e.note for e in incident.failing if told and e.note.startswith(told))
        return f"{said}: {next(more, told)}" if told else said
    return said


def _problem(incident: Incident) -> str:
    first = next(iter(incident.failing), None)
    if first is None:
        return incident.spell[0].note
    return f"{first.service or incident.service} {row(first.check, first.code).impact}"


def _contributing(category: str, evidence: Sequence[Evidence], blamed: Blame) -> Iterator[str]:
    """What was new, and whose trouble it is. A deploy is not hinted at where it cannot be it."""
    changes, log = looked("changes", evidence), looked("logs", evidence)
    new, strong = fact(log, "new_since"), fact(changes, "strength") == "strong"
    if why := fact(changes, "suspect_why"):
        perhaps = "" if strong else "perhaps "
        name = fact(changes, "suspect_commit")[:SHORT] or fact(changes, "suspect")
        yield f"{perhaps}deploy {name}: {why}"[:LONGEST]
    elif new and category in OF_A_CHANGE and changes is None:
        yield f"these errors are new since deploy {new}"
    if blamed.whose in {Whose.PLATFORM, Whose.BOTH}:
        yield blamed.line


def _not_checked(evidence: Sequence[Evidence]) -> Iterator[str]:
    for one in evidence:
        if one.found is Found.UNREADABLE:
            yield f"{one.source}: {one.summary}"[:LONGEST]
    if gap := fact(looked("changes", evidence), "not_read"):
        yield f"what the deploys changed: {gap}"[:LONGEST]


def _discarded(category: str, evidence: Sequence[Evidence], blamed: Blame) -> Iterator[str]:
    """What a person would ask next, and what speaks against it."""
    service, database = looked("service", evidence), looked("database", evidence)
    if _stands(database) and database and not category.startswith("database_"):
        yield f"the database: {database.summary} ({database.id})"[:LONGEST]
    used, limit = (number(fact(service, n)) for n in ("memory_mb", "memory_limit_mb"))
    if service and used and limit and used < ENOUGH_MEMORY * limit and category != "out_of_memory":
        yield f"memory: {used:.0f} of {limit:.0f} MB ({service.id})"
    changes = looked("changes", evidence)
    if changes and fact(changes, "no_code_cause") == "yes":
        yield f"{changes.summary} ({changes.id})"[:LONGEST]
    yield from (line[:LONGEST] for line in blamed.cleared)


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _options(
    offers: Sequence[Proposal], category: str, evidence: Sequence[Evidence], blamed: Blame
) -> Iterator[Option]:
    """Acts that are on offer and can help, then what only a person can do."""
    if blamed.options:
        yield from blamed.options
        return
    yield from (way_of(o) for o in offers if o.action not in blamed.cannot_help)
    log = looked("logs", evidence)
    told = fact(log, "suggests") if log and category_of(log) == category else ""
    yield from steps_for([s for s in told.split(",") if s], category)
