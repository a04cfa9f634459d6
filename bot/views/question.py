"""The answer to a question: what is known, on which evidence, how sure; what is not, plainly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.cause import Claim, Sure
from bot.domain.evidence import Evidence
from bot.domain.incident import Incident
from bot.domain.moves import Status
from bot.domain.narration.brief import Told
from bot.domain.question import Question
from bot.domain.rules import Rules

from .acts import ACTS, act_of
from .cause import provenance
from .known import known
from .message import Message
from .words import NAME, bold, clock, esc, flat, plural, small

ASKED = 200  # units of the question that are repeated
REPLY = 1_200
MOST_CLAIMS, MOST_OPEN, MOST_LOOKED = 5, 3, 6
SURE = {
    Sure.CONFIRMED: "Likely",  # an answer is never surer than that
    Sure.LIKELY: "Likely",
    Sure.INCONCLUSIVE: "Not sure",
}
# How an act is spoken of; one that is not here by its noun.
SPOKEN = {
    "restart": r"restart\w*",
    "rollback": r"roll(?:ed|ing|s)?[ -]?backs?",
    "restart-database": r"restart\w* (?:of )?(?:the |its )?database|database restart\w*",
}


def looking(question: Question) -> Message:
    """What stands there until the answer does."""
    first = asked(question)
    return Message(f"{first}\n{small('Looking…')}", f"#{question.incident}: looking…")


def answered(question: Question, told: Told, incident: Incident, rules: Rules) -> Message:
    """What a model has answered, as far as it stood the check."""
    cause = told.cause
    body = (
        esc(cause.cause, REPLY),
        *(claimed(claim) for claim in cause.claims[:MOST_CLAIMS]),
        not_known(cause.not_checked),
        looked_at(told.looked),
        on_offer(cause.cause, incident),
        small(" · ".join((SURE[cause.sure], as_of(incident, rules), *provenance(cause)))),
    )
    text = "\n".join((asked(question), *filter(None, body)))
    return Message(text, f"#{question.incident}: {flat(cause.cause, 300)}")


def by_rules(question: Question, why: str, incident: Incident, rules: Rules) -> Message:
    """What code alone can tell, with one line on why no model answers."""
    lines = (asked(question), f"🤖 {esc(why, 200)}", *known(incident, question.text, rules))
    text = "\n".join((*lines, small(as_of(incident, rules))))
    return Message(text, f"#{question.incident}: {flat(why, 200)}")


def asked(question: Question) -> str:
    who = f"{flat(question.by, NAME)} asks about #{question.incident}:"
    return f"❓ {bold(who)} {esc(question.text, ASKED)}"


def claimed(claim: Claim) -> str:
    return f"• {esc(claim.text, 180)} {bold(claim.evidence)} “{esc(claim.quote, 140)}”"


def not_known(open_: Sequence[str]) -> str:
    if not open_:
        return ""
    more = len(open_) - MOST_OPEN
    said = "; ".join(flat(one, 120).rstrip(".") for one in open_[:MOST_OPEN])
    return f"Not known: {esc(said, 400)}{f'; and {more} more' if more > 0 else ''}"


def looked_at(looked: Sequence[Evidence]) -> str:
    """What it has looked up besides what was known."""
    named = [f"{flat(e.source, 40)} ({e.id})" for e in looked[:MOST_LOOKED]]
    return f"Looked up: {esc(', '.join(named), 300)}" if named else ""


def on_offer(said: str, incident: Incident) -> str:
    """Of each act that an answer speaks of, whether people can have it: an answer does nothing."""
    if incident.status is not Status.OPEN:
        return ""
    offered = {offer.action for offer in incident.proposals}
    spoken = tuple(spoken_of(said, (*ACTS, *sorted(offered - {*ACTS}))))
    on, off = names(a for a in spoken if a in offered), names(a for a in spoken if a not in offered)
    lines = [f"On the card: {on}."] if on else []
    return " ".join((*lines, f"Not on offer: {off}.") if off else lines)


def spoken_of(said: str, acts: Iterable[str]) -> Iterator[str]:
    """The longest name first: a restart of the database is no restart of the service."""
    for act in sorted(acts, key=len, reverse=True):
        words = SPOKEN.get(act) or re.escape(act_of(act).noun)
        rest = re.sub(rf"\b(?:{words})\b", " ", said, flags=re.IGNORECASE)
        if rest != said:
            yield act
        said = rest


def names(acts: Iterable[str]) -> str:
    return esc(", ".join(act_of(act).noun for act in acts))


def as_of(incident: Incident, rules: Rules) -> str:
    """Of when the evidence is."""
    looked = [e for e in incident.timeline if e.evidence]
    if not looked:
        return "Nothing has been looked into yet"
    number = len(incident.evidence)
    return f"From {plural(number, 'look')} as of {clock(looked[-1].at, rules.zone)}"
