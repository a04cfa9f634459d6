"""A runbook as it is read at night: its checks ticked, its steps numbered, what does not help."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.domain.runbook import Link, Mark, Match, Runbook, Step, Tick

from .message import Message
from .words import bold, esc, flat, folded, small, units

MOST = 3_500  # units of the whole block, marks and all
DASHBOARD = "https://dashboard.render.com"
MARKS = {Mark.HOLDS: "✅", Mark.FAILS: "❌", Mark.UNKNOWN: "❔"}
PLACE = re.compile(r"\{(\w{1,20})\}")
ID = re.compile(r"[\w-]{1,60}", re.ASCII)
SHARES = {"checks": 1_250, "fix": 1_150, "not": 350, "symptoms": 250}  # units of each part
TITLE, WHY = 60, 120  # units before they are escaped


def runbook_message(
    found: Match,
    ticks: Sequence[Tick],
    places: Mapping[str, str] | None = None,
    *,
    offered: Collection[str] = (),
    cannot_help: Mapping[str, str] | None = None,
) -> Message:
    """The block with the one line that gets through when nothing else does."""
    minimal = f"Runbook: {flat(found.runbook.title, TITLE)}"
    text = block(found, ticks, places, offered=offered, cannot_help=cannot_help)
    return Message(html=text, minimal=minimal)


def block(
    found: Match,
    ticks: Sequence[Tick],
    places: Mapping[str, str] | None = None,
    *,
    offered: Collection[str] = (),
    cannot_help: Mapping[str, str] | None = None,
) -> str:
    """Telegram's HTML of at most `MOST` units.

    `places` are the dashboard's ids: service_id, database_id, kind ("web" or "worker").
    `offered` are the names of the acts that have a button now; `cannot_help` says of acts why not.
    """
    one = found.runbook
    why = f"\n{small(flat('; '.join(found.why), WHY))}" if found.why else ""
    steps = [step(n, s, offered, cannot_help or {}) for n, s in enumerate(one.fix, 1)]
    parts = [
        f"📖 {bold(flat(one.title, TITLE))}{why}",
        part("Quick checks", [ticked(t) for t in ticks], "checks"),
        part("What helps", steps, "fix"),
        part("Does not help, or is not it", [ruled_out(*pair) for pair in one.rules_out], "not"),
        symptoms(one),
        links(one.links, places or {}),
    ]
    text = ""
    for said in filter(None, parts):
        longer = f"{text}\n\n{said}" if text else said
        text = longer if units(longer) <= MOST else text
    return text


def part(head: str, lines: Sequence[str], share: str) -> str:
    """As many of the lines as have room; the rest is counted."""
    kept, room = [], SHARES[share]
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            break
        kept.append(line)
    more = len(lines) - len(kept)
    rest = [small(f"And {more} more.")] if more else []
    return "\n".join([bold(head), *kept, *rest]) if lines else ""


def ticked(tick: Tick) -> str:
    """`❌ Is memory below 90 % of its limit? 480 of 512 (S1)`; of others, where to look."""
    said = [esc(tick.check.question, 120)]
    if tick.found:
        said.append(small(flat(tick.found, 50)))
    if tick.mark is not Mark.HOLDS and tick.check.look:
        said.append(small(f"→ {flat(tick.check.look, 90)}"))
    return f"{MARKS[tick.mark]} {' '.join(said)}"


def step(number: int, one: Step, offered: Collection[str], cannot_help: Mapping[str, str]) -> str:
    said = f"{number}. {esc(one.do, 150)}"
    if why := cannot_help.get(one.act):
        return f"{said} {small(f'Not now: {flat(why, 100)}.')}"
    return f"{said} {small('There is a button.')}" if one.act and one.act in offered else said


def ruled_out(what: str, why: str) -> str:
    return f"• {esc(what, 40)}: {esc(why, 90)}"


def symptoms(one: Runbook) -> str:
    """Folded: who has the trouble at hand knows what it looks like."""
    told, room = [], SHARES["symptoms"]
    for line in one.symptoms:
        said = flat(line, 120)
        room -= units(html.escape(said)) + 1
        if room < 0:
            break
        told.append(said)
    return folded(["What it looks like:", *told], SHARES["symptoms"] + 20) if told else ""


def links(several: Iterable[Link], places: Mapping[str, str]) -> str:
    """Those whose places are all known."""
    known = {"kind": "web", **{k: v for k, v in places.items() if ID.fullmatch(v)}}
    found = [
        f'<a href="{html.escape(address)}">{esc(link.title, 30)}</a>'
        for link in list(several)[:3]
        if (address := filled(link.path[:200], known))
    ]
    return " · ".join(found)


def filled(path: str, known: Mapping[str, str]) -> str:
    """The address, or nothing where a place is not known or it leads nowhere safe."""
    if any(name not in known for name in PLACE.findall(path)):
        return ""
    address = PLACE.sub(lambda place: known[place[1]], path)
    if address.startswith("/") and not address.startswith("//"):
        return DASHBOARD + address
    return address if address.startswith("https://") else ""
