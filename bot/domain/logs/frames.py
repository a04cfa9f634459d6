"""The places of a traceback, and which of them are the program's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

FRAME = re.compile(r'^\s+File "(?P<file>[^"]{1,500})", line \d+, in (?P<function>\S.*)$')
# A syntax error shows a place in a file, but no function: nothing was running there.
LIBRARY = re.compile(
    r"site-packages|dist-packages|[/\\]lib(?:64)?[/\\]python\d|[/\\]Python3\d+[/\\]Lib[/\\]|^<"
    r"|[/\\]pyenv[/\\]versions[/\\]|\.zip[/\\]|\.pyx$|[/\\]bin[/\\][^/\\.]{1,40}$"
)
ROOTS = ("/opt/render/project/src/", "/usr/src/app/", "/app/", "/code/", "/workspace/", "/srv/")
MOST = 40  # functions named of one error


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
        path = path.removeprefix("src/") if path else None
        parts = re.split(r"[/\\]", path or self.file)
        parts = parts if path else parts[-2:]
        module = ".".join(p for p in parts if p).removesuffix(".py").removesuffix(".__init__")
        return f"{module}.{self.function}"


def own_places(frames: Iterable[Frame]) -> list[str]:
    """The program's own places in the order of the calls; with none, the last two of any.

    A place that calls itself stands once.
    """
    known = list(frames)
    places = [f.place for f in known if f.in_app] or [f.place for f in known[-2:]]
    return [place for place, _ in groupby(places)][:MOST]
