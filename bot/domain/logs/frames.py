"""The places of a traceback, and which of them are the program's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

FRAME = re.compile(r'^\s+File "(?P<file>[^"]{1,500})", line \d+, in (?P<function>\S.*)$')
# A syntax error shows a place in a file, but no function: nothing was running there.
LIBRARY = re.compile(
    r"site-packages|dist-packages|[/\\]lib(?:64)?[/\\]python\d|[/\\]Python3\d+[/\\]Lib[/\\]|^<"
    r"|[/\\]pyenv[/\\]versions[/\\]|\.zip[/\\]|\.pyx$|[/\\]bin[/\\][^/\\.]{1,40}$"
)
ROOTS = ("/opt/render/project/src/", "/usr/src/app/", "/app/", "/code/", "/workspace/", "/srv/")
MOST = 40  # functions named of one error
MOST_FILES = 1_000  # remembered: the same ones stand in every traceback


@dataclass(frozen=True)
class Frame:
    file: str
    function: str

    @property
    def in_app(self) -> bool:
        return _is_own(self.file)

    @property
    def place(self) -> str:
        """`module.function`, the module as far as the path gives it away."""
        return f"{_module(self.file)}.{self.function}"


@lru_cache(MOST_FILES)
def _is_own(file: str) -> bool:
    return LIBRARY.search(file) is None


@lru_cache(MOST_FILES)
def _module(file: str) -> str:
    path = next((file[len(r) :] for r in ROOTS if file.startswith(r)), None)
    path = path.removeprefix("src/") if path else None
    parts = re.split(r"[/\\]", path or file)
    parts = parts if path else parts[-2:]
    return ".".join(p for p in parts if p).removesuffix(".py").removesuffix(".__init__")


def own_places(frames: Iterable[Frame]) -> list[str]:
    """The program's own places in the order of the calls; with none, the last two of any.

    A place that calls itself stands once.
    """
    known = list(frames)
    places = [f.place for f in known if f.in_app] or [f.place for f in known[-2:]]
    return [place for place, _ in groupby(places)][:MOST]
