"""Play every night on both stores and write the table of docs/detection.md: `make nights`."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.nights.story import BROKEN, PAGED
from bot.sandbox.play import NIGHTS, Played, play, play_together

PAGE = Path("docs/detection.md")
PLACE = re.compile(r"(?<=<!-- nights -->\n).*(?=<!-- /nights -->)", re.DOTALL)
SPEED = 200.0
CLAUDE_WITH = "sqlite"  # the store on which Claude is asked; on the other the rules are alone
CAUSE = re.compile(r"cause: (\w+), (\w+)")
TRIAGE = re.compile(r"triage took ([\d.]+) s")
PUSHES, OPENED = re.compile(r"pushes: (\d+)"), re.compile(r"incidents opened: (\d+)")


@dataclass(frozen=True)
class Row:
    """What one night showed on one store. `told_after` are real seconds from fault to message."""

    night: str
    store: str
    told_after: float | None
    pushes: str
    opened: str
    triaged_after: str  # real seconds from message to evidence
    cause: str


def row(played: Played) -> Row:
    at = {what: when for when, what in reversed(played.marks)}
    told = at[PAGED] - at[BROKEN] if {PAGED, BROKEN} <= at.keys() else None
    said = " ".join(what for _, what in played.marks)
    cause, triage = CAUSE.search(said), TRIAGE.search(said)
    pushes, opened = PUSHES.search(said), OPENED.search(said)
    none = "0" if "no incident was opened" in said else "–"
    return Row(
        played.night,
        played.store,
        told,
        pushes.group(1) if pushes else "–",
        opened.group(1) if opened else none,
        triage.group(1) if triage else "–",
        shown_cause(*cause.groups()) if cause else "–",
    )


def shown_cause(category: str, sure: str) -> str:
    if sure == "inconclusive":
        return "not known"
    if category == "none":
        return "what fails says it itself"
    return f"{category.replace('_', ' ')}{'' if sure == 'confirmed' else ' (likely)'}"


async def play_all(names: list[str], stores: list[str]) -> list[Played]:
    done = []
    for store in stores:
        together = [n for n in names if NIGHTS[n].brief]
        done += [shown(played) async for played in play_together(together, **options(store))]
        alone = [n for n in names if not NIGHTS[n].brief]
        done += [shown(await play(n, **options(store))) for n in alone]
    return done


def options(store: str) -> dict[str, Any]:
    claude = store == CLAUDE_WITH
    return {"speed": SPEED, "store": store, "asks_claude": claude, "told": print}


def shown(played: Played) -> Played:
    print(f"{'OK   ' if played.ok else 'WRONG'} {played.night} ({played.store}) {played.why}")  # noqa: T201 - a program to be watched
    if not played.ok:
        print("\n".join(played.watchdog_log[-60:]))  # noqa: T201 - as above
    return played


def table(rows: list[Row]) -> str:
    told = "Fault → message, real seconds (SQLite, PostgreSQL)"
    soon = "Message → first evidence"
    last = "Incidents | Cause on the card (with Claude / by rules alone)"
    lines = [
        f"| Night | What happens | Severity | {told} | {soon} | Pushes | {last} |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(r.night for r in rows):
        mine = {r.store: r for r in rows if r.night == name}
        both = [mine[s] for s in ("sqlite", "postgres") if s in mine]
        told = ", ".join("–" if r.told_after is None else f"{r.told_after:.1f}" for r in both)
        pushes = "/".join(dict.fromkeys(r.pushes for r in both))
        opened = "/".join(dict.fromkeys(r.opened for r in both))
        triaged = ", ".join(r.triaged_after for r in both)
        cause = " / ".join(dict.fromkeys(r.cause for r in both))
        night = NIGHTS[name]
        severity = night.severity or "–"
        cells = (name, night.about, severity, told, triaged, pushes, opened, cause)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(names: list[str]) -> int:
    chosen = names or list(NIGHTS)
    played = asyncio.run(play_all(chosen, ["sqlite", "postgres"]))
    if not names:
        text = PAGE.read_text(encoding="utf-8")
        new = table([row(p) for p in played])
        PAGE.write_text(PLACE.sub(lambda _: new, text), encoding="utf-8")
    return 0 if all(p.ok for p in played) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
