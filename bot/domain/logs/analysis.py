"""The whole pipeline as a fold over the lines of a log, in bounded memory; halves can be joined."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import date, datetime

from .event import LONGEST_KEY
from .events import ErrorEvent, Stream
from .groups import Groups
from .lines import Level, Piece
from .marks import Kind, Mark, mark_of
from .records import Records
from .shapes import Shapes, without_figures
from .stamps import stamp
from .template import template, without_stamp
from .templates import Seen, Template, Templates
from .timeline import Minutes
from .traceback import HEADER, alone, begins, is_record
from .tripwire import MOST_FOUND, Tripwire

TAIL = 40  # lines kept of the end
AROUND = 10  # lines before and behind the first error
LONGEST_SHAPE = 600  # characters; longer lines differ anyway
MOST_STREAMS = 64
MOST_MARKS = 2_000
STOPS_FOR = 300  # lines after the word to stop, unless it starts before
WORKS_ON = 3  # successes after it: then it was not that process
HEAD = 50  # lines in which the first time is looked for
PATIENCE = 500  # lines that an instance may be silent in mid-traceback
LONGEST_SAMPLE = 120  # lines


class Analysis:
    """`feed` the log in stretches of whole lines, then `finish`; read the fields afterwards.

    Most lines of a log have been seen before but for their figures. Such a line costs one look
    into a table, as long as no traceback is open anywhere.
    """

    def __init__(self, day: date) -> None:
        self._day = day
        self._records = Records(day)
        self._streams: dict[str, Stream] = {}
        self._fed: dict[str, tuple[int, int]] = {}  # number of its last line, successes then
        self._busy: dict[str, None] = {}  # in the order of their lines: a set has none
        self._shapes = Shapes()
        self._recent: list[str] = []
        self._behind: int = 0
        self._stopping = self._good_then = 0
        self._tripwire = Tripwire()
        self.lines = self.records = self.good = 0
        self.templates, self.groups, self.minutes = Templates(), Groups(), Minutes()
        self.marks: list[Mark] = []
        self.around: list[Seen] = []
        self.tail: deque[Seen] = deque(maxlen=TAIL)
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None
        self.first_error: datetime | None = None
        self.injection: list[Seen] = self._tripwire.found
        self.good_line: Seen | None = None

    def feed(self, lines: list[str]) -> None:
        """Take the next lines, less their ends."""
        start = self.lines
        self._recent = [*self._recent[-AROUND:], *lines]
        self._behind = start - (len(self._recent) - len(lines))
        shapes = without_figures(lines)
        self._watch(lines, shapes, start)
        table, busy, good, number = self._shapes.known, self._busy, self.good, start
        calm: Template | None = None
        fast = 0
        for line, shape in zip(lines, shapes, strict=True):
            number += 1
            if not busy:
                known = table.get(shape)
                if known is None or known.telling:
                    known = self._shapes.of(line, shape)
                if known is not None:
                    known.count += 1
                    known.last, known.last_text = number, line
                    good += known.good
                    fast += 1
                    calm = known
                    continue
            self.lines, self.good = number, good
            self._slowly(line, number, calm)
            good, calm = self.good, None
        self.lines, self.good, self.records = number, good, self.records + fast
        self._note_tail(lines, start)
        if calm is not None:
            self._calmed(calm)

    def finish(self) -> Analysis:
        for who in self._streams:
            self._end(who)
        for seen in reversed(self.tail):
            if at := self._time_in(seen.text):
                self.last_at = at
                break
        best = max((t for t in self.templates if t.good), key=lambda t: t.last, default=None)
        self.good_line = best.newest if best else None
        self._recent, self._streams, self._shapes = [], {}, Shapes()
        return self

    def merge(self, late: Analysis) -> Analysis:
        """Join the analysis of the part that follows; both are finished."""
        lines, good = self.lines, self.good
        self.groups.merge(late.groups, lines, good)
        self.templates.merge(late.templates, lines)
        self.minutes.merge(late.minutes)
        self.marks = [*self.marks, *(replace(m, number=m.number + lines) for m in late.marks)][
            -MOST_MARKS:
        ]
        self.around = self.around or [Seen(s.number + lines, s.text) for s in late.around]
        self.tail.extend(Seen(s.number + lines, s.text) for s in late.tail)
        self.injection += [Seen(s.number + lines, s.text) for s in late.injection]
        self.injection = self.injection[:MOST_FOUND]
        if late.good_line:
            self.good_line = Seen(late.good_line.number + lines, late.good_line.text)
        self.first_at, self.last_at = self.first_at or late.first_at, late.last_at or self.last_at
        self.first_error = self.first_error or late.first_error
        self.lines, self.records, self.good = (
            lines + late.lines,
            self.records + late.records,
            good + late.good,
        )
        return self

    def _watch(self, lines: list[str], shapes: list[bytes], start: int) -> None:
        """Show the tripwire what may try to instruct its reader."""
        harmless = self._shapes.harmless
        fresh = [n for n, shape in enumerate(shapes) if shape not in harmless]
        self._tripwire.feed([lines[n] for n in fresh], [start + n + 1 for n in fresh])
        self._shapes.vet({shapes[n] for n in fresh})

    def _calmed(self, calm: Template) -> None:
        """What stood before, so that a traceback that follows finds its announcement.

        Read anew: lines of several instances are of one shape, and what they say differs.
        """
        who, said = Records(self._day).pieces(calm.last_text, calm.last, reading=False)
        stream = self._streams.get(who)
        if stream is None:
            return
        stream.entry = []
        if calm.level > Level.NONE:  # a bare line announces nothing, and nothing goes on from it
            text = said[0].text if said else calm.last_text
            stream.entry = [Piece(text, None, calm.level, calm.last)]

    def _slowly(self, line: str, number: int, calm: Template | None) -> None:
        before = self._streams.get(self._records.who)
        self._tripwire.look_closely(line, number)
        who, pieces = self._records.pieces(
            line, number, reading=before is not None and before.reading
        )
        if calm is not None and not self._needs_nothing_before(who, pieces):
            self._calmed(calm)
        stream = self._stream(who)
        self._fed[who] = (number, self.good)
        for piece in pieces:
            self._take(stream, piece, line)
        if self._stopping and number - self._stopping > STOPS_FOR:
            self._stopping = 0
        if stream.found:
            self._collect(stream, self.good)
        if stream.idle:
            self._busy.pop(who, None)
        else:
            self._busy[who] = None
        if self._busy and number % 64 == 0:
            self._end_silent(number)

    def _needs_nothing_before(self, who: str, pieces: list[Piece]) -> bool:
        """Whether it begins an entry of its own, where there is but one instance."""
        if who or not pieces or self._streams.keys() - {""}:
            return False
        text = pieces[0].text
        return is_record(text) and not begins(text) and not alone(text)

    def _stream(self, who: str) -> Stream:
        if who not in self._streams:
            if len(self._streams) >= MOST_STREAMS:
                oldest = min(self._streams, key=lambda one: self._fed.get(one, (0, 0)))
                self._end(oldest)
                del self._streams[oldest]
            self._streams[who] = Stream(LONGEST_SAMPLE)
        return self._streams[who]

    def _end(self, who: str) -> None:
        self._streams[who].end()
        self._collect(self._streams[who], self._fed.get(who, (0, self.good))[1])
        self._busy.pop(who, None)

    def _end_silent(self, number: int) -> None:
        for who in [w for w in self._busy if number - self._fed[w][0] > PATIENCE]:
            self._end(who)

    def _take(self, stream: Stream, piece: Piece, line: str) -> None:
        was_reading, was_busy = stream.reading, not stream.idle
        stream.feed(piece)
        text = piece.text
        if stream.reading:
            self.records += not was_reading and not (stream.entry and was_busy)
            return
        if len(stream.entry) > 1 or not text.strip():
            return
        if (text[0] in " \t" or was_reading) and not (piece.opens or is_record(text)):
            return
        self.records += 1
        if piece.level < Level.WARNING:
            self._note_calm(stream, piece, line)
        elif (kind := mark_of(piece.text)) is not None:
            self._note_mark(kind, piece)

    def _note_calm(self, stream: Stream, piece: Piece, line: str) -> None:
        bare = without_stamp(piece.text[:LONGEST_KEY])
        known = self.templates.add(template(bare), piece.level, piece.number, line)
        self.good += known.good
        if self.first_at is None and piece.number <= HEAD:
            self.first_at = self._time_in(line)
        if known.mark is not None:
            self._note_mark(known.mark, piece)
        special = HEADER in line or known.mark is not None or not stream.idle
        if special or len(line) > LONGEST_SHAPE or "#012" in line or line[:1] in " \t":
            return
        self._shapes.keep(line, known)

    def _note_mark(self, kind: Kind, piece: Piece) -> None:
        if kind is Kind.STOP:
            self._stopping, self._good_then = piece.number, self.good
        elif kind in {Kind.START, Kind.EXIT}:
            self._stopping = 0
        at = piece.at or self._time_in(piece.raw)
        self.marks.append(Mark(kind, piece.number, at, piece.text))
        if len(self.marks) > MOST_MARKS:
            del self.marks[MOST_MARKS // 2]

    def _collect(self, stream: Stream, good: int) -> None:
        found, stream.found = stream.found, []
        for event in found:
            self._note(event, good)

    def _note(self, event: ErrorEvent, good: int) -> None:
        if event.at is None:
            event = replace(event, at=self._time_before(event.number))
        stopping = 0 < self._stopping <= event.number and good - self._good_then <= WORKS_ON
        self.groups.add(event, good, stopping=stopping)
        if event.level < Level.ERROR:
            return
        if event.at:
            self.minutes.add(event.at)
        if not self.around:
            self.first_error = event.at
            self.around = self._stood_around(event.number, len(event.lines))

    def _stood_around(self, number: int, length: int) -> list[Seen]:
        at = number - self._behind - 1
        start = max(at - AROUND, 0)
        near = self._recent[start : at + min(length, AROUND) + AROUND]
        return [Seen(self._behind + start + n + 1, text) for n, text in enumerate(near)]

    def _time_before(self, number: int) -> datetime | None:
        """The time of an entry without one: of the line before it that has one."""
        at = number - self._behind - 1
        for text in reversed(self._recent[max(at - AROUND, 0) : at + 1]):
            if found := self._time_in(text):
                return found
        return None

    def _time_in(self, line: str) -> datetime | None:
        _, pieces = Records(self._day).pieces(line, 0, reading=True)
        return next((p.at for p in pieces if p.at), None) or stamp(line, self._day)

    def _note_tail(self, lines: list[str], start: int) -> None:
        first = max(len(lines) - TAIL, 0)
        self.tail.extend(Seen(start + first + n + 1, text) for n, text in enumerate(lines[first:]))
