"""Was there a recent deployment? The answer of the data, and the buttons to put it right."""

from __future__ import annotations

from bot.domain.incident import Incident
from bot.domain.moves import WHILE_LIVE
from bot.domain.recent import recent

from .message import Button
from .words import bold, esc


def deployment(incident: Incident) -> str:
    known = recent(incident.evidence)
    if known is None:
        return ""
    answer = f"Yes: {known.said}." if known.yes else f"No: the newest is {known.said}."
    return f"{bold('Was there a recent deployment?')} {esc(answer)}"


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
