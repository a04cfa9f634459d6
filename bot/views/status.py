"""How things stand, on request: every check with its newest look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from bot.domain.check import Result, Seen, Verdict
from bot.domain.halt import Halt
from bot.domain.incident import Incident
from bot.domain.oncall import Shift
from bot.domain.rules import Rules
from bot.domain.silence import Silence

from .headline import headline
from .message import Message
from .silence import entry
from .words import NAME, bold, esc, exact, flat, plain, plural, small, span, units

MARK = {Verdict.HEALTHY: "✅", Verdict.FAILING: "❌", Verdict.BLIND: "🌫", Verdict.UNSURE: "❔"}

PLAINLY = {Seen.PASS: "ok", Seen.FAIL: "fails", Seen.BLIND: "cannot be seen"}


NextLook = Callable[[str], datetime | None]  # of "service/check"
RANK = (Verdict.FAILING, Verdict.BLIND, Verdict.UNSURE, Verdict.HEALTHY)
SHOWN = 40  # checks; those that pass are the first to be only counted
ROOM = 2400  # units for them: the rest of the message must fit, too
INCIDENTS, SILENCES = 5, 5  # so many are shown; the rest is counted
REASON = 60  # units of why something is silent
HEAD = 40  # units of a service's name


@dataclass(frozen=True)
class Standing:
    """One check now: its verdict, its newest look, and since when looks have been like that one.

    `longer`: they may have been so before `since`, which is as far back as was looked.
    """

    service: str
    check: str
    verdict: Verdict
    newest: Result | None
    since: datetime | None = None
    longer: bool = False


def status(
    standings: Sequence[Standing],
    live: Sequence[Incident],
    undelivered: int,
    rules: Rules,
    now: datetime,
    *,
    silences: Sequence[Silence] = (),
    shift: Shift | None = None,
    next_look: NextLook | None = None,
    halt: Halt | None = None,
) -> Message:
    first = summary(standings, live)
    lines = [bold(first)]
    lines += [halted(halt, now)] if halt else []
    lines += [esc(headline(i, rules)) + f" (#{i.id})" for i in live[:INCIDENTS]]
    lines += rest(len(live) - INCIDENTS, "incident")
    lines += by_service(standings, now, next_look)
    if silences:
        lines += ["", *(entry(s, now, REASON) for s in silences[:SILENCES])]
        lines += rest(len(silences) - SILENCES, "silence")
    if shift:
        lines += ["", on_call(shift, now)]
    if undelivered:
        lines += ["", f"⚠️ {plural(undelivered, 'message')} not delivered yet"]
    lines += ["", small(f"Looked at {exact(now, rules.zone)}")]
    return Message(html="\n".join(lines), minimal=first)


def halted(halt: Halt, now: datetime) -> str:
    why = f": {esc(halt.why, REASON)}" if halt.why else ""
    return f"⛔ {esc(halt.by, NAME)} halted all acts {span(now - halt.at)} ago{why} (/resume)"


def looked(standings: Sequence[Standing], now: datetime) -> Message:
    """The answer to "look now": what each check sees."""
    failing = sum(s.verdict is Verdict.FAILING for s in standings)
    first = f"Looked at {plural(len(standings), 'check')}"
    first += f": {plural(failing, 'failure')}" if failing else ""
    return Message(html="\n".join([bold(first), *by_service(standings, now)]), minimal=first)


def by_service(
    standings: Sequence[Standing], now: datetime, next_look: NextLook | None = None
) -> list[str]:
    """A line for each check below the name of its service, what fails first."""
    worst = sorted(standings, key=lambda s: RANK.index(s.verdict))
    grouped: dict[str, list[str]] = {}
    room = ROOM
    for n, standing in enumerate(worst):
        said = line(standing, now, next_look)
        head = [] if standing.service in grouped else ["", bold(flat(standing.service, HEAD))]
        room -= sum(units(plain(text)) + 1 for text in (*head, said))
        if n == SHOWN or room < 0:
            return [*chain(*grouped.values()), *unshown(worst[n:])]
        grouped.setdefault(standing.service, head).append(said)
    return [*chain(*grouped.values())]


def unshown(standings: Sequence[Standing]) -> list[str]:
    count = Counter(MARK[s.verdict] for s in standings)
    marks = " ".join(f"{mark} {n}" for mark, n in count.items())
    return ["", small(f"And {plural(len(standings), 'check')} more: {marks}")]


def rest(count: int, noun: str) -> list[str]:
    return [small(f"And {plural(count, noun)} more.")] if count > 0 else []


def on_call(shift: Shift, now: datetime) -> str:
    return f"📣 {esc(shift.name, NAME)} is on call for {span(shift.until - now)} more"


def summary(standings: Sequence[Standing], live: Sequence[Incident]) -> str:
    if live:
        return f"🔴 {plural(len(live), 'open incident')}"
    if any(s.verdict is Verdict.FAILING for s in standings):
        return "🔴 Something fails"
    if any(s.verdict is Verdict.BLIND for s in standings):
        return "🌫 Part of it cannot be seen"
    if all(s.verdict is Verdict.HEALTHY for s in standings):
        return "🟢 All checks pass"
    return "❔ Not enough looks yet"


def line(standing: Standing, now: datetime, next_look: NextLook | None = None) -> str:
    newest, name = standing.newest, f"{MARK[standing.verdict]} {esc(standing.check, 20)}"
    if newest is None:
        return f"{name}: no look yet"
    said = newest.detail or (PLAINLY[newest.seen] if newest.value is None else f"{newest.value:g}")
    when = [lasting(standing, now), f"{span(now - newest.at)} ago"]
    if next_look and (at := next_look(f"{standing.service}/{standing.check}")):
        when.append(f"next in {span(at - now)}")
    return f"{name}: {esc(said, 120)} {small('· ' + ' · '.join(filter(None, when)))}"


def lasting(standing: Standing, now: datetime) -> str:
    """How long it has stood so; nothing while it is as old as the newest look."""
    if standing.newest is None or standing.since is None or standing.since == standing.newest.at:
        return ""
    return f"for {'over ' if standing.longer else ''}{span(now - standing.since)}"
