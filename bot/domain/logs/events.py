"""One stream of lines becomes events: a traceback with its announcement, or an entry at WARNING."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .event import CUT_OFF, MOST_LOOSE, ErrorEvent, of_entry, of_trace, of_warning
from .lines import Level, Piece
from .traceback import (
    EXITS,
    FOLLOWS,
    HEADER,
    MUTED_ON,
    NOT_OURS,
    WARNED,
    Reader,
    Trace,
    alone,
    begins,
    is_record,
)

LONGEST_SAMPLE = 40  # lines
# A person's words, quoted in an entry that is none of trouble, may hold a traceback.
SAYING = (
    r"\b(?:said|says|wrote|writes|asks?|asked|sent|typed|message|text|update|received|pasted|prompt"
    r"|question|payload|content|body|input|note|reply|transcript|uploaded|saved)\b"
)
QUOTING = re.compile(SAYING, re.IGNORECASE)
QUOTED = re.compile(rf"{SAYING}[^\n]{{0,80}}[:=\"'`“«>]", re.IGNORECASE)  # and what follows is it
FATAL = ("Fatal Python error:", "Segmentation fault", "panic: ", "Killed", "Aborted (core dumped)")
DIGITS = str.maketrans("", "", "0123456789")


@dataclass
class Stream:
    """The lines of one instance in their order; `found` are the events that came to their end."""

    longest: int = LONGEST_SAMPLE
    found: list[ErrorEvent] = field(default_factory=list)
    entry: list[Piece] = field(default_factory=list)  # the entry at hand and what follows it
    _reader: Reader | None = None
    _muted: bool = False
    _styled: bool = False
    _spoken: bool = False  # lines of their own without time and level: such may follow, too
    _prefix: tuple[int, str] | None = None

    @property
    def idle(self) -> bool:
        calm = not self.entry or self.entry[0].level < Level.WARNING
        return self._reader is None and calm and not self._muted

    @property
    def reading(self) -> bool:
        return self._reader is not None

    def feed(self, piece: Piece) -> None:
        if self._prefix:
            piece = self._bare(piece)
        if self._reader is not None:
            if self._reader.takes(piece):
                return
            self._end_trace()
        self._open(piece)

    def end(self) -> None:
        if self._reader is not None:
            self._end_trace()
        self._flush()
        self._muted, self._prefix = False, None

    def _open(self, piece: Piece) -> None:
        text = piece.text
        if begins(text) or (alone(text) and not self._muted):
            self._start_trace(piece)
            return
        self._plain(piece)

    def _start_trace(self, piece: Piece) -> None:
        before = piece.text.partition(HEADER)[0].strip() if HEADER in piece.text else ""
        self._muted = self._muted or self._quoted(piece, before)
        if before and (is_record(piece.text) or piece.opens):
            self._flush()
        if before:
            length = piece.text.index(HEADER)
            self._prefix = (length, piece.text[:length].translate(DIGITS))
        self._reader = Reader(piece.text, styled=self._styled or not self._spoken)
        if not self._reader.takes(piece):
            self._reader = None
            self._plain(piece)

    def _quoted(self, piece: Piece, before: str) -> bool:
        """Whether somebody's words are being repeated: no error of the program."""
        head = before or (self.entry[0].text if self.entry else "")
        level = piece.level if before else (self.entry[0].level if self.entry else Level.NONE)
        calm = Level.NONE < level < Level.WARNING
        quoted = before.endswith(('"', "'", "`", "“", "«", ">"))
        near = not self.entry or _near(self.entry[-1], piece)
        return (calm and bool(before or (near and QUOTED.search(head)))) or (
            quoted and QUOTING.search(head) is not None
        )

    def _bare(self, piece: Piece) -> Piece:
        """The line less the prefix that stands before each line of this traceback."""
        length, skeleton = self._prefix or (0, "")
        head = piece.text[:length]
        if self._reader is None:
            self._prefix = None
        elif head.translate(DIGITS) == skeleton and not is_record(piece.text[length:]):
            return Piece(piece.text[length:], piece.at, piece.level, piece.number, raw=piece.raw)
        return piece

    def _end_trace(self) -> None:
        reader, self._reader = self._reader, None
        if reader is None:
            return
        trace = reader.end()
        if self._muted:
            self._flush()
            self._muted = False
        elif trace.lines:
            self.found.append(of_trace(self._head(trace), trace, self.longest))
            self.entry = []
        for line in trace.aside:
            self._plain(line)

    def _head(self, trace: Trace) -> list[Piece]:
        """The entry of trouble that announces the traceback, unless it is an error of its own."""
        near = bool(self.entry) and _near(self.entry[-1], trace.lines[0])
        if near and self.entry[0].level >= Level.WARNING:
            return self.entry
        self._flush()
        return []

    def _plain(self, piece: Piece) -> None:
        text = piece.text
        if text.startswith(MUTED_ON) or NOT_OURS.search(text):
            self._flush()
            self._muted = True
            return
        record = piece.opens or is_record(text)
        if self.entry and not (record or _ends(text)) and self._goes_on(piece):
            self.entry.append(piece)
            return
        self._flush()
        if record or text.strip():
            self._muted = False
        self._styled = self._styled or record
        if text.startswith(FATAL) and piece.level is Level.NONE:
            piece.level = Level.CRITICAL
        self._spoken = self._spoken or (not record and bool(text[:1].strip()))
        if "Warning: " in text and (warned := WARNED.search(text)):
            self.found.append(of_warning(piece, warned))
        elif text.strip() and piece.level > Level.NONE:
            self.entry = [piece]

    def _goes_on(self, piece: Piece) -> bool:
        return _near(self.entry[-1], piece) and len(self.entry) < MOST_LOOSE

    def _flush(self) -> None:
        if self.entry and self.entry[0].level >= Level.WARNING:
            self.found.append(of_entry(self.entry, self.longest))
        self.entry = []


def _ends(text: str) -> bool:
    """Whether somebody else, as a shell, tells here how the process ended."""
    return text.startswith(FATAL) or EXITS.match(text) is not None


def _near(one: Piece, other: Piece) -> bool:
    return one.at is None or other.at is None or other.at - one.at <= FOLLOWS


def events_of(pieces: Iterable[Piece]) -> list[ErrorEvent]:
    """All events of one instance."""
    stream = Stream()
    for piece in pieces:
        stream.feed(piece)
    stream.end()
    return stream.found


__all__ = ["CUT_OFF", "LONGEST_SAMPLE", "ErrorEvent", "Stream", "events_of"]
