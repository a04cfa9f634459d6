"""The proof that it is over, as a list that fills up."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.incident import Event, Incident, Phase
from bot.domain.proof import done, next_step, plan
from bot.domain.rules import Rules

from .words import bar, exact, flat, small, span


def proof(incident: Incident, rules: Rules, now: datetime) -> list[str]:
    """One line per step: held with its figures, under way with a bar, or still to come."""
    held, current = done(incident), next_step(incident, rules)
    lines = []
    for n, (phase, number, lasts) in enumerate(plan(rules)):
        name = title(phase, number, lasts, rules, held=n < len(held))
        if n < len(held):
            lines.append(f"✅ {name} {small(figures(held[n], rules))}")
        elif n == len(held) and current and current.lasts:
            share = 1 - (current.due - now) / current.lasts
            late = (
                f" {small('waiting until every check is seen to pass')}"
                if now > current.due
                else ""
            )
            lines.append(f"⏳ {name}\n{bar(share)}{late}")
        else:
            lines.append(f"{'⏳' if n == len(held) else '▫️'} {name}")
    return lines


def title(phase: Phase, number: int, lasts: timedelta, rules: Rules, *, held: bool) -> str:
    return {
        Phase.BACK: f"Back: every check {'passed' if held else 'must pass'}",
        Phase.WATCH: f"{'Stayed' if held else 'Stays'} up for {span(rules.watch_for)}",
        Phase.HEALTH: f"{'Was' if held else 'Is'} healthy for {span(rules.health_for)}",
        Phase.REGRESSION: f"No regression at +{span(lasts * number)}",
    }[phase]


def figures(event: Event, rules: Rules) -> str:
    said = f" · {event.note}" if event.note else ""
    return flat(f"{exact(event.at, rules.zone)}{said}", 220)
