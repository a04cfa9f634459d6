"""What acts have left for people to do."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.incident import Incident
from bot.domain.rules import Rules

from .message import Message
from .words import bold, clock, code, esc, plural, small

SHOWN = 10  # so many fit into one message


def todos(incidents: Sequence[Incident], rules: Rules) -> Message:
    """Everything that is left, newest incident first, with what to type when it is done."""
    left = [(incident, event) for incident in incidents for event in incident.left]
    if not left:
        nothing = "Nothing is left to do."
        return Message(html=esc(nothing), minimal=nothing)
    first = f"📌 {plural(len(left), 'thing')} left to do"
    lines = [bold(first)]
    for incident, event in left[:SHOWN]:
        since = small(f"#{incident.id}, since {event.at:%Y-%m-%d} {clock(event.at, rules.zone)}")
        typed = code(f"/done {incident.id}.{event.step}")
        lines += ["", esc(event.note, 250), f"{since}  {typed}"]
    if len(left) > SHOWN:
        lines += ["", small(f"And {len(left) - SHOWN} more: /todo again when these are done.")]
    return Message(html="\n".join(lines), minimal=first)
