"""The one silent line a day: all is quiet, or what is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.check import Verdict
from bot.domain.incident import Incident
from bot.domain.moves import WHILE_LIVE
from bot.domain.rules import Rules
from bot.domain.silence import Silence

from .headline import headline, over
from .message import Message
from .silence import covered
from .words import bold, code, esc, flat, plural, span

SHOWN = 5  # of each kind, so that it stays one glance
DAY = timedelta(days=1)


def daily(
    verdicts: Sequence[Verdict],
    recent: Sequence[Incident],
    silences: Sequence[Silence],
    rules: Rules,
    now: datetime,
) -> Message:
    """`recent` are the newest incidents, newest first."""
    live = [i for i in recent if i.status in WHILE_LIVE]
    count = Counter(verdicts)
    well = not live and count[Verdict.HEALTHY] == len(verdicts)
    said = [quiet(recent, now) if well else not_quiet(live, count), looks(count, len(verdicts))]
    if not live:
        said.append(last(recent, rules))
    first = " · ".join(filter(None, said))
    lines = [f"{esc(headline(i, rules))} (#{i.id})" for i in live[:SHOWN]]
    lines += still_to_do(recent)
    if silences:
        names = ", ".join(flat(covered(s), 40) for s in silences[:SHOWN])
        more = f" and {len(silences) - SHOWN} more" if len(silences) > SHOWN else ""
        lines.append(esc(f"🔕 Silent: {names}{more}"))
    return Message(html="\n".join([bold(first), *lines]), minimal=first)


def still_to_do(recent: Sequence[Incident]) -> list[str]:
    """What acts have left to do: asked for again each day, until somebody says that it is done."""
    left = [(incident, event) for incident in recent for event in incident.left]
    lines = [f"📌 {esc(e.note, 160)} ({code(f'/done {i.id}.{e.step}')})" for i, e in left[:SHOWN]]
    if len(left) > SHOWN:
        lines.append(f"📌 and {len(left) - SHOWN} more: /todo")
    return lines


def quiet(recent: Sequence[Incident], now: datetime) -> str:
    ended = over(recent[0]) if recent else None
    return f"🟢 All quiet for {days(now - ended.at)}" if ended else "🟢 All quiet"


def not_quiet(live: Sequence[Incident], count: Counter[Verdict]) -> str:
    if live:
        return f"🔴 {plural(len(live), 'open incident')}"
    if count[Verdict.FAILING]:
        return "🔴 Something fails"
    return "🌫 Part of it cannot be seen" if count[Verdict.BLIND] else "❔ Not enough looks yet"


def looks(count: Counter[Verdict], all_of_them: int) -> str:
    """Say it like "8 checks pass", or "5 of 8 checks pass, 2 fail, 1 cannot be seen"."""
    passing = count[Verdict.HEALTHY]
    if passing == all_of_them:
        return f"{plural(passing, 'check')} {'passes' if passing == 1 else 'pass'}"
    said = [f"{passing} of {plural(all_of_them, 'check')} pass"]
    said += [f"{count[verdict]} {word}" for verdict, word in SAID.items() if count[verdict]]
    return ", ".join(said)


SAID = {Verdict.FAILING: "fail", Verdict.BLIND: "cannot be seen", Verdict.UNSURE: "not sure yet"}


def last(recent: Sequence[Incident], rules: Rules) -> str:
    if not recent:
        return "no incident yet"
    began = recent[0].began_at.astimezone(rules.zone)
    return f"last incident #{recent[0].id} on {began.day} {began:%b}"


def days(length: timedelta) -> str:
    """Whole days from two on; below that hours say more."""
    if length < 2 * DAY:
        return span(length)
    return f"{length // DAY} days"
