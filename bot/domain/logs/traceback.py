"""A Python traceback in the text of a log: where it begins, where it ends, what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from .frames import FRAME, Frame
from .lines import NAMED, Level, Piece, said_level
from .template import is_stamped

HEADER = "Traceback (most recent call last):"  # of an exception group, too
GROUP = "Exception Group Traceback"
SEPARATORS = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
# What precedes a traceback that is not an error of the program: it is told of one it dropped, of
# a log call that does not fit its arguments, or of where it stands.
NOT_OURS = re.compile(
    r"Exception ignored (?:in|on|while)|--- Logging error ---|Stack \(most recent call last"
    r"|\(most recent call first\)"
)
# A log call that failed is told in this order: traceback, call stack, message, arguments.
MUTED_ON = ("Call stack:", "Message: ", "Arguments: ")
RAISED = re.compile(r"^(?P<type>[A-Za-z_][\w.]*(?:\.<locals>[\w.]+)*)(?:: ?(?P<message>.*))?$")
# What is certainly an exception without any traceback around it.
ALONE = re.compile(
    r"^(?P<type>(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|ExceptionGroup))"
    r"(?:: (?P<message>.*))?$"
)
INNER = re.compile(r"^\((?P<type>[A-Za-z_][\w.]*)\) ")  # SQLAlchemy names the driver's error
MARGIN = re.compile(r"^\s*(?:\| ?|\+ )")  # of an exception group
RULE = re.compile(r"^\s*(?:\| )*\+[+-]+(?: \d+ -+)?$")
# Drivers go on after a message like so; notes of a program go on without any mark.
GOES_ON = re.compile(
    r"^(?:\s|LINE \d+:|DETAIL:|HINT:|CONTEXT:|QUERY:|WHERE:|STATEMENT:|\[SQL|\[parameters"
    r"|\[generated|\[cached|\(Background on|\^|\||For further information|connection to server at )"
)
FOLLOWS = timedelta(milliseconds=100)  # lines of one message are written together
LATER = timedelta(seconds=2)  # after such a silence the rest of a traceback does not come
MOST_ASIDE = 5  # foreign lines tolerated inside a traceback
MOST_AFTER = 40  # lines of one message after the line that names the exception
MOST_TOLD = 12  # of these kept apart, beside the sample
MOST_LINES = 4_000  # of one traceback: a group of chains of recursions has fewer
MOST_FRAMES = 1_000  # kept of one exception
EXITS = re.compile(r"^(?:\S+ )?exited with code \d|^make: \*\*\*|^\[\d+\]|^\S{0,60}[$#] |^npm ")
WARNED = re.compile(r"(?:^|\s)[^\s:]{1,300}:\d+: (?P<type>[A-Z]\w*Warning): (?P<message>.*)$")


@dataclass
class Block:
    """One exception of a chain."""

    frames: list[Frame] = field(default_factory=list)
    type: str = ""
    message: str = ""
    more: list[str] = field(default_factory=list)  # what goes on behind its first line

    def close(self, raised: re.Match[str]) -> None:
        """Take what the line after the frames says."""
        self.type, self.message = raised["type"], raised["message"] or ""
        if inner := INNER.match(self.message):
            self.type = inner["type"]


@dataclass
class Trace:
    """A chain of exceptions as printed: the root first, what was raised in the end last.

    `aside` are lines of others that fell between its own.
    """

    blocks: list[Block] = field(default_factory=list)
    lines: list[Piece] = field(default_factory=list)
    aside: list[Piece] = field(default_factory=list)
    raised: list[Piece] = field(default_factory=list)  # the lines that name an exception

    @property
    def root(self) -> Block:
        """The first cause; of an exception group the first of its members."""
        closed = [block for block in self.blocks if block.type] or self.blocks
        known = next((b for b in closed if not b.type.endswith("ExceptionGroup")), None)
        return known if closed[0].type.endswith("ExceptionGroup") and known else closed[0]


def begins(text: str) -> bool:
    """Whether a traceback begins here, its head cut off or not."""
    if HEADER in text or FRAME.match(text) is not None:
        return True
    return (
        "| " in text
        and text.lstrip().startswith("| ")
        and FRAME.match(MARGIN.sub("", text)) is not None
    )


def alone(text: str) -> bool:
    """Whether it names an exception, with everything before it cut off."""
    found = ALONE.match(text)
    return found is not None and found["type"] not in NAMED


class Reader:
    """Takes the lines of one traceback, one after another, until one is not part of it.

    `styled`: other entries of this log begin with a time or a level, so what does not goes on.
    """

    def __init__(self, first: str, *, styled: bool = True) -> None:
        self.trace = Trace()
        self._grouped = GROUP in first or first.lstrip().startswith("| ")
        self._styled = styled
        self._state: Callable[[str, Piece], bool] = self._begins
        self._after = 0
        self._blank = False
        self._chained = False  # by a separator that stands before no margin

    def takes(self, line: Piece) -> bool:
        lines = self.trace.lines
        if len(lines) == MOST_LINES or (lines and _apart(lines[-1], line) > LATER):
            return False
        text = MARGIN.sub("", line.text) if self._grouped else line.text
        if not self._state(text, line):
            return False
        if not (self.trace.aside and self.trace.aside[-1] is line):
            lines.append(line)
        return True

    def end(self) -> Trace:
        """Give what was read; blank lines at its end are nobody's."""
        while len(self.trace.lines) > 1 and not self.trace.lines[-1].text.strip():
            self.trace.lines.pop()
        return self.trace

    def _begins(self, text: str, line: Piece) -> bool:
        self.trace.blocks.append(Block())
        self._state = self._in_frames
        return HEADER in text or self._in_frames(text, line)

    def _in_frames(self, text: str, line: Piece) -> bool:
        block = self.trace.blocks[-1]
        if HEADER in text or line.opens:
            return False  # this one was cut short, and the next begins
        if frame := FRAME.match(text):
            if len(block.frames) < MOST_FRAMES:
                block.frames.append(Frame(frame["file"], frame["function"]))
        elif text[:1].strip() and (raised := _raised(text)):
            self._closes(raised, line)
        elif self._grouped and text == line.text and text[:1].strip():
            return self._sets_aside(line)
        elif text[:1].strip():
            return text.strip() not in SEPARATORS and self._sets_aside(line)
        elif not text and not block.frames:
            return False
        return True

    def _sets_aside(self, line: Piece) -> bool:
        if len(self.trace.aside) == MOST_ASIDE:
            return False
        self.trace.aside.append(line)
        return True

    def _closes(self, raised: re.Match[str], line: Piece) -> None:
        self.trace.blocks[-1].close(raised)
        self.trace.raised.append(line)
        self._state, self._after, self._blank = self._behind, 0, False

    def _behind(self, text: str, line: Piece) -> bool:
        if text.strip() in SEPARATORS or (self._grouped and RULE.match(line.text)):
            self._state = self._between
            self._chained = text.strip() in SEPARATORS and text == line.text
            return True
        if line.opens or begins(text) or is_record(text) or NOT_OURS.search(text):
            return False
        if text.startswith(MUTED_ON[0]) or EXITS.match(text) or WARNED.match(text):
            return False
        self._after += 1
        together = self._after <= MOST_AFTER and _apart(self.trace.lines[-1], line) <= FOLLOWS
        blank, self._blank = self._blank, not text.strip()
        taken = self._continues(text, line, blank=blank, together=together)
        if taken and self._after <= MOST_TOLD:
            self.trace.blocks[-1].more.append(text)
        return taken

    def _continues(self, text: str, line: Piece, *, blank: bool, together: bool) -> bool:
        if self._blank or GOES_ON.match(text) or (self._grouped and text != line.text):
            return together
        sure = self._styled or _timed(line)
        return together and sure and not blank and not self._grouped

    def _between(self, text: str, line: Piece) -> bool:  # noqa: PLR0911 - a table of what may come
        if text in SEPARATORS and text == line.text:
            self._chained = True
            return True
        plain_header = text.startswith(HEADER) and text == line.text
        if self._grouped and text == line.text and text.strip() and not RULE.match(text):
            if not (plain_header and self._chained):
                return False  # members of a group stand behind its margin
            self._grouped = False
        if HEADER in text:
            if line.opens:
                return False
            self._grouped = self._grouped or GROUP in text
            self.trace.blocks.append(Block())
            self._state = self._in_frames
            return True
        if self._grouped and (raised := RAISED.match(text)):
            self.trace.blocks.append(Block())  # a member that was never raised has no frames
            self._closes(raised, line)
            return True
        if not self._grouped and (raised := _raised(text)):
            self.trace.blocks.append(Block())
            self._closes(raised, line)
            return True
        return not text.strip() or (self._grouped and RULE.match(line.text) is not None)


def _raised(text: str) -> re.Match[str] | None:
    """The name of an exception: with a capital, a module, or a message; never a level."""
    found = RAISED.match(text)
    if found is None or found["type"] in NAMED:
        return None
    last = found["type"].rpartition(".")[2]
    if last[:1].isupper() or "." in found["type"] or last.lower().endswith(("error", "exception")):
        return found
    return None


def _timed(line: Piece) -> bool:
    """Whether its time is fine enough to say that it was written together with the one before."""
    return line.at is not None and line.at.microsecond > 0


def _apart(one: Piece, other: Piece) -> timedelta:
    if one.at is None or other.at is None:
        return timedelta()
    return other.at - one.at


def is_record(text: str) -> bool:
    """Whether a logging library, or the platform, began a new entry here."""
    if not text or text[0] in " \t":
        return False
    return text.startswith("==>") or is_stamped(text) or said_level(text, words=2) > Level.NONE
