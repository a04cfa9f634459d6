"""The errors in a log: lines become events, equal events one group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from .lines import Level, LogLine
from .template import template, without_stamp
from .traceback import FOLLOWS, NOT_OURS, Trace, begins, is_record, read

LONGEST_SAMPLE = 40  # lines
LONGEST_MESSAGE = 300  # characters
CUT_OFF = "Traceback"  # the type of an exception whose name was not in the log
MOST_LOOSE = 40  # lines of one message


@dataclass(frozen=True)
class ErrorEvent:
    """One error as it was logged; equal `key`s are one error.

    `type` is the exception at the root of the chain, else the level; `where` the last place in the
    program's own code, as `module.function`, if there is one.
    """

    at: datetime
    type: str
    message: str
    where: str
    key: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ErrorGroup:
    """Equal errors: how many, when first and last; message and sample are of the newest."""

    type: str
    message: str
    where: str
    count: int
    first: datetime
    last: datetime
    sample: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


def error_groups(lines: Iterable[LogLine]) -> tuple[ErrorGroup, ...]:
    """The most frequent first; of equals the newest."""
    return grouped(error_events(lines))


def grouped(events: Iterable[ErrorEvent]) -> tuple[ErrorGroup, ...]:
    found: defaultdict[tuple[str, ...], list[ErrorEvent]] = defaultdict(list)
    for event in events:
        found[event.key].append(event)
    groups = [_group(same) for same in found.values()]
    return tuple(sorted(groups, key=lambda g: (g.count, g.last), reverse=True))


def error_events(lines: Iterable[LogLine]) -> tuple[ErrorEvent, ...]:
    """Every error, oldest first; several instances are read apart, as they write at once."""
    streams: defaultdict[tuple[str, str], list[LogLine]] = defaultdict(list)
    for line in lines:
        if line.kind != "request" and not line.from_platform:
            streams[line.instance, line.kind].append(line)
    events = [e for stream in streams.values() for e in _Stream(stream).events()]
    return tuple(sorted(events, key=lambda e: e.at))


@dataclass
class _Stream:
    """One instance's lines in their order."""

    lines: Sequence[LogLine]
    found: list[ErrorEvent] = field(default_factory=list)
    entry: list[LogLine] = field(default_factory=list)  # the error line at hand and what follows it

    def events(self) -> list[ErrorEvent]:
        index = 0
        while index < len(self.lines):
            if begins(self.lines[index].text):
                index = self._trace(index)
            else:
                self._plain(self.lines[index])
                index += 1
        self._flush()
        return self.found

    def _trace(self, start: int) -> int:
        trace, end = read(self.lines, start)
        if start and NOT_OURS.search(self.lines[start - 1].text):
            self._flush()
        else:
            self.found.append(_of_trace(self._head(trace), trace))
            self.entry = []
        for line in trace.aside:
            self._plain(line)
        return end

    def _head(self, trace: Trace) -> list[LogLine]:
        """The error line that announces the traceback, unless it is an error of its own."""
        if self.entry and trace.lines[0].at - self.entry[-1].at <= FOLLOWS:
            return self.entry
        self._flush()
        return []

    def _plain(self, line: LogLine) -> None:
        if self.entry and self._goes_on(line):
            self.entry.append(line)
            return
        self._flush()
        if line.weight >= Level.ERROR and line.text.strip():
            self.entry = [line]

    def _goes_on(self, line: LogLine) -> bool:
        together = line.at - self.entry[-1].at <= FOLLOWS
        return together and not is_record(line.text) and len(self.entry) < MOST_LOOSE

    def _flush(self) -> None:
        if self.entry:
            self.found.append(_of_entry(self.entry))
        self.entry = []


def _of_entry(entry: Sequence[LogLine]) -> ErrorEvent:
    first = entry[0]
    message = without_stamp(first.text)
    return ErrorEvent(
        at=first.at,
        type=first.weight.name,
        message=message[:LONGEST_MESSAGE],
        where="",
        key=("line", template(message)),
        lines=_sample([line.text for line in entry]),
    )


def _of_trace(head: Sequence[LogLine], trace: Trace) -> ErrorEvent:
    lines = [*head, *trace.lines]
    root = trace.root
    frames = [f for block in trace.blocks for f in block.frames]
    own = [f.place for f in frames if f.in_app] or [f.place for f in frames[-2:]]
    mine = [f for f in root.frames if f.in_app] or [f for f in frames if f.in_app]
    last = mine or root.frames or frames
    types = [block.type for block in trace.blocks]
    return ErrorEvent(
        at=lines[0].at,
        type=root.type or CUT_OFF,
        message=root.message[:LONGEST_MESSAGE],
        where=last[-1].place if last else "",
        key=("trace", *types, *(place for place, _ in groupby(own))),
        lines=_sample([line.text for line in lines]),
    )


def _group(same: Sequence[ErrorEvent]) -> ErrorGroup:
    first, last = same[0], same[-1]
    return ErrorGroup(last.type, last.message, last.where, len(same), first.at, last.at, last.lines)


def _sample(texts: Sequence[str]) -> tuple[str, ...]:
    """Head and tail: the announcement is at one end, the exception at the other."""
    if len(texts) <= LONGEST_SAMPLE:
        return tuple(texts)
    half = LONGEST_SAMPLE // 2
    left_out = f"… {len(texts) - 2 * half} lines …"
    return (*texts[:half], left_out, *texts[-half:])
