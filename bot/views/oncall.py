"""Who is called, and who after that."""

from __future__ import annotations

from datetime import datetime

from bot.domain.escalation import ladder
from bot.domain.oncall import Rung, Shift
from bot.domain.rules import Rules

from .message import Message
from .silence import moment
from .words import NAME, bold, esc, flat, small, span

RUNGS = 10  # so many are shown


def on_call(shift: Shift | None, rules: Rules, now: datetime) -> Message:
    first = "📣 Nobody is on call"
    if shift:
        until, left = moment(shift.until, now, rules.zone), span(shift.until - now)
        first = f"📣 {flat(shift.name, NAME)} is on call until {until} ({left})"
    steps = [esc(step(rung)) for rung in ladder(rules)[:RUNGS]]
    then = [small("While nobody has it:"), *steps] if steps else []
    hint = [] if shift else ["/oncall me 8h"]
    return Message(html="\n".join([bold(first), *then, *hint]), minimal=first)


def step(rung: Rung) -> str:
    called = [flat(rung.member.name, NAME)] if rung.member else []
    called += ["another chat"] if rung.chat else []
    return f"after {span(rung.after)}: {' and '.join(called)}"
