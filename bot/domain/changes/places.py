"""Whether a file of a diff is a file of a traceback: the same path, seen from two roots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence

from bot.domain.logs.frames import ROOTS

from .change import File

MOST = 50  # files of tracebacks that are compared
LONGEST = 500  # characters of a path

Parts = tuple[str, ...]


def hits(files: Iterable[File], frames: Sequence[str]) -> list[str]:
    """The paths of the diff that surely stand in the traceback."""
    named = defaultdict[str, list[Parts]](list)
    for frame in map(_parts, frames[:MOST]):
        named[frame[-1]].append(frame)
    found = ((f.path, path) for f in files for path in _paths(f, named))
    hit = (at for at, path in found if any(_same(path, frame) for frame in named[path[-1]]))
    return list(dict.fromkeys(hit))


def near(files: Iterable[File], frames: Sequence[str]) -> bool:
    """Whether any has the name of a file of the traceback: it may be that one."""
    names = {_parts(frame)[-1] for frame in frames[:MOST]}
    return any(_paths(file, names) for file in files)


def files_of(place: str) -> tuple[str, ...]:
    """The files that `module.function` may stand in."""
    module = place.strip()[:LONGEST].rpartition(".")[0].replace(".", "/")
    return (f"{module}.py", f"{module}/__init__.py") if module else ()


def _paths(file: File, names: Container[str]) -> list[Parts]:
    """Its paths, of those whose last part is one of the names."""
    known = (path for path in (file.path, file.before) if path)
    return [_parts(path) for path in known if _name(path) in names]


def _name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/ ").rpartition("/")[2].strip()


def _parts(path: str) -> Parts:
    path = path[-LONGEST:].replace("\\", "/").strip()
    root = next((root for root in ROOTS if path.startswith(root)), "")
    path = path.removeprefix(root).removeprefix("./").removeprefix("src/")
    if path.startswith("/"):
        return ("/", *(p for p in path.split("/") if p))
    return tuple(p for p in path.split("/") if p) or ("",)


def _same(one: Parts, other: Parts) -> bool:
    """By as much of both paths as there is; a name alone must be the whole path of both."""
    shorter = min(len(one), len(other))
    if shorter == 1:
        return one == other
    return one[-shorter:] == other[-shorter:]
