"""The questions when it is over: whether to mend it for good, whether to tell the users."""

from __future__ import annotations

from bot.domain.afterwards import Matter, open_matters, proper_fix
from bot.domain.incident import Incident, Phase
from bot.domain.length import about
from bot.domain.moves import Kind
from bot.domain.proof import done

from .headline import hurt, was
from .message import Button, Message
from .words import bold, esc, flat, folded, small

BY_PEOPLE = "Not by me: Yes gives you the words to forward."
NOWHERE = "I send nothing to users myself: the words are below, to be forwarded."


def goal(incident: Incident) -> str:
    """On the final card, where a quick fix was used."""
    if Matter.GOAL not in open_matters(incident):
        return ""
    fix = esc(proper_fix(incident), 200)
    return f"⚠️ A quick fix. For good: {fix}.\n{bold('Add to next session goals?')}"


def users(incident: Incident) -> list[str]:
    """In the all-clear: the draft with its question, or what came of it."""
    if Matter.USERS in open_matters(incident):
        asked = f"{bold('📣 Send notification?')} {small(BY_PEOPLE)}"
        return ["", asked, folded(["The draft:", *words(incident)])]
    if any(e.kind is Kind.DRAFTED for e in incident.spell):
        return ["", small(NOWHERE)]
    return []


def draft(incident: Incident) -> Message | None:
    """The words for users alone, once somebody wants them: as they can be forwarded."""
    if not any(e.kind is Kind.DRAFTED for e in incident.spell):
        return None
    lines = words(incident)
    return Message(html="\n".join(esc(line) for line in lines), minimal=" ".join(lines))


def words(incident: Incident) -> list[str]:
    name = flat(hurt(incident), 40)
    return [
        f"We experienced a temporary issue with {name}.",
        "The issue has been resolved.",
        "",
        f"Impact: {name} {flat(was(incident))}.",
        f"Duration: {felt_for(incident)}.",
        "Current status: fully operational.",
        "",
        "We apologize for any inconvenience.",
    ]


def felt_for(incident: Incident) -> str:
    """Until every check passed: users do not wait for the proof."""
    back = next((e for e in done(incident) if e.phase is Phase.BACK), None)
    return about(back.at - incident.began_at) if back else "not known"


def answers(incident: Incident, matter: Matter) -> tuple[Button, ...]:
    """Yes and no, or nothing where nobody is asked."""
    if matter not in open_matters(incident):
        return ()
    yes = {Matter.GOAL: "📌 Yes, add it", Matter.USERS: "📣 Yes"}[matter]
    return (
        Button(yes, "yes", incident.id, matter),
        Button("✖️ No", "no", incident.id, matter),
    )
