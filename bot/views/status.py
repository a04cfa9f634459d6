"""How things stand, on request: every check with its newest look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.check import Result, Verdict
from bot.domain.incident import Incident
from bot.domain.rules import Rules

from .headline import headline
from .message import Message
from .words import bold, esc, exact, small, span

MARK = {Verdict.HEALTHY: "✅", Verdict.FAILING: "❌", Verdict.BLIND: "🌫", Verdict.UNSURE: "❔"}


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
        lines += ["", f"⚠️ {undelivered} messages have not been delivered yet"]
    lines += ["", small(f"Looked at {exact(now, rules.zone)}")]
    return Message(html="\n".join(lines), minimal=first)


def summary(standings: Sequence[Standing], live: Sequence[Incident]) -> str:
    if live:
        return f"🔴 {len(live)} open incident{'s' if len(live) > 1 else ''}"
    if any(s.verdict is Verdict.FAILING for s in standings):
        return "🔴 Something fails"
    if any(s.verdict is Verdict.BLIND for s in standings):
        return "🌫 Part of it cannot be seen"
    if all(s.verdict is Verdict.HEALTHY for s in standings):
        return "🟢 All checks pass"
    return "❔ Not enough looks yet"


def line(standing: Standing, now: datetime) -> str:
    newest = standing.newest
    said = newest.detail if newest and newest.detail else "no look yet" if newest is None else "ok"
    ago = f" · {span(now - newest.at)} ago" if newest else ""
    return f"{MARK[standing.verdict]} {esc(standing.check)}: {esc(said, 120)}{small(ago)}"


def blindness(service: str, check: str, detail: str, since: datetime, rules: Rules) -> Message:
    """We cannot see: never the same as "it is down"."""
    at = exact(since, rules.zone)
    text = f"🌫 I cannot see {service}: {check} is blind since {at}"
    body = f"{esc(detail)}\n{small('This says nothing about the service itself.')}"
    return Message(html=f"{bold(text)}\n{body}", minimal=f"{text}: {detail}")


def sight(service: str, check: str, lasted: str) -> Message:
    text = f"👁 I see {service} again: {check} was blind for {lasted}"
    return Message(html=esc(text), minimal=text)
