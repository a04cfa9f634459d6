"""What code alone can say to a question: the evidence on what it is about, and where to look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.moves import Kind, Status
from bot.domain.question import Topic, topics
from bot.domain.rules import Rules
from bot.domain.why.blame import blame

from .acts import act_of
from .cause import on_card
from .thread import line
from .words import bold, esc, folded

# The sources that tell of it, and what to type for more.
SOURCES: Mapping[Topic, tuple[str, ...]] = {
    Topic.DEPLOY: ("deploys", "changes"),
    Topic.DATABASE: ("database",),
    Topic.LOG: ("logs",),
    Topic.SETTINGS: ("environment",),
    Topic.USAGE: ("metrics",),
    Topic.PAST: ("similar",),
    Topic.BLAME: ("dependencies",),
    Topic.STATE: ("service",),
}
COMMANDS = {
    Topic.DEPLOY: "/deploys /changes",
    Topic.DATABASE: "/db",
    Topic.LOG: "/logs",
    Topic.SETTINGS: "/env",
    Topic.USAGE: "/metrics",
    Topic.PAST: "/similar",
    Topic.BLAME: "/deps",
    Topic.STATE: "/status /check",
    Topic.CAUSE: "/diagnose /runbook",
    Topic.TRIED: "/report",
}
ALL = "/diagnose /logs /db /deploys /changes /metrics /env /deps /similar /status"
DONE = frozenset(
    {Kind.DENIED, Kind.APPROVED, Kind.WITHDRAWN, Kind.RAN, Kind.FAILED, Kind.UNKNOWN}
    | {Kind.INTERIM, Kind.HEALED, Kind.PERSISTED}
)
MOST_SHOWN = 3  # looks of one topic, as of several services
MOST_DONE = 6
LINES = 500  # units of what is folded away


def known(incident: Incident, question: str, rules: Rules) -> Iterator[str]:
    """Lines of HTML on each topic that its words name; on none of them, what can be asked."""
    about = topics(question)
    if not about:
        yield "Not known. What I can look up without Claude:"
        yield ALL
    for topic in about:
        yield from told(topic, incident, rules)
        yield f"Look now: {COMMANDS[topic]}" if topic in SOURCES else f"More: {COMMANDS[topic]}"


def told(topic: Topic, incident: Incident, rules: Rules) -> Iterator[str]:
    if topic is Topic.TRIED:
        yield from tried(incident, rules)
    elif topic is Topic.CAUSE:
        cause = incident.cause
        yield on_card(cause) if cause else "Not known: nothing has been looked into yet."
    else:
        if topic is Topic.BLAME:
            yield esc(blame(incident, incident.evidence, rules.zone).line)
        yield from seen(topic, incident)


def seen(topic: Topic, incident: Incident) -> Iterator[str]:
    found = [e for e in incident.evidence if e.source in SOURCES[topic]]
    if not found:
        yield "Not known: nobody has looked there in this incident."
    for one in found[:MOST_SHOWN]:
        yield summed_up(one)
        if one.lines and one.found is not Found.UNREADABLE:
            yield folded(one.lines, LINES)


def summed_up(evidence: Evidence) -> str:
    unread = "Not known, it could not be read: " if evidence.found is Found.UNREADABLE else ""
    return f"{bold(evidence.id or evidence.source)} {unread}{esc(evidence.summary, 400)}"


def tried(incident: Incident, rules: Rules) -> Iterator[str]:
    done = [said for e in incident.timeline if e.kind in DONE and (said := line(e, rules))]
    yield from done[-MOST_DONE:] or ["Nothing has been done yet."]
    offers = dict.fromkeys(act_of(offer.action).noun for offer in incident.proposals)
    if offers and incident.status is Status.OPEN:
        yield f"On the card: {esc(', '.join(offers))}."
