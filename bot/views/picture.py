"""The words under a chart: what is to be seen, for those who do not see it."""

from __future__ import annotations

from bot.domain.charts.chart import Chart, Mark, Sign
from bot.domain.charts.timescale import clock
from bot.domain.incident import Incident
from bot.domain.rules import Rules

from .headline import over
from .message import Message
from .words import esc, flat

MOST_NAMED = 3  # marks, the newest
LONGEST, SHORTEST = 800, 400  # units: a caption takes 1024
NAMES = {
    Sign.DEPLOY: "deploy",
    Sign.RESTART: "restart",
    Sign.CRASH: "crash",
    Sign.ACT: "our",
    Sign.BACK: "back",
}


def words_of(chart: Chart, incident: Incident, rules: Rules, *, missing: str = "") -> Message:
    """One sentence; `missing` is why there is no picture above it."""
    end = over(incident)
    told = [chart.subtitle, *(_named(mark, rules) for mark in chart.marks[-MOST_NAMED:])]
    told += [f"over {clock(end.at, rules.zone)}"] if end else []
    said = f"{chart.title}: {', '.join(told)}; times in {chart.zone}."
    gone = f"\nNo picture: {esc(missing)}." if missing else ""
    return Message(
        html=f"📈 {esc(said, LONGEST)}{gone}", minimal=f"#{incident.id} {flat(said, SHORTEST)}"
    )


def _named(mark: Mark, rules: Rules) -> str:
    return " ".join(filter(None, (NAMES[mark.sign], mark.label, clock(mark.at, rules.zone))))
