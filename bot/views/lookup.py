"""What was looked up, in full: the summary, then the lines, to be unfolded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.logs.lines import LogLine
from bot.domain.required import lacking
from bot.domain.rules import Rules

from .card_buttons import MOST_ROWS, shared, ways_out
from .cause import note
from .database import possible_causes
from .headline import headline
from .message import Document, Message
from .recent import deployment, put_right
from .variables import added, missing, way
from .words import bold, clock, esc, flat, folded, plural, small

SHOWN = 60  # lines of a log
SHORT_LOG = 20  # lines that need no file
LINES = 2_400  # units of what is folded away, for all services
NOWHERE: Mapping[str, Mapping[str, str]] = {}
MARKS = {Found.UNREADABLE: "❔ ", Found.NOTHING: "✅ ", Found.SOMETHING: ""}


@dataclass(frozen=True)
class Asked:
    """What a command asks: the name of a source, and how people call it."""

    source: str
    words: str


SOURCES = {
    "db": Asked("database", "Database"),
    "deploys": Asked("deploys", "Deploys"),
    "changes": Asked("changes", "Changes"),
    "env": Asked("environment", "Environment"),
    "metrics": Asked("metrics", "Usage"),
    "deps": Asked("dependencies", "What it leans on"),
}


def looked_up(
    asked: Asked,
    found: Sequence[tuple[str, Evidence]],
    places: Mapping[str, Mapping[str, str]] = NOWHERE,
) -> Message:
    """`places` are the dashboard's ids by service, for the link."""
    most = LINES // max(len(found), 1)
    parts = [one(service, seen, most, places.get(service, {})) for service, seen in found]
    first = next((e.summary for _, e in found), "")
    head = bold(asked.words)
    return Message(
        html="\n\n".join([f"{head}\n{parts[0]}", *parts[1:]]) if parts else head,
        minimal=f"{asked.words}: {first}"[:300],
        rows=tuple((added(service),) for service, seen in found if lacking(seen)),
    )


def one(service: str, seen: Evidence, most: int, places: Mapping[str, str]) -> str:
    said = [f"{bold(service)}: {MARKS[seen.found]}{esc(seen.summary, 500)}"]
    said.append(possible_causes([seen]))
    if lacking(seen):
        said += [*missing(seen), way(places)]
    rest = [line for line in seen.lines if not (lacking(seen) and line.startswith("❌"))]
    if rest:
        said.append(folded(rest, most))
    return "\n".join(filter(None, said))


def log_lines(
    service: str, lines: Sequence[LogLine], wanted: str
) -> tuple[Message, Document | None]:
    """The newest lines that hold the word, the newest below; where they are many, a file too."""
    found = [line for line in lines if wanted.casefold() in line.text.casefold()]
    holding = f" that hold “{flat(wanted, 40)}”" if wanted else ""
    head = f"{service}: {len(found)} of the last {plural(len(lines), 'line')}{holding}"
    texts = [f"{line.at:%H:%M:%S} {line.text}" for line in found]
    shown = folded(texts[-SHOWN:], LINES) if texts else small("Nothing.")
    whole = "\n".join(f"{line.at.isoformat()} {line.text}" for line in found)
    file = Document(f"{service}.log", whole) if len(found) > SHORT_LOG else None
    return Message(f"{bold(head)}\n{shown}", head), file


def diagnosis(incident: Incident, rules: Rules) -> Message:
    """The whole note of an incident, or that there is none yet."""
    head = bold(headline(incident, rules))
    about = small(f"Incident #{incident.id} · as of {clock(incident.timeline[-1].at, rules.zone)}")
    said = note(incident.cause) if incident.cause else small("Nothing has been looked into yet.")
    if causes := possible_causes(incident.evidence):
        said = f"{said}\n\n{causes}"
    if asked := deployment(incident):
        said = f"{said}\n\n{asked}"
    below = [row for row in (put_right(incident),) if row]
    return Message(
        html=f"{head}\n{about}\n\n{said}",
        minimal=f"{headline(incident, rules)} (#{incident.id})",
        rows=(*shared([*ways_out(incident)], MOST_ROWS - len(below)), *below),
    )
