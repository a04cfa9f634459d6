"""A Python traceback in the text of a log: where it begins, where it ends, what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from .lines import NAMED, Level, LogLine, said_level
from .template import is_stamped

HEADER = "Traceback (most recent call last):"  # of an exception group, too
GROUP = "Exception Group Traceback"
SEPARATORS = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
# What precedes a traceback that is not an error of the program: it is told of one it dropped, or
# of a log call that does not fit its arguments.
NOT_OURS = re.compile(r"Exception ignored in|--- Logging error ---|Stack \(most recent call last")
FRAME = re.compile(r'^\s+File "(?P<file>[^"]{1,500})", line \d+, in (?P<function>\S.*)$')
RAISED = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)(?:: ?(?P<message>.*))?$")
INNER = re.compile(r"^\((?P<type>[A-Za-z_][\w.]*)\) ")  # SQLAlchemy names the driver's error
MARGIN = re.compile(r"^\s*(?:\| ?|\+ )")  # of an exception group
RULE = re.compile(r"^\s*(?:\| )*\+[+-]+(?: \d+ -+)?$")
LIBRARY = re.compile(r"site-packages|dist-packages|[/\\]lib[/\\]python3|^<")
ROOTS = ("/opt/render/project/src/", "/usr/src/app/", "/app/", "/code/")
FOLLOWS = timedelta(milliseconds=100)  # lines of one message are written together
LATER = timedelta(seconds=2)  # after such a silence the rest of a traceback does not come
MOST_ASIDE = 5  # foreign lines tolerated inside a traceback
MOST_AFTER = 40  # lines of one message after the line that names the exception


@dataclass(frozen=True)
class Frame:
    file: str
    function: str

    @property
    def in_app(self) -> bool:
        return LIBRARY.search(self.file) is None

    @property
    def place(self) -> str:
        """`module.function`, the module as far as the path gives it away."""
        path = next((self.file[len(r) :] for r in ROOTS if self.file.startswith(r)), None)
        parts = re.split(r"[/\\]", path or self.file)
        parts = parts if path else parts[-2:]
        module = ".".join(p for p in parts if p).removesuffix(".py").removesuffix(".__init__")
        return f"{module}.{self.function}"


@dataclass
class Block:
    """One exception of a chain."""

    frames: list[Frame] = field(default_factory=list)
    type: str = ""
    message: str = ""

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
    lines: list[LogLine] = field(default_factory=list)
    aside: list[LogLine] = field(default_factory=list)

    @property
    def root(self) -> Block:
        """The first cause; of an exception group the first of its members."""
        closed = [block for block in self.blocks if block.type] or self.blocks
        grouped = closed[0].type.endswith("ExceptionGroup") and len(closed) > 1
        return closed[1] if grouped else closed[0]


def begins(text: str) -> bool:
    """Whether a traceback begins here, its head cut off or not."""
    return HEADER in text or FRAME.match(text) is not None


def read(lines: Sequence[LogLine], start: int) -> tuple[Trace, int]:
    """Read the traceback that begins at `start`; return it and where the rest begins."""
    reader = Reader(grouped=GROUP in lines[start].text)
    index = start
    while index < len(lines) and reader.takes(lines[index]):
        index += 1
    return reader.trace, index


class Reader:
    """Takes the lines of one traceback, one after another, until one is not part of it."""

    def __init__(self, *, grouped: bool) -> None:
        self.trace = Trace()
        self._grouped = grouped
        self._state: Callable[[str, LogLine], bool] = self._begins
        self._after = 0

    def takes(self, line: LogLine) -> bool:
        if self.trace.lines and line.at - self.trace.lines[-1].at > LATER:
            return False
        text = MARGIN.sub("", line.text) if self._grouped else line.text
        if not self._state(text, line):
            return False
        if not (self.trace.aside and self.trace.aside[-1] is line):
            self.trace.lines.append(line)
        return True

    def _begins(self, text: str, line: LogLine) -> bool:
        self.trace.blocks.append(Block())
        self._state = self._in_frames
        return HEADER in text or self._in_frames(text, line)

    def _in_frames(self, text: str, line: LogLine) -> bool:
        block = self.trace.blocks[-1]
        if HEADER in text:
            return False  # this one was cut short, and the next begins
        if frame := FRAME.match(text):
            block.frames.append(Frame(frame["file"], frame["function"]))
        elif (raised := RAISED.match(text)) and raised["type"] not in NAMED:
            self._closes(raised)
        elif text[:1].strip():
            return self._sets_aside(line)
        return True

    def _sets_aside(self, line: LogLine) -> bool:
        if len(self.trace.aside) == MOST_ASIDE:
            return False
        self.trace.aside.append(line)
        return True

    def _closes(self, raised: re.Match[str]) -> None:
        self.trace.blocks[-1].close(raised)
        self._state, self._after = self._behind, 0

    def _behind(self, text: str, line: LogLine) -> bool:
        if text.strip() in SEPARATORS or (self._grouped and RULE.match(line.text)):
            self._state = self._between
            return True
        if begins(text) or is_record(text) or NOT_OURS.match(text):
            return False
        self._after += 1
        together = line.at - self.trace.lines[-1].at <= FOLLOWS
        return self._after <= MOST_AFTER and together

    def _between(self, text: str, line: LogLine) -> bool:
        if self._grouped and text == line.text and text.strip() and not RULE.match(text):
            return False  # members of a group stand behind its margin
        if HEADER in text:
            self.trace.blocks.append(Block())
            self._state = self._in_frames
            return True
        if self._grouped and (raised := RAISED.match(text)):
            self.trace.blocks.append(Block())  # a member that was never raised has no frames
            self._closes(raised)
            return True
        return not text.strip() or (self._grouped and RULE.match(line.text) is not None)


def is_record(text: str) -> bool:
    """Whether a logging library, or the platform, began a new entry here."""
    level = said_level(text, words=2)
    return text.startswith("==>") or is_stamped(text) or level > Level.NONE
