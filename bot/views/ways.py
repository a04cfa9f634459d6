"""The ways out as people choose them: a line each on the card, and the checklist below it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.chosen import Checklist, choices, current
from bot.domain.incident import Incident
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.domain.rules import Rules

from .message import Button, Message
from .words import NAME, bold, clock, code, esc, flat, small

MOST = 5  # ways to choose from
IN_A_ROW = 4  # ticks
ENDS = {
    Kind.CHOSEN: "↩️ Laid aside: {by} chose another way.",
    Kind.LAID_ASIDE: "↩️ {by} laid it aside.",
    Kind.PERSISTED: "❌ It was not over after this.",
}


def which_option(incident: Incident) -> str:
    """The ways out in a line each; or which of them somebody goes, and how far it is."""
    if one := current(incident):
        far = f"{len(one.ticks)} of {len(one.option.steps)} done, below"
        return f"🧭 {bold(f'{one.letter}: {flat(one.option.name, 60)}')} · {esc(far)}"
    best = incident.cause.recommended if incident.cause else None
    lines = [
        f"{bold(letter)} {esc(option.name, 60)}, {esc(option.time, 30)}"
        + (" (recommended)" if n == best else "")
        for n, (letter, option) in enumerate(choices(incident)[:MOST])
    ]
    return "\n".join([bold("Which option?"), *lines]) if lines else ""


def checklist(incident: Incident, one: Checklist, rules: Rules) -> Message:
    """The steps of one choice, who has done which, and what may be tapped."""
    head = f"🧭 {one.letter}: {flat(one.option.name, 60)}"
    chosen = f"#{incident.id} · {flat(one.choice.by, NAME)} chose it · {one.option.time}"
    lines = [bold(head), small(chosen), "", *steps(one, rules)]
    said = list(standing(incident, one))
    lines += ["", *said] if said else []
    return Message(html="\n".join(lines), minimal=head, rows=rows(incident, one))


def steps(one: Checklist, rules: Rules) -> Iterator[str]:
    for n, text in enumerate(one.option.steps, start=1):
        if tick := one.ticks.get(n):
            who = f"{flat(tick.by, NAME)} {clock(tick.at, rules.zone)}"
            yield f"✅ {n}. {esc(text)} {small(who)}"
        else:
            yield f"▫️ {n}. {esc(text)}"


def standing(incident: Incident, one: Checklist) -> Iterator[str]:
    """Whether it is gone on with, and how that is typed."""
    if one.ended:
        yield ENDS[one.ended.kind].format(by=esc(one.ended.by, NAME))
        return
    if incident.status not in WHILE_LIVE:
        yield small("The incident is over.")
        return
    if not one.fits:
        yield bold("⚠️ The cause is seen differently now: look at the card first.")
    if incident.status is Status.VERIFYING:
        yield small("It is being verified; the card says how far.")
    elif left := open_steps(one):
        yield f"{small('Or type')} {code(f'/done {incident.id}.{one.letter.lower()}{left[0]}')}"


def open_steps(one: Checklist) -> list[int]:
    return [n for n in range(1, len(one.option.steps) + 1) if n not in one.ticks]


def rows(incident: Incident, one: Checklist) -> tuple[tuple[Button, ...], ...]:
    if one.ended or incident.status not in WHILE_LIVE:
        return ()
    left = open_steps(one)
    ticks = [Button(f"☑️ {n} done", "tick", incident.id, f"{one.number}.{n}") for n in left]
    found = [tuple(ticks[n : n + IN_A_ROW]) for n in range(0, len(ticks), IN_A_ROW)]
    if incident.status is not Status.OPEN:
        return tuple(found)
    if not left:
        found.append((Button("🏁 All done → verify now", "verify", incident.id, style="primary"),))
    return (*found, (Button("↩️ Another way", "another", incident.id, str(one.number)),))
