"""What came of it: what was tried, what others put live, how it ended, and what nobody proved."""

from __future__ import annotations

from bot.domain.autopilot import by_itself
from bot.domain.incident import Event, Incident
from bot.domain.moves import BEGINS_PROOF, Kind
from bot.domain.proof import NEW_ERROR
from bot.domain.rules import Rules

from .acts import act_in
from .headline import over
from .proof import not_proved
from .words import NAME, clock, esc, flat

ALONE = "done by the autopilot"
MOST_TRIED = 4
MOST_DEPLOYS = 2


def how_it_ended(incident: Incident) -> str:
    """One clause on what put it right, as far as is known."""
    end, began, act = over(incident), incident.last(*BEGINS_PROOF), incident.act
    if end is None:
        return "Not over yet"
    if end.kind is Kind.OVERRIDDEN:
        return f"{flat(end.by, NAME)} closed it without proof: {flat(end.note).rstrip('.')}"
    if began and began.kind is Kind.HEALED and began.by_id:
        return f"Recovered after {flat(began.by, NAME)} said that it was fixed"
    by_people = which_deploy(incident)
    if act is None:
        return f"Recovered after {by_people}" if by_people else "Recovered without an act of ours"
    name, by = act_in(act.offer).noun, f"approved by {flat(act.by, NAME)}"
    if began and began.kind is Kind.HEALED:
        how = f"after {by_people}" if by_people else "by itself"
        return f"Recovered {how}; the {name} before {had_not_helped(incident)}"
    unsure = " (not confirmed by the platform)" if began and began.kind is Kind.UNKNOWN else ""
    also = f"; {by_people} followed" if by_people else ""
    return f"Recovered after {name}, {ALONE if by_itself(act) else by}{unsure}{also}"


def which_deploy(incident: Incident) -> str:
    """The newest deploy of people's after the last act, in words that follow "after"."""
    act = incident.act
    later = [e for e in incident.deploys if act is None or e.at > act.at]
    return f"deploy {flat(later[-1].note, 90)}" if later else ""


def had_not_helped(incident: Incident) -> str:
    _, seen = incident.tried[-1] if incident.tried else (None, None)
    return "was not enough" if seen and seen.code == NEW_ERROR else "had not helped"


def unproved(incident: Incident, rules: Rules) -> str:
    """What a person's word stands in for."""
    end = over(incident)
    if end is None or end.kind is not Kind.OVERRIDDEN:
        return ""
    return f"⚪ {esc(what_had_not_held(incident, rules), 400)}"


def what_had_not_held(incident: Incident, rules: Rules) -> str:
    missing = not_proved(incident, rules)
    return f"Not proved when it was closed: {', '.join(missing)}."


def attempts(incident: Incident, rules: Rules) -> str:
    """What was tried in this spell and was not enough, struck off."""
    return "\n".join(attempt(*one, rules) for one in incident.tried[-MOST_TRIED:])


def attempt(started: Event, seen: Event, rules: Rules) -> str:
    at = started.at.astimezone(rules.zone).strftime("%H:%M")
    name = esc(act_in(started.offer).noun, 30)
    return f"✖️ Tried: <s>{name}</s> at {at}: {VAIN[seen.code == NEW_ERROR]}"


VAIN = {False: "did not help", True: "back, but with a new error"}


def deployed(incident: Incident, rules: Rules) -> str:
    """What people have put live meanwhile."""
    watching = "" if over(incident) else "; watching whether it helps"
    return "\n".join(
        f"🚀 A new deploy went live at {clock(e.at, rules.zone)}: {esc(e.note, 120)}{watching}"
        for e in incident.deploys[-MOST_DEPLOYS:]
    )
