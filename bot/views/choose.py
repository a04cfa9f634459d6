"""The question how bad it is, which four buttons answer."""

from __future__ import annotations

from bot.domain.incident import Incident
from bot.domain.rules import Rules
from bot.domain.severity import MEANING

from .card_buttons import severities
from .headline import headline
from .message import Message
from .words import bold, esc


def how_bad(incident: Incident, rules: Rules) -> Message:
    first = f"{headline(incident, rules)} (#{incident.id})"
    lines = [f"{severity}: {esc(meaning)}" for severity, meaning in MEANING.items()]
    return Message(
        html="\n".join([bold(first), "How bad is it?", *lines]),
        minimal=f"How bad is #{incident.id}? /severity {incident.id} P1",
        rows=(severities(incident),),
    )
