"""Was there a recent deployment? The answer of the data, and the buttons to put it right."""

from __future__ import annotations

from bot.domain.evidence import found_by
from bot.domain.incident import Incident
from bot.domain.moves import WHILE_LIVE
from bot.domain.recent import SHORT, Recent, recent

from .message import Button
from .words import bold, esc


def deployment(incident: Incident) -> str:
    known = recent(incident.evidence)
    if known is None:
        return ""
    answer = f"Yes: {known.said}." if known.yes else f"No: the newest is {known.said}."
    return f"{bold('Was there a recent deployment?')} {esc(answer)}"


def lately(incident: Incident) -> str:
    """For the card: the same in a line, where the note on the cause does not name a deploy."""
    known, cause = recent(incident.evidence), incident.cause
    if known is None or not known.yes or cause is None:
        return ""
    changes = found_by("changes", incident.evidence)
    facts = dict(changes.facts) if changes else {}
    accused = facts.get("suspect_commit", "")[:SHORT], facts.get("suspect", "")
    names = [name for name in (known.name, known.deploy, *accused) if name]
    if any(name in one for name in names for one in cause.contributing):
        return ""
    return f"{deployment(incident).removesuffix('.')}{whether_cleared(incident, known)}."


def whether_cleared(incident: Incident, known: Recent) -> str:
    """What people or the second look say of it; nothing before that."""
    changes = found_by("changes", incident.evidence)
    said = any(c.deploy == known.deploy and not c.guilty for c in incident.corrections)
    if said or (changes and known.deploy in (changes.fact("cleared") or "").split(",")):
        return "; it is not behind this"
    return "; not ruled out" if changes else ""


def put_right(incident: Incident) -> tuple[Button, ...]:
    """Right, or not so; where the data says no, "not so" names which."""
    known = recent(incident.evidence)
    if known is None or incident.status not in WHILE_LIVE or incident.corrections:
        return ()
    right = Button("👍 Right", "deployed", incident.id, "right")
    if known.yes:
        return (right, Button("👎 Not it", "deployed", incident.id, f"not {known.name}"))
    which = (Button(f"It was {c}", "deployed", incident.id, f"was {c}") for c in known.others[:2])
    return (right, *which)
