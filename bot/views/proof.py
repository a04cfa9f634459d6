"""The proof that it is over, as a list that fills up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident, Phase
from bot.domain.proof import LOG_UNREAD, done, next_step, plan, progress
from bot.domain.rules import Rules

from .words import bar, esc, exact, flat, folded, small, span

TWENTIETHS = 20  # of the whole are told: each edit of a card counts
MOST_SEEN, MOST_TITLE = 220, 60  # units of one step
MARKS = {Found.SOMETHING: "✅", Found.NOTHING: "❌", Found.UNREADABLE: "🌫"}


def proof(incident: Incident, rules: Rules, now: datetime) -> list[str]:
    """One line per step: held, under way or still to come; what was seen is behind a tap."""
    held, current = done(incident), next_step(incident, rules)
    lines = []
    for n, (phase, number, lasts) in enumerate(plan(rules)):
        name = title(phase, number, lasts, rules, held=n < len(held))
        if n < len(held):
            lines.append(f"✅ {name} {small(when(held[n], rules))}")
        elif n == len(held) and current:
            late = now > current.due and bool(current.lasts)
            lines.append(f"⏳ {name}{' ' + small(WAITS) if late else ''}")
        else:
            lines.append(f"▫️ {name}")
    return lines + tests(incident) + figures(held, rules)


def when(event: Event, rules: Rules) -> str:
    unread = " · log not read" if event.code == LOG_UNREAD else ""
    return f"{exact(event.at, rules.zone)}{unread}"


WAITS = "waiting until every check and the log are seen"


def whole(incident: Incident, rules: Rules, now: datetime) -> str:
    """How far the whole proof is, and how long it takes at least."""
    far = progress(incident, rules, now)
    share = int(far.share * TWENTIETHS) / TWENTIETHS
    left = span(timedelta(minutes=math.ceil(far.left / timedelta(minutes=1))))
    once = "" if done(incident) else " once it is back"
    return f"{bar(far.share)} {100 * share:.0f} % · {left} left{once}"


def tests(incident: Incident) -> list[str]:
    """What people have configured to be tried, what they expect, and what the last look said."""
    told = next((e.evidence for e in reversed(done(incident)) if e.evidence), ())
    return [f"{MARKS[one.found]} {esc(one.source, 40)} {small(said(one))}" for one in told]


def said(test: Evidence) -> str:
    expected = test.fact("expected")
    wanted = f"expected {expected} · " if expected else ""
    return flat(f"{wanted}{test.summary}", 160)


def not_proved(incident: Incident, rules: Rules) -> list[str]:
    """The steps that had not held when a person ended it."""
    rest = plan(rules)[len(done(incident)) :]
    named = [SHORT[phase].format(span(lasts)) for phase, _, lasts in rest if phase in SHORT]
    rows = [f"+{span(lasts * n)}" for phase, n, lasts in rest if phase is Phase.REGRESSION]
    return [*named, f"no regression at {', '.join(rows)}"] if rows else named


SHORT = {
    Phase.BACK: "back",
    Phase.WATCH: "up for {}",
    Phase.HEALTH: "healthy for {}",
}


def title(phase: Phase, number: int, lasts: timedelta, rules: Rules, *, held: bool) -> str:
    return {
        Phase.BACK: f"Back: every check {'passed' if held else 'must pass'}",
        Phase.WATCH: f"{'Stayed' if held else 'Stays'} up for {span(rules.watch_for)}",
        Phase.HEALTH: f"{'Was' if held else 'Is'} healthy for {span(rules.health_for)}",
        Phase.REGRESSION: f"No regression at +{span(lasts * number)}",
    }[phase]


def figures(held: Sequence[Event], rules: Rules) -> list[str]:
    """What was seen at each step that has held, the newest first: it stays when it gets long."""
    steps = reversed(list(zip(plan(rules), held, strict=False)))
    seen = [
        f"{title(*step, rules, held=True)}: {flat(event.note, MOST_SEEN)}"
        for step, event in steps
        if event.note
    ]
    most = (MOST_SEEN + MOST_TITLE) * (1 + len(seen))  # the first may have half of it
    return [folded(seen, most)] if seen else []
