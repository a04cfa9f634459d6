"""What can be tapped on a card: the acts on offer, the ways out, who has it, how bad it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.afterwards import Matter
from bot.domain.chosen import choices
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
from .ways import MOST
from .words import flat

MOST_ROWS = 4  # of buttons: on a phone more is a wall
ABREAST = 2  # so many have room for their names
WAY = 40  # units of a checklist's name


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
    below = [() if incident.holder else have_it(incident)]
    below += [severities(incident)] if by_hand(incident) else []
    below = [row for row in below if row]
    every = [*ways_out(incident), *offers(incident)]
    return (*shared(every, MOST_ROWS - len(below)), *below)


def shared(every: Sequence[Button], most: int) -> Iterator[tuple[Button, ...]]:
    """The first has a row to itself; the others share what is left.

    What finds no room is typed: /option takes the letters, /act lists the acts.
    """
    yield from ((button,) for button in every[:1])
    others = every[1 : 1 + ABREAST * (most - 1)]
    across = 1 if len(others) < most else ABREAST
    yield from (tuple(others[n : n + across]) for n in range(0, len(others), across))


def ways_out(incident: Incident) -> Iterator[Button]:
    """The letters of "Which option?": an act asks for itself, a checklist is chosen."""
    best = incident.cause.recommended if incident.cause else None
    for n, (letter, option) in enumerate(choices(incident)[:MOST]):
        if option.act:
            if act := incident.proposal(incident.renewed(option.act)):
                yield offer_button(incident, act, letter, is_best=n == best)
        else:
            name = f"{letter} 🧭 {flat(option.name, WAY)}"
            style = "primary" if n == best else ""
            yield Button(name, "option", incident.id, f"{letter} {option.name}", style)


def offers(incident: Incident) -> Iterator[Button]:
    """The acts that no letter stands for.

    Without letters the first stands out: the evidence points to it most.
    """
    lettered = {incident.renewed(option.act) for _, option in choices(incident)[:MOST]}
    for n, offer in enumerate(incident.proposals):
        if offer.id not in lettered:
            yield offer_button(incident, offer, is_best=n == 0 and not lettered)


def offer_button(
    incident: Incident, offer: Proposal, letter: str = "", *, is_best: bool = False
) -> Button:
    act = act_of(offer.action)
    style = "primary" if is_best and not was_tried(incident, offer) else ""
    if waits_for_it(incident, offer):
        button = added(offer.service or incident.service, incident.id, style)
    else:
        more = "" if offer.risk is Risk.LOW else "…"  # a question follows
        button = Button(f"{act.icon} {act.verb}{more}", "ask", incident.id, offer.id, style)
    return replace(button, label=f"{letter} {button.label}".strip())


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
