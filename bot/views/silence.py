"""What is not to be heard of: the answer to who asked, how it ended, and the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.domain.rules import Rules
from bot.domain.silence import Silence, Sort

from .message import Button, Message
from .words import NAME, bold, clock, esc, flat, plural, small, span

MEANS = {
    Sort.SILENCE: "It is still looked at; nothing opens for it.",
    Sort.MAINTENANCE: "It is still looked at; nothing opens for it, nobody is paged again.",
}
SHOWN = 10  # so many fit into one message
TARGET = 60  # units of what is covered
REASON = 160
MARKS = {Sort.SILENCE: "🔕", Sort.MAINTENANCE: "🔧"}
NAMES = {Sort.SILENCE: "Silence", Sort.MAINTENANCE: "Maintenance"}


def silenced(silence: Silence, rules: Rules, now: datetime) -> Message:
    """The one message of a silence: in force, lifted or ended."""
    if silence.in_force(now):
        return in_force(silence, rules)
    text = end_of(silence, rules)
    return Message(html=esc(text), minimal=flat(text))


def in_force(silence: Silence, rules: Rules) -> Message:
    until = moment(silence.ends, silence.begins, rules.zone)
    lasts = span(silence.ends - silence.begins)
    name = f"{MARKS[silence.kind]} {NAMES[silence.kind]} until {until} ({lasts})"
    first = f"{name}: {covered(silence)}"
    reason = [esc(silence.note, REASON)] if silence.note else []
    foot = f"{MEANS[silence.kind]} {flat(silence.by, NAME)} · /unsilence {silence.id}"
    return Message(
        html="\n".join([bold(first), *reason, small(foot)]),
        minimal=f"{first} (/unsilence {silence.id} ends it)",
        rows=((undo("↩️ Undo", silence),),),
    )


def end_of(silence: Silence, rules: Rules) -> str:
    name = f"{NAMES[silence.kind].lower()} {silence.id}"
    if silence.lifted_at:
        at = moment(silence.lifted_at, silence.begins, rules.zone)
        how = f"{flat(silence.lifted_by, NAME)} lifted {name} at {at}"
    else:
        how = f"{name} ended at {moment(silence.ends, silence.begins, rules.zone)}"
    return f"🔔 Heard again: {covered(silence)} · {how}"


def silences(them: Sequence[Silence], now: datetime) -> Message:
    """Everything that is in force, with the time left and a button each."""
    if not them:
        nothing = "🔔 No silence is in force: everything is heard."
        how = "/silence http 2h because … · /maintenance 1h"
        return Message(html=f"{esc(nothing)}\n{esc(how)}", minimal=nothing)
    first = f"🔕 {plural(len(them), 'silence')} in force"
    lines = [bold(first), *(entry(s, now) for s in them[:SHOWN])]
    if len(them) > SHOWN:
        lines.append(small(f"And {len(them) - SHOWN} more."))
    rows = tuple((undo(f"↩️ Undo {s.id}", s),) for s in them[:SHOWN])
    return Message(html="\n".join(lines), minimal=first, rows=rows)


def entry(silence: Silence, now: datetime, reason: int = REASON) -> str:
    """One line of a list; the reason in at most that many units."""
    who = f"{flat(silence.by, NAME)}: {flat(silence.note, reason)}".rstrip(" :")
    what, left = esc(covered(silence)), span(silence.ends - now)
    return f"{MARKS[silence.kind]} {silence.id}: {what}, {left} left {small(f'· {who}')}"


def covered(silence: Silence) -> str:
    """What it covers: "life-os http “timeout”", or everything."""
    pattern = f"“{flat(silence.pattern, 30)}”" if silence.pattern else ""
    names = [flat(silence.service, 20), flat(silence.check, 20), pattern]
    return " ".join(filter(None, names)) or "everything"


def undo(label: str, silence: Silence) -> Button:
    return Button(label, "lift", arg=str(silence.id))


def moment(at: datetime, seen: datetime, zone: tzinfo) -> str:
    """The time of day, and the day where it is another one than that on which it is read."""
    local = at.astimezone(zone)
    same = local.date() == seen.astimezone(zone).date()
    return clock(at, zone) if same else f"{local:%a} {local.day} {local:%b} {clock(at, zone)}"
