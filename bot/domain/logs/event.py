"""One error as it was logged: made from a traceback, an entry at WARNING or a warning of Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .frames import own_places
from .lines import Level, Piece
from .template import template, without_stamp
from .traceback import HEADER, Block, Trace

LONGEST_MESSAGE = 2_000  # characters; views cut it shorter, when its secrets are out
LONGEST_KEY = 400  # characters of a line that its template is made of
CUT_OFF = "Traceback"  # the type of an exception whose name was not in the log
MOST_LOOSE = 40  # lines of one message
FUTURE = re.compile(r"exception=(?P<type>[A-Za-z_][\w.]*)\((?P<message>.{0,300})\)>?")
ENVIRON = re.compile(r"\bos\.environ\b|\bgetenv\b|[/\\]os\.py\", line \d+, in __getitem__")
SETTINGS = re.compile(
    r"(?:^|[/\\])(?:settings?|config\w*|env\w*|conf)(?:\.py|[/\\])", re.IGNORECASE
)
PACKAGE = re.compile(r"(?:site|dist)-packages[/\\\\](\w+)")


@dataclass(frozen=True)
class ErrorEvent:
    """One error as it was logged; equal `key`s are one error.

    `type` is the exception at the root of the chain, else the level; `where` the last place in the
    program's own code, as `module.function`, if there is one. `told` is what every exception of
    the chain says, the root first; `number` and `telling` are where it begins and what names it.
    """

    at: datetime | None
    type: str
    message: str
    where: str
    key: tuple[str, ...]
    lines: tuple[str, ...]
    level: Level = Level.ERROR
    told: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    number: int = 0
    telling: tuple[Piece, ...] = ()

    @property
    def is_trace(self) -> bool:
        return self.key[0] == "trace"


def of_entry(entry: Sequence[Piece], longest: int) -> ErrorEvent:
    first = entry[0]
    message = without_stamp(first.text)
    lost = next((f for p in entry[1:4] if (f := FUTURE.search(p.text))), None)
    kind = lost["type"] if lost else first.level.name
    key = ("trace", kind) if lost else ("line", template(message[:LONGEST_KEY]))
    told = "\n".join(p.text for p in entry)
    return ErrorEvent(
        at=first.at,
        type=kind,
        message=(lost["message"] if lost else message)[:LONGEST_MESSAGE],
        where="",
        key=key,
        lines=sample([line.text for line in entry], longest),
        level=first.level,
        told=(f"{kind}: {lost['message']}\n{told}" if lost else told,),
        number=first.number,
        telling=(first,),
    )


def of_warning(piece: Piece, warned: re.Match[str]) -> ErrorEvent:
    return ErrorEvent(
        at=piece.at,
        type=warned["type"],
        message=warned["message"][:LONGEST_MESSAGE],
        where="",
        key=("warning", warned["type"], template(warned["message"][:LONGEST_KEY])),
        lines=(piece.text,),
        level=Level.WARNING,
        told=(f"{warned['type']}: {warned['message']}",),
        number=piece.number,
        telling=(piece,),
    )


def of_trace(head: Sequence[Piece], trace: Trace, longest: int) -> ErrorEvent:
    lines = [*head, *trace.lines]
    root = trace.root
    frames = [f for block in trace.blocks for f in block.frames]
    own = own_places(frames)
    mine = [f for f in root.frames if f.in_app] or [f for f in frames if f.in_app]
    last = mine or root.frames or frames
    types = [block.type for block in trace.blocks]
    first = lines[0]
    said = first.level if head or first.level else Level.ERROR
    return ErrorEvent(
        at=first.at,
        type=root.type or CUT_OFF,
        message=root.message[:LONGEST_MESSAGE],
        where=last[-1].place if last else "",
        key=("trace", *types, *own),
        lines=sample([line.text for line in lines], longest),
        level=max(said, Level.WARNING),
        told=_told(root, trace, head),
        functions=tuple(dict.fromkeys(f.place for f in frames if f.in_app)),
        number=first.number,
        telling=(*head[:1], *trace.raised[:1], *trace.raised[-1:]) or (first,),
    )


def _told(root: Block, trace: Trace, head: Sequence[Piece]) -> tuple[str, ...]:
    """The root first, then the others, then everything: notes and details decide sometimes."""
    libraries = dict.fromkeys(
        m[1] for b in trace.blocks for f in b.frames if (m := PACKAGE.search(f.file))
    )
    loose = [p.text for p in trace.lines if p.text[:1].strip() and HEADER not in p.text]
    whole = "\n".join([" ".join(libraries), *(p.text for p in head[:3]), *loose[:MOST_LOOSE]])
    environ = " (os.environ)" if ENVIRON.search("\n".join(p.text for p in trace.lines)) else ""
    bare = "" if root.frames else " (no frames)"
    others = [b for b in trace.blocks if b is not root and b.type]
    mine = [f for f in root.frames if f.in_app][-1:]
    settings = " (settings)" if mine and SETTINGS.search(mine[0].file) else ""
    said = [
        f"{root.type}: {root.message}{environ}{settings}{bare}",
        *(f"{b.type}: {b.message}" for b in others),
    ]
    said = ["\n".join([first, *b.more]) for first, b in zip(said, [root, *others], strict=True)]
    return (*said[:12], whole)


def sample(texts: Sequence[str], longest: int) -> tuple[str, ...]:
    """Head and tail: the announcement is at one end, the exception at the other."""
    if len(texts) <= longest:
        return tuple(texts)
    half = longest // 2
    left_out = f"… {len(texts) - 2 * half} lines …"
    return (*texts[:half], left_out, *texts[-half:])
