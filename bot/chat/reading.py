"""What is read out of a typed line, and the line that answers a wish for an act."""

from __future__ import annotations

from bot.domain.incident import Incident, Refused
from bot.domain.moves import Kind
from bot.flows import wishes
from bot.views.acts import act_in


def number(text: str) -> int | None:
    digits = text.lstrip("#")
    sensible = digits.isdecimal() and len(digits) <= wishes.LONGEST_NUMBER
    return int(digits) if sensible else None


def number_and_rest(text: str) -> tuple[int | None, str]:
    """Split "12 the reason" into its parts; the number may be left out."""
    first, _, rest = text.partition(" ")
    id = number(first)
    return (id, rest.strip()) if id is not None else (None, text)


def todo_of(text: str) -> tuple[int, int]:
    """Read "12.1": the first to-do of incident 12."""
    id, _, step = text.partition(".")
    first, second = number(id), number(step)
    if first is None or second is None:
        raise Refused("say which: /done 12.1, as /todo lists it")
    return first, second


def asked(incident: Incident, key: str) -> str:
    """What came of the wish for an act: a question, or what is done at once."""
    mark = incident.mark_of(key)
    if mark and mark.kind is Kind.APPROVED:
        return f"Approved: {act_in(mark.offer).noun}."
    ask = mark.ask if mark else ""
    return f"Confirm on the card, or type /approve {ask}"
