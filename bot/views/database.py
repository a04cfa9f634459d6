"""What may be wrong with a database, what is ruled out struck through, and by what."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.evidence import Evidence
from bot.domain.why.database_causes import Held, Possible, possible

from .words import bold, esc, small


def possible_causes(evidence: Sequence[Evidence]) -> str:
    """Nothing while it answers as it should."""
    lines = [line(one) for one in possible(evidence)]
    return "\n".join([bold("Possible causes"), *lines]) if lines else ""


def line(one: Possible) -> str:
    cause = f"{one.cause[:1].upper()}{one.cause[1:]}"
    shown = {Held.IT_IS: bold(cause), Held.RULED_OUT: f"<s>{esc(cause)}</s>"}
    said = shown.get(one.held, esc(cause))
    return f"• {said} {small(one.why)}" if one.why else f"• {said}"
