"""The question on a card: what exactly is asked, on what grounds, who may answer until when."""

from __future__ import annotations

from datetime import datetime

from bot.domain.incident import Event, Incident
from bot.domain.remedy import Proposal
from bot.domain.rules import Rules

from .acts import act_of
from .words import NAME, bold, code, esc, exact, flat, small


def question(incident: Incident, rules: Rules, now: datetime) -> str:
    """The confirmation that is open, or why nothing is offered."""
    asked = live_question(incident, now)
    if asked is None:
        return small(why_no_offer(incident)) if not incident.proposals else ""
    offer = incident.proposal(asked.offer)
    if offer is None or asked.expires_at is None:
        return ""
    until = exact(asked.expires_at, rules.zone)
    grounds = f" ({', '.join(offer.evidence)})" if offer.evidence else ""
    return "\n".join(
        (
            bold(act_of(offer.action).question.format(flat(offer.service or incident.service, 20))),
            esc(offer.effect, 240),
            *(f"{bold(label)}: {esc(line, 120)}" for label, line in consequences(offer)),
            f"{esc(offer.why[:1].upper() + offer.why[1:], 160)}{grounds}",
            *(f"{bold(label)}: {esc(line, 120)}" for label, line in offer.brief),
            small(
                f"{flat(asked.by, NAME)} asked. {whose_yes(offer, rules)} until {until}, or type:"
            ),
            f"{code(f'/approve {asked.ask}')}  {code(f'/deny {asked.ask}')}",
        )
    )


def whose_yes(offer: Proposal, rules: Rules) -> str:
    """Who may say yes, and what comes of it where nothing is called."""
    dry = "Dry run: nothing will be called. " if rules.dry_run else ""
    return f"{dry}{'Somebody else taps' if offer.action in rules.two_people else 'Tap'}"


def consequences(offer: Proposal) -> list[tuple[str, str]]:
    """Who feels it, and how it is undone."""
    said = (("Felt by", offer.radius), ("Undo", offer.undo))
    return [(label, line) for label, line in said if line]


def why_no_offer(incident: Incident) -> str:
    if incident.triage:
        return "I have no action that fits this: it needs a person."
    return "Looking again…" if incident.evidence else "Looking into it…"


def live_question(incident: Incident, now: datetime) -> Event | None:
    asked = incident.asked
    return asked if asked and asked.expires_at and now < asked.expires_at else None
