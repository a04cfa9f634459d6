"""What was like this before, and what helped then. It says itself that it is memory, not proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.incident import Incident
from bot.domain.length import about
from bot.domain.past.memory import Memory
from bot.domain.past.similar import Recalled, Similar
from bot.domain.rules import Rules

from .acts import act_of
from .message import Message
from .words import bold, esc, flat, plural, small, span, units

LONGEST = 3_500  # units of the HTML
CUTS = (200, 120, 60, 30)  # units of a line; the first with which all fits
MEMORY = "From memory, not proof: what helped then may not help now."
ONLY_EXACT = "Only the same kind of trouble could be searched for, not similar words."
NOTHING_YET = "No past incident is remembered yet: nothing to compare with."


def similar_to(
    incident: Incident, found: Sequence[Similar], recalled: Recalled, rules: Rules
) -> Message:
    """The answer to /similar: at most three, each with what helped and what did not."""
    first = _first(incident, found, recalled)
    for most in CUTS:
        html = "\n".join((bold(first), *_body(found, recalled, rules, most)))
        if units(html) <= LONGEST:
            break
    return Message(html=html, minimal=f"{first}{' (memory, not proof)' if found else ''}")


def _body(found: Sequence[Similar], recalled: Recalled, rules: Rules, most: int) -> Iterator[str]:
    yield from (f"\n{_block(one, rules, most)}" for one in found)
    if recalled.known and not recalled.by_text:
        yield f"\n{small(ONLY_EXACT)}"
    if found:
        yield f"\n{small(MEMORY)}"


def _first(incident: Incident, found: Sequence[Similar], recalled: Recalled) -> str:
    if not recalled.known:
        return f"🧠 #{incident.id}: {NOTHING_YET}"
    if not found:
        return f"🧠 #{incident.id}: no similar incident among {recalled.known} remembered"
    return f"🧠 {plural(len(found), 'incident')} like #{incident.id}"


def _block(one: Similar, rules: Rules, most: int) -> str:
    memory = one.memory
    on = memory.ended.astimezone(rules.zone)
    when = f"{about(one.ago)} ago ({on.day} {on:%b %Y}), {one.how}"
    lines = [
        f"{bold(f'#{memory.id} {flat(memory.service, 30)}')} · {memory.severity} · {esc(when)}",
        esc(memory.title, most),
        esc(_helped(memory), most),
        esc(_in_vain(memory), most),
        f"<i>{esc(_cause(memory), most)}</i>",
    ]
    return "\n".join(filter(None, lines))


def _helped(memory: Memory) -> str:
    took = f" ({span(memory.took)} until all checks passed)" if memory.took is not None else ""
    if not memory.helped:
        return "❔ What helped is not known"
    if memory.by_person:
        by = "✔️ A person put it right" if memory.proven else "⚪ A person closed it without proof"
        return f"{by}{took}: {memory.told}" if memory.told else f"{by}{took}"
    if memory.by_itself:
        return f"↗️ It went by itself{took}"
    again = f" on try {memory.tries}" if memory.tries > 1 else ""
    return f"✔️ Helped{again}: {act_of(memory.helped).noun}{took}"


def _in_vain(memory: Memory) -> str:
    names = [act_of(a).noun for a in dict.fromkeys(memory.failed) if a != memory.helped]
    return f"✖️ Did not help: {', '.join(names)}" if names else ""


def _cause(memory: Memory) -> str:
    sure = f" ({memory.sure})" if memory.sure else ""
    return f"Cause then{sure}: {memory.cause or 'not established'}"
