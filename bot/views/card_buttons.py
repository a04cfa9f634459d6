"""What can be tapped on a card: the acts on offer, the ways out, who has it, how bad it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.domain.afterwards import Matter
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Proposal, Risk
from bot.domain.severity import Severity

from .acts import act_in, act_of
from .afterwards import answers
from .card_question import live_question
from .headline import over
from .message import Button
from .variables import added, waits_for_it
from .ways import letters

MOST_ROWS = 4  # of buttons: on a phone more is a wall
ABREAST = 2  # so many acts have room for their names


def buttons(incident: Incident, now: datetime) -> tuple[tuple[Button, ...], ...]:
    if incident.status is Status.VERIFYING and not incident.holder:
        return (have_it(incident),)
    if over(incident):
        rows = ((settled_button(incident, e),) for e in incident.left)
        return tuple(filter(None, [*rows, answers(incident, Matter.GOAL)]))
    if incident.status is not Status.OPEN:
        return ()
    if asked := live_question(incident, now):
        return (yes_or_no(incident, asked),)
    rest = [letters(incident), () if incident.holder else have_it(incident)]
    rest += [severities(incident)] if by_hand(incident) else []
    below = [row for row in rest if row]
    return (*offers(incident, MOST_ROWS - len(below)), *below)


def offers(incident: Incident, most: int) -> Iterator[tuple[Button, ...]]:
    """What the evidence points to most has a row to itself; the rest shares what is left.

    What finds no room is typed: /act lists it.
    """
    known = [offer_button(incident, p, n) for n, p in enumerate(incident.proposals)]
    yield from ((button,) for button in known[:1])
    others = known[1 : 1 + ABREAST * (most - 1)]
    across = 1 if len(others) < most else ABREAST
    yield from (tuple(others[n : n + across]) for n in range(0, len(others), across))


def offer_button(incident: Incident, offer: Proposal, place: int) -> Button:
    """The first is what the evidence points to most: it alone stands out."""
    act = act_of(offer.action)
    style = "" if place or was_tried(incident, offer) else "primary"
    if waits_for_it(incident, offer):
        return added(offer.service or incident.service, incident.id, style)
    more = "" if offer.risk is Risk.LOW else "…"  # a question follows
    return Button(f"{act.icon} {act.verb}{more}", "ask", incident.id, offer.id, style)


def was_tried(incident: Incident, offer: Proposal) -> bool:
    started = (incident.offered(event.offer) for event, _ in incident.tried)
    return any(one is not None and one.meant == offer.meant for one in started)


def settled_button(incident: Incident, left: Event) -> Button:
    which = f" {left.step}" if len(incident.left) > 1 else ""
    return Button(f"☑️ To-do{which} is done", "settle", incident.id, str(left.step))


def yes_or_no(incident: Incident, asked: Event) -> tuple[Button, ...]:
    verb = act_in(asked.offer).verb.lower()
    return (
        Button(f"✅ Yes, {verb}", "approve", incident.id, asked.ask, "danger"),
        Button("✖️ No", "deny", incident.id, asked.ask),
    )


def have_it(incident: Incident) -> tuple[Button, ...]:
    return (Button("👀 I have it", "ack", incident.id),)


def by_hand(incident: Incident) -> bool:
    """Opened by a person who has not said yet how bad it is."""
    by_person = incident.spell[0].severity is None
    return by_person and not any(e.kind is Kind.SEVERITY for e in incident.spell)


def severities(incident: Incident) -> tuple[Button, ...]:
    return tuple(Button(s, "severity", incident.id, s) for s in Severity)
