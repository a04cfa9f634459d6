"""The platform's own lines through the whole analysis: what they prove, and what decides it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from .analysis import Analysis
from .deploys import Release
from .diagnosis import Diagnosis, diagnose
from .excerpt import excerpt
from .frames import FRAME, ROOTS, Frame
from .groups import Group
from .lines import LogLine

MOST_FILES = 20


@dataclass(frozen=True)
class Read:
    """What came of a stretch of log.

    `raised` is the line that names the exception, `error` the error that the diagnosis rests on
    most, as it was logged; `files` the program's own files in its traceback, the innermost last;
    `orders` are lines that try to give orders.
    """

    found: Diagnosis
    coverage: str
    raised: str = ""
    error: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


def read(lines: Iterable[LogLine], deploys: Sequence[Release], now: datetime) -> Read:
    """Analyse them; what the platform notes of requests is no log of the program."""
    log = Analysis(now.date())
    log.feed([row(line) for line in lines if line.kind != "request"])
    log.finish()
    found = diagnose(log, deploys)
    group = next((g for one in found.because for g in one.groups), None)
    return Read(
        found=found,
        coverage=excerpt(log, found).coverage,
        raised=group.head.telling[-1].text if group and group.head.is_trace else "",
        error=error_of(group, found),
        files=tuple(files_of(group)) if group else (),
        orders=tuple(told_by(one.text) for one in log.injection),
    )


def row(line: LogLine) -> str:
    """As the platform's API has it: the analysis knows that form."""
    labels = [{"name": "instance", "value": line.instance}, {"name": "level", "value": line.level}]
    told = {"timestamp": line.at.isoformat(), "message": line.text, "labels": labels}
    return json.dumps(told, ensure_ascii=False)


def error_of(group: Group | None, found: Diagnosis) -> tuple[str, ...]:
    """The error as it was logged; where it is a plain line, the lines that tell it."""
    if group is not None:
        return group.head.lines
    return tuple(told_by(seen.text) for one in found.because[:1] for seen in one.lines[:3])


def told_by(raw: str) -> str:
    """The line within its row."""
    try:
        said = json.loads(raw)
    except ValueError:
        return raw
    return str(said.get("message", raw)) if isinstance(said, dict) else raw


def files_of(group: Group) -> Iterator[str]:
    """Paths within the repository, as far as the traceback gives them away."""
    frames = (FRAME.match(line) for line in group.head.lines)
    known = (Frame(f["file"], f["function"]) for f in frames if f)
    mine = [within(f.file) for f in known if f.in_app]
    yield from list(dict.fromkeys(mine))[-MOST_FILES:]


def within(path: str) -> str:
    return next((path[len(root) :] for root in ROOTS if path.startswith(root)), path)
