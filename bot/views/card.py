"""The one message of an incident, edited in place: what is wrong, what was found, whose turn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.autopilot import plan_of
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import BEGINS_PROOF, Kind, Status
from bot.domain.proof import regressed
from bot.domain.remedy import Course
from bot.domain.rules import Rules
from bot.domain.why.blame import blame

from .acts import act_of
from .afterwards import goal
from .autopilot import will_do
from .card_buttons import buttons, by_hand
from .card_question import live_question, question
from .cause import held_back, ids, on_card
from .headline import headline, over
from .message import Message
from .outcome import attempts, deployed, how_it_ended, unproved
from .proof import proof, whole
from .recent import lately
from .variables import guide
from .ways import which_option
from .words import NAME, bold, clock, code, esc, exact, flat, folded, small, span

NOWHERE: Mapping[str, str] = {}
MOST_FAILING = 8  # lines of a card
ASIDE = 900  # units of what is folded away
NAMES = {
    "service": "Service",
    "logs": "Logs",
    "database": "Database",
    "inside": "From inside",
    "deploys": "Deploys",
    "dependencies": "Leans on",
    "changes": "Changes",
    "environment": "Environment",
    "variables": "Variables",
    "metrics": "Usage",
    "similar": "Memory, not proof",
    "runbook": "Runbook",
}


def card(
    incident: Incident, rules: Rules, now: datetime, places: Mapping[str, str] = NOWHERE
) -> Message:
    """Show the incident as it stands. Pure: the same incident and time give the same card.

    `places` are the dashboard's ids of its service, for links.
    """
    first = headline(incident, rules)
    parts = [
        f"{bold(first)}\n{small(about(incident, rules, now))}",
        *BODY[incident.status](incident, rules, now),
        "" if live_question(incident, now) else guide(incident, places),
    ]
    return Message(
        html="\n\n".join(p for p in parts if p),
        minimal=f"{first} (#{incident.id}; /status tells more)",
        rows=buttons(incident, now),
    )


def superseded(incident: Incident) -> Message:
    """What an earlier card turns into: no buttons."""
    why = incident.last(Kind.DETECTED, Kind.RETURNED)
    again = why is not None and why.kind is Kind.DETECTED
    how = " failed again; its new card is below." if again else ": newer card below."
    text = f"⚪ #{incident.id} {flat(incident.service, 20)}{how}"
    return Message(html=esc(text), minimal=text)


def about(incident: Incident, rules: Rules, now: datetime) -> str:
    has = "had" if over(incident) else "has"
    having = f" · {flat(incident.holder, NAME)} {has} it" if incident.holder else ""
    again = f" · failed again {incident.relapses}×" if incident.relapses else ""
    return f"Incident #{incident.id}{having}{again}{wavering(incident, rules, now)}"


def wavering(incident: Incident, rules: Rules, now: datetime) -> str:
    """That it comes and goes, and how often: one card says it, not one page each time."""
    times = incident.fell_again(now - rules.flaps_within)
    if times < rules.flaps:
        return ""
    return f" · flapping: failed {times + 1}× in {span(now - incident.began_at)}"


def open_body(incident: Incident, rules: Rules, now: datetime) -> list[str]:
    return [
        small(incident.away.note) if incident.away else "",
        small(will_do(incident, rules)) if plan_of(incident) else "",
        failing(incident, "What failed" if regressed(incident) else "What fails"),
        setback(incident),
        attempts(incident, rules),
        deployed(incident, rules),
        todo(incident),
        "\n".join(filter(None, (cause(incident), lately(incident)))),
        findings(incident),
        held(incident, rules),
        question(incident, rules, now) or which_option(incident),
        small(HOW_BAD) if by_hand(incident) else "",
    ]


def acting_body(incident: Incident, rules: Rules, now: datetime) -> list[str]:
    return [failing(incident), running(incident, rules, now)]


def verifying_body(incident: Incident, rules: Rules, now: datetime) -> list[str]:
    began = incident.last(*BEGINS_PROOF)
    act = incident.approved if began and began.kind is Kind.UNKNOWN else None
    what = f"{esc(act_of(act.action).noun.capitalize())}: " if act else ""
    said = f"{MARKS[began.kind]} {what}{esc(began.note, 200)}" if began else ""
    steps = "\n".join([whole(incident, rules, now), *proof(incident, rules, now)])
    return [
        failing(incident, "What failed"),
        attempts(incident, rules),
        "\n".join(filter(None, (said, deployed(incident, rules)))),
        todo(incident),
        steps,
        small(NOT_BEFORE),
    ]


NOT_BEFORE = "It is not called resolved before every line holds."


def over_body(incident: Incident, rules: Rules, now: datetime) -> list[str]:
    end = over(incident)
    how = esc(how_it_ended(incident))
    when = f" · {clock(end.at, rules.zone)}" if end else ""
    reported = incident.last(Kind.REPORTED)
    file = f"Report: {code(reported.note)}" if reported else small("The report is being written.")
    steps = proof(incident, rules, now) if end and end.kind is Kind.RECOVERED else []
    return [
        how + when,
        unproved(incident, rules),
        "\n".join(steps),
        attempts(incident, rules),
        file,
        todo(incident),
        goal(incident),
    ]


def todo(incident: Incident) -> str:
    """What an act has left for a person to do."""
    return "\n".join(f"📌 {bold('Still to do')}: {esc(e.note, 250)}" for e in incident.left)


HOW_BAD = "How bad is it? P0 down · P1 partly working · P2 one feature · P3 cosmetic"
BODY = {
    Status.OPEN: open_body,
    Status.APPROVED: acting_body,
    Status.RUNNING: acting_body,
    Status.VERIFYING: verifying_body,
    Status.RESOLVED: over_body,
    Status.CLOSED: over_body,
}
MARKS = {Kind.RAN: "✔️", Kind.UNKNOWN: "❔", Kind.HEALED: "↗️"}


def cause(incident: Incident) -> str:
    return on_card(incident.cause) if incident.cause else ""


def failing(incident: Incident, head: str = "What fails") -> str:
    first = incident.spell[0]
    said = [] if first.check else [f"{esc(first.by, NAME)}: {esc(first.note, 200)}"]
    rows = [f"• {esc(e.where, 40)}: {esc(e.note, 120)}" for e in incident.failing[:MOST_FAILING]]
    if more := len(incident.failing) - MOST_FAILING:
        rows += [f"• and {more} more"] if more > 0 else []
    return "\n".join([*said, *([bold(head), *rows] if rows else [])])


def setback(incident: Incident) -> str:
    """What came of the last act where it is not over, until a newer act is under way."""
    kinds = (*SETBACKS, Kind.DETECTED, Kind.ANSWERED)
    latest = incident.last(*kinds)
    if latest is None or latest.kind not in SETBACKS:
        return ""
    return f"{SETBACKS[latest.kind]} {esc(latest.note, 200)}"


SETBACKS = {
    Kind.PERSISTED: "❌ Not over:",
    Kind.INTERIM: "🔬 The last act:",
    Kind.FAILED: "❌ Not done:",
    Kind.WITHDRAWN: "↩️ Held back:",
}


def findings(incident: Incident) -> str:
    if not incident.evidence:
        return ""
    seen = [e for e in incident.evidence if e.found is not Found.UNREADABLE]
    unread = [e for e in incident.evidence if e.found is Found.UNREADABLE]
    telling = ids(incident.cause) or {e.id for e in seen}
    lines = [bold("What was found"), *(finding(e) for e in seen if e.id in telling)]
    if others := [aside(e) for e in seen if e.id not in telling]:
        lines.append(folded(others, ASIDE))
    if unread:
        names = "; ".join(f"{NAMES.get(e.source, e.source)} ({e.summary})" for e in unread)
        lines.append(small(f"Not checked: {names}"))
    return "\n".join(lines)


def finding(evidence: Evidence) -> str:
    """One line; quotes from the log are folded below it, the rest is in the report."""
    name = NAMES.get(evidence.source, evidence.source)
    text = f"{code(evidence.id)} {esc(name, 20)}: {esc(evidence.summary, 220)}"
    if evidence.source == "logs" and evidence.lines:
        return f"{text}\n{folded(evidence.lines)}"
    return text


def aside(evidence: Evidence) -> str:
    """What was looked at besides, to be unfolded."""
    name = NAMES.get(evidence.source, evidence.source)
    return f"{evidence.id} {name}: {flat(evidence.summary, 160)}"


def held(incident: Incident, rules: Rules) -> str:
    """Acts that are not offered because they cannot help, each with its reason."""
    if not incident.triage:
        return ""
    offered = {p.action for p in incident.proposals}
    why = {one.action: one.why for one in incident.held_back if one.action not in offered}
    why |= blame(incident, incident.evidence, rules.zone).cannot_help
    return "\n".join(held_back(f"No {act_of(a).noun}: {reason}") for a, reason in why.items())


def running(incident: Incident, rules: Rules, now: datetime) -> str:
    approval, started = incident.last(Kind.APPROVED), incident.last(Kind.STARTED)
    offer = incident.approved
    if approval is None or offer is None:
        return ""
    at = exact(approval.at, rules.zone)
    noun = act_of(offer.action).noun.capitalize()
    lines = [f"▶️ {esc(noun)} approved by {esc(approval.by, NAME)} at {at}"]
    if incident.status is Status.RUNNING and started:
        answer = incident.last(Kind.STARTED, Kind.ANSWERED)
        if answer and answer.kind is Kind.ANSWERED:
            lines.append(esc(answer.note, 200))
        lines.append(small(waiting(started, answer, rules, now)))
    return "\n".join(lines)


def waiting(started: Event, answer: Event | None, rules: Rules, now: datetime) -> str:
    if answer and answer.code == Course.UNDER_WAY:
        waited, most = now - answer.at, rules.deploy_within
        return f"Under way, {span(waited)} of at most {span(most)}"
    waited, most = now - started.at, rules.observe_for
    return f"Waiting to see it happen, {span(waited)} of at most {span(most)}"
