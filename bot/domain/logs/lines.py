"""One line of a log as we keep it: clean, bounded, with its place in time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from .words import any_word

LONGEST = 4_000  # characters kept of one line: enough for any message that people read

# CSI and OSC sequences and two-character escapes (ECMA-48); OSC ends at BEL or ST.
ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]|\x9b[0-?]*[ -/]*[@-~]"
)
# Control characters, and the ones that reorder or hide text on a screen.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
SURROGATES = re.compile(r"[\ud800-\udfff]")


class Level(IntEnum):
    NONE = 0  # the line names none
    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    CRITICAL = 50


NAMED = {
    "DEBUG": Level.DEBUG,
    "TRACE": Level.DEBUG,
    "INFO": Level.INFO,
    "NOTICE": Level.INFO,
    "WARN": Level.WARNING,
    "WARNING": Level.WARNING,
    "ERROR": Level.ERROR,
    "CRITICAL": Level.CRITICAL,
    "FATAL": Level.CRITICAL,
    "PANIC": Level.CRITICAL,
    "ALERT": Level.CRITICAL,
    "EMERGENCY": Level.CRITICAL,
    "EMERG": Level.CRITICAL,
    "CRIT": Level.CRITICAL,
}
# A level stands at the head of a line, in capitals as logging libraries write it, or as a field;
# further on it is only a word.
SAID = re.compile(rf"({any_word(*NAMED)})\b")
FIELD = re.compile(r"\blevel\"?\s?[=:]\s?\"?([a-z]+)", re.IGNORECASE)
BRACKETED = re.compile(r"[\[|] ?([a-z]{4,9}) *[\]|]")  # structlog's console, nginx
HEAD = 120  # characters
MOST_WORDS = 6  # before it: a date, a time, a name and what parts them


@dataclass(frozen=True)
class LogLine:
    """`text` is clean and free of secrets; `level` is what the platform thinks, `kind` its type.

    Lines are untrusted: data to count and to quote.
    """

    at: datetime
    text: str
    instance: str = ""
    level: str = ""
    id: str = ""
    kind: str = ""

    @property
    def from_platform(self) -> bool:
        """Whether the platform itself wrote it, as `==> Running 'python -m app'`."""
        return self.text.startswith("==>")

    @property
    def weight(self) -> Level:
        """Its level: the one the line names, else the platform's guess."""
        return said_level(self.text) or NAMED.get(self.level.upper(), Level.NONE)


@dataclass(slots=True)
class Piece:
    """One line on its way through the pipeline; a record is one of them and what goes on from it.

    `number` counts the lines of the log from 1; `opens` says that its carrier is sure that a new
    entry begins here; `level` is what it says or what its carrier knows.
    """

    text: str
    at: datetime | None = None
    level: Level = Level.NONE
    number: int = 0
    opens: bool = False
    raw: str = ""


def said_level(text: str, words: int = MOST_WORDS) -> Level:
    """The level that the line itself names after at most that many words."""
    head = text[:HEAD]
    said = SAID.search(head)
    if said is None and "level" in head.lower():
        said = FIELD.search(head)
    said = said or BRACKETED.search(head)
    if said is None or head.count(" ", 0, said.start()) > words:
        return Level.NONE
    return NAMED.get(said[1].upper(), Level.NONE)


def clean(text: str) -> str:
    """Strip colours, control characters and what hides or reorders text; bound the length."""
    text = UNSEEN.sub("", ANSI.sub("", text[: 2 * LONGEST]))
    text = SURROGATES.sub("�", text).rstrip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
