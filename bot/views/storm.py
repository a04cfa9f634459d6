"""Many incidents at once: one message names them all, with exact counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.domain.incident import Incident
from bot.domain.rules import Rules

from .headline import hurt, impact, over
from .message import Message
from .words import LIMIT, bold, clock, esc, flat, plural, small, units

ROOM = 300  # units kept for what stands around the names


def storm(together: Sequence[Incident], rules: Rules) -> Message:
    """Worst first; those that are over are struck through and counted."""
    open_ = [i for i in together if not over(i)]
    since = clock(together[0].began_at, rules.zone)
    first = headline_of(together, open_, since)
    by_severity = Counter(str(i.severity) for i in open_)
    counts = " · ".join(f"{n} × {severity}" for severity, n in sorted(by_severity.items()))
    ordered = sorted(together, key=lambda i: (bool(over(i)), i.severity, i.id))
    lines, left = names(ordered)
    text = [bold(first), esc(counts), *lines]
    if left:
        text.append(small(f"and {left} more: /status"))
    text.append(small("One card each, below, without a sound."))
    return Message("\n".join(t for t in text if t), first)


def headline_of(together: Sequence[Incident], open_: Sequence[Incident], since: str) -> str:
    count = plural(len(together), "service")
    if not open_:
        return f"🟢 All {count} are well again · since {since}"
    worst = min(i.severity for i in open_)
    if len(open_) < len(together):
        return f"🔴 {worst} {len(open_)} of {count} still fail · since {since}"
    return f"🔴 {worst} {count} fail at once · since {since}"


def names(ordered: Sequence[Incident]) -> tuple[list[str], int]:
    """One line each while there is room for all; then only their names, then the count."""
    lines = [line(i) for i in ordered]
    if sum(units(one) + 1 for one in lines) <= LIMIT - ROOM:
        return lines, 0
    short, used = [], 0
    for incident in ordered:
        name = flat(hurt(incident), 20)
        used += units(name) + 2
        if used > LIMIT - ROOM:
            break
        short.append(name)
    return [esc(", ".join(short), LIMIT)], len(ordered) - len(short)


def line(incident: Incident) -> str:
    said = f"{incident.severity} {flat(hurt(incident), 20)} {impact(incident)} (#{incident.id})"
    return f"<s>{esc(said)}</s>" if over(incident) else f"• {esc(said)}"
