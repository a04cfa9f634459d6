"""Variables that may be set and shown: what may be set, how they stand, what waits for a deploy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .evidence import Evidence, found_by
from .incident import Incident
from .moves import Kind
from .redact import redact
from .redact.names import SEGMENT, Says, says
from .remedy import Proposal

SOURCE = "variables"
LONGEST = 200  # characters of a value
PRINTABLE = re.compile(r"[\x20-\x7e]*")
ADDRESSES = frozenset({"dsn", "url", "uri", "webhook"})  # a password may stand in them
DEPLOYS = " with commit "  # between what a feature's act sets and what it deploys


@dataclass(frozen=True)
class Known:
    """How the variables stand at the platform: by name, and those that are not set.

    What is `hidden` is set and not fit to be shown; `waiting` was set by an act of ours since the
    deploy that runs began.
    """

    values: Mapping[str, str]
    unset: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()

    def said(self, name: str) -> str:
        """`LOG_LEVEL=INFO`, `LOG_LEVEL unset`."""
        if name in self.values:
            return f"{name}={self.values[name]}"
        return f"{name} {'hidden' if name in self.hidden else 'unset'}"

    def state(self, names: Iterable[str]) -> str:
        """What an approval rests on, as `remedy.Live` has it."""
        return f"set to {', '.join(self.said(name) for name in names)}"


def known(values: Mapping[str, str | None], waiting: Iterable[str] = ()) -> Known:
    """Sort what was read; None is not set."""
    there = {name: value for name, value in values.items() if value is not None}
    shown = {name: value for name, value in there.items() if not why_not(name, value)}
    return Known(
        shown,
        unset=frozenset(values.keys() - there.keys()),
        hidden=frozenset(there.keys() - shown.keys()),
        waiting=frozenset(waiting),
    )


def may_be_secret(name: str) -> bool:
    """Whether a name says that its value may be a secret, or an address that holds one."""
    parts = {part.lower() for part in SEGMENT.findall(name)}
    tells = any(part in ADDRESSES or part.endswith("pass") for part in parts)
    return tells or says(name) is not Says.NOTHING


def why_not(name: str, value: str) -> str:
    """Why that value may be neither set nor shown, or ""."""
    if may_be_secret(name):
        return f"{name} may be a secret: set it on the dashboard"
    if not value or len(value) > LONGEST:
        return f"a value has 1 to {LONGEST} characters"
    if not PRINTABLE.fullmatch(value) or value != value.strip():
        return "a value has plain characters only, and no blanks around it"
    if redact(f"{name}={value}") != f"{name}={value}" or redact(value) != value:
        return "that value looks like a secret: set it on the dashboard"
    return ""


def facts(found: Known) -> tuple[tuple[str, str], ...]:
    """As evidence keeps them."""
    several = {"unset": found.unset, "hidden": found.hidden, "waiting": found.waiting}
    return (
        *((f"is.{name}", value) for name, value in found.values.items()),
        *((fact, ",".join(sorted(names))) for fact, names in several.items()),
    )


def read(evidence: Iterable[Evidence]) -> tuple[str, Known] | None:
    """The evidence's id and what it tells; None: it was not read."""
    one = found_by(SOURCE, evidence)
    if one is None:
        return None
    values = {n.removeprefix("is."): v for n, v in one.facts if n.startswith("is.")}
    unset, hidden, waiting = (_names(one, fact) for fact in ("unset", "hidden", "waiting"))
    return one.id, Known(values, unset, hidden, waiting)


def _names(one: Evidence, fact: str) -> frozenset[str]:
    return frozenset(name for name in (one.fact(fact) or "").split(",") if name)


def wanted_by(proposal: Proposal) -> tuple[str, str, str]:
    """The name, the value, and the commit that is deployed with it, if one is."""
    said, _, commit = proposal.target.rpartition(DEPLOYS)
    if proposal.action != "feature":
        said, commit = proposal.target, ""
    name, _, value = said.partition("=")
    return name, value, commit


def set_since(incident: Incident, deployed: datetime) -> Mapping[str, str]:
    """What acts of this incident have asked for since then: the newest value of each name."""
    found = {}
    for event in incident.timeline:
        proposal = incident.offered(event.offer) if event.kind is Kind.STARTED else None
        if proposal and proposal.action in {"set-variable", "feature"} and event.at > deployed:
            name, value, _ = wanted_by(proposal)
            found[name] = value
    return found
