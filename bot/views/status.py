"""How things stand, on request: every check with its newest look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.check import Result, Seen, Verdict
from bot.domain.incident import Incident
from bot.domain.rules import Rules

from .headline import headline
from .message import Message
from .words import bold, esc, exact, flat, plural, small, span

MARK = {Verdict.HEALTHY: "✅", Verdict.FAILING: "❌", Verdict.BLIND: "🌫", Verdict.UNSURE: "❔"}

PLAINLY = {Seen.PASS: "ok", Seen.FAIL: "fails", Seen.BLIND: "cannot be seen"}


@dataclass(frozen=True)
class Standing:
    """One check now: its verdict and its newest look, if there has been one."""

    service: str
    check: str
    verdict: Verdict
    newest: Result | None


def status(
    standings: Sequence[Standing],
    live: Sequence[Incident],
    undelivered: int,
    rules: Rules,
    now: datetime,
) -> Message:
    first = summary(standings, live)
    lines = [bold(first)]
    lines += [esc(headline(i, rules)) + f" (#{i.id})" for i in live]
    for service in dict.fromkeys(s.service for s in standings):
        lines += ["", bold(service)]
        lines += [line(s, now) for s in standings if s.service == service]
    if undelivered:
        lines += ["", f"⚠️ {plural(undelivered, 'message')} not delivered yet"]
    lines += ["", small(f"Looked at {exact(now, rules.zone)}")]
    return Message(html="\n".join(lines), minimal=first)


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


def line(standing: Standing, now: datetime) -> str:
    newest, name = standing.newest, f"{MARK[standing.verdict]} {esc(standing.check, 20)}"
    if newest is None:
        return f"{name}: no look yet"
    said = newest.detail or PLAINLY[newest.seen]
    return f"{name}: {esc(said, 120)} {small(f'· {span(now - newest.at)} ago')}"


def blindness(service: str, check: str, detail: str, since: datetime, rules: Rules) -> Message:
    """We cannot see: never the same as "it is down"."""
    at = exact(since, rules.zone)
    text = f"🌫 I cannot see {flat(service, 20)}: the {flat(check, 20)} check is blind since {at}"
    body = f"{esc(detail)}\n{small('This says nothing about the service itself.')}"
    return Message(html=f"{bold(text)}\n{body}", minimal=f"{text}: {flat(detail)}")


def sight(service: str, check: str, lasted: str) -> Message:
    text = f"👁 I see {flat(service, 20)} again: the {flat(check, 20)} check was blind for {lasted}"
    return Message(html=esc(text), minimal=text)
