"""Raw lines of any log become pieces: what the program wrote, by which instance, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from .jsonlog import Entry, entry, parse
from .lines import LONGEST, NAMED, Level, Piece, clean, said_level
from .stamps import stamp
from .template import without_stamp
from .traceback import HEADER, MARGIN, SEPARATORS, alone, begins
from .transport import Carried, Carrier

ESCAPED = (
    "\\n  File ",
    "(most recent call last):\\n",
    "\\n  + Exception",
    "\\nThe above",
    "\\nDuring",
)
MOST_PARTS = 2_000  # lines in one
LONGEST_RAW = 200_000  # characters of one line that are looked at


class Records:
    """Takes raw lines in their order. `day` is the date of times that do not name one."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._carrier = Carrier()
        self._parts: dict[str, str] = {}
        self.who = ""  # the instance of the last line
        self._when: tuple[str, datetime | None] = ("", None)

    def pieces(self, line: str, number: int, *, reading: bool) -> tuple[str, list[Piece]]:
        """The instance and what it wrote; `reading` says that a traceback is being read there."""
        line = line[:LONGEST_RAW]
        if not line.isprintable():
            line = clean_long(line)
        carried = self._carrier.unwrap(line)
        if carried.partial or carried.who in self._parts:
            whole = self._parts.pop(carried.who, "") + carried.text
            if carried.partial and len(whole) < LONGEST_RAW:
                self._parts[carried.who] = whole
                return carried.who, []
            carried.text = whole
        if carried.who or carried.when or not reading:
            self.who = carried.who
        if carried.text[:1] == "{" and (found := self._json(carried, line, number)):
            return found
        return self.who, self._text(carried, line, number, reading=reading)

    def _json(self, carried: Carried, raw: str, number: int) -> tuple[str, list[Piece]] | None:
        data = parse(carried.text)
        if not isinstance(data, Mapping) or not data:
            return None
        said = entry(data, self._day)
        at = said.at or self._at(carried.when)
        self.who = said.who or carried.who
        if said.enveloped:
            return self.who, self._enveloped(said, raw, number)
        texts = [part for text in said.lines for part in split(text)][:MOST_PARTS]
        level = said_level(texts[0])
        first = Piece(clean(texts[0]), at, level, number, opens=bool(said.level), raw=raw)
        rest = [Piece(clean(text), at, Level.NONE, number, raw=raw) for text in texts[1:]]
        return self.who, [first, *rest]

    def _enveloped(self, said: Entry, raw: str, number: int) -> list[Piece]:
        """The lines in the envelope, with the level that the store thinks they are of."""
        found = []
        for line in said.lines:
            text = line if line.isprintable() else clean_long(line)
            found += self._text(self._carrier.unwrap(text), raw, number, reading=True, at=said.at)
        for piece in found:
            if piece.level is Level.NONE:
                piece.level = NAMED.get(said.level, Level.NONE)
        return found

    def _text(
        self, carried: Carried, raw: str, number: int, *, reading: bool, at: datetime | None = None
    ) -> list[Piece]:
        text = self._of_record(carried, raw, reading=reading)
        level = said_level(text)
        if at is None and (reading or level >= Level.WARNING or HEADER in text):
            at = self._at(carried.when or text)
        if "#012" not in text and "\\n" not in text:
            return [Piece(cut(text), at, level, number, raw=raw)]
        texts = split(text)[:MOST_PARTS]
        rest = (Piece(cut(t), at, said_level(t, 2), number, raw=raw) for t in texts[1:])
        return [Piece(cut(texts[0]), at, level, number, raw=raw), *rest]

    def _of_record(self, carried: Carried, raw: str, *, reading: bool) -> str:
        """A time in front belongs to the entry, unless what follows is a part of a traceback."""
        text = carried.text
        if not carried.when or carried.who or text is raw:
            return text
        part = begins(text) or text[:1] in " \t" or alone(text) or text in SEPARATORS
        if part or (reading and said_level(text) is Level.NONE) or MARGIN.match(text):
            return text
        return raw if raw.endswith(text) and without_stamp(raw) != raw else text

    def _at(self, said: str) -> datetime | None:
        if said != self._when[0]:
            self._when = (said, stamp(said, self._day))
        return self._when[1]


def split(text: str) -> list[str]:
    """Lines that a carrier has put into one: syslog's #012, and a traceback escaped."""
    if "#012" in text:
        text = text.replace("#012", "\n").replace("#011", "\t")
    if "\\n" in text and any(mark in text for mark in ESCAPED):
        opened = text[text.find(HEADER) - 1 : text.find(HEADER)] if HEADER in text else ""
        text = text.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
        if opened in {'"', "'"}:
            text = text.rstrip().removesuffix("}").removesuffix(opened).removesuffix("\n")
    return text.split("\n")


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def clean_long(line: str) -> str:
    """As `clean`, but JSON on one line is not cut in two."""
    if len(line) <= LONGEST:
        return clean(line)
    return "".join(clean(line[n : n + LONGEST - 1]) for n in range(0, len(line), LONGEST - 1))
