"""What is done by itself, told before and after: plainly, with a way to say no."""

from __future__ import annotations

from bot.domain.autopilot import ENDS, by_itself, lead, plan_of
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Proposal
from bot.domain.rules import Rules

from .acts import act_of
from .message import Button, Message
from .words import NAME, bold, clock, esc, exact, flat, small, span

DID = {"restart": "restarted {}", "restart-database": "restarted the database of {}"}
RESULTS = frozenset({Kind.RAN, Kind.FAILED, Kind.UNKNOWN, Kind.WITHDRAWN})
STOPS = "Whatever somebody does in this incident stops it, /ack too."


def planned(incident: Incident, rules: Rules) -> Message | None:
    """The announcement of this spell; once it is settled, what became of it."""
    plan = next((e for e in reversed(incident.spell) if e.kind is Kind.PLANNED), None)
    offer = incident.offered(plan.offer) if plan else None
    if plan is None or offer is None:
        return None
    if plan_of(incident) is None:
        text = f"🤖 {settled(incident, plan)}"
        return Message(html=esc(text), minimal=text)
    first = f"🤖 {will_do(incident, rules)}"
    dry = [small("Dry run: nothing will be called.")] if rules.dry_run else []
    lines = [bold(first), esc(offer.effect, 240), *dry, small(STOPS)]
    return Message(html="\n".join(lines), minimal=first, rows=buttons(incident, offer))


def will_do(incident: Incident, rules: Rules) -> str:
    """One sentence while the plan stands."""
    plan = plan_of(incident)
    offer = incident.offered(plan.offer) if plan else None
    if plan is None or offer is None:
        return ""
    when = f"At {exact(plan.expires_at, rules.zone)}" if plan.expires_at else f"In {half(rules)}"
    return f"{when} I {what(incident, offer)} by myself unless somebody says no"


def half(rules: Rules) -> str:
    return span(lead(rules))


def what(incident: Incident, offer: Proposal) -> str:
    asked = act_of(offer.action).question.format(flat(offer.service or incident.service, 20))
    return asked[:1].lower() + asked[1:].rstrip("?")


def buttons(incident: Incident, offer: Proposal) -> tuple[tuple[Button, ...], ...]:
    act = act_of(offer.action)
    return (
        (Button("✋ Stop", "stop", incident.id),),
        (
            Button(f"{act.icon} Do it now…", "ask", incident.id, offer.id),
            Button("👀 I have it", "ack", incident.id),
        ),
    )


def settled(incident: Incident, plan: Event) -> str:
    """What became of the announcement."""
    after = incident.spell[incident.spell.index(plan) + 1 :]
    end = next((e for e in after if e.kind in ENDS), None)
    if end is None or end.kind in {Kind.HEALED, Kind.PERSISTED}:
        return "Nothing had to be done by itself: the checks passed again."
    if by_itself(end):
        return "Nobody said no: I do it now; what comes of it is told below."
    if end.kind is Kind.STOPPED:
        return f"Nothing is done by itself: {flat(end.note, 160)}."
    return f"Nothing is done by itself: {flat(end.by, NAME)} decided."


def came_of_it(incident: Incident, event: Event, rules: Rules) -> Message | None:
    """What came of an act that was done by itself; None of any other event."""
    if event.kind not in RESULTS:
        return None
    before = incident.timeline[: incident.timeline.index(event)]
    approval = next((e for e in reversed(before) if e.kind is Kind.APPROVED), None)
    offer = incident.offered(approval.offer) if approval else None
    if approval is None or offer is None or not by_itself(approval):
        return None
    began = next((e.at for e in reversed(before) if e.kind is Kind.STARTED), approval.at)
    at, name = clock(began, rules.zone), flat(offer.service or incident.service, 20)
    did = DID.get(offer.action, f"did the {act_of(offer.action).noun} of {{}}").format(name)
    first = {
        Kind.RAN: f"🤖 I {did} by myself at {at}: {flat(approval.note, 60)}",
        Kind.UNKNOWN: f"🤖 I asked for it by myself at {at}; whether it happened is not known",
    }.get(event.kind, f"🤖 I did not {what(incident, offer)} by myself")
    return Message(html=f"{bold(first)}\n{esc(event.note, 240)}", minimal=first)
