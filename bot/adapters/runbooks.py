"""Reads runbooks: those that come with the program, and a user's own from a folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from bot.adapters.runbook_file import RunbookFile
from bot.domain.runbook import Runbook

AT_MOST = 65_536  # bytes of a file
MOST_FILES = 200
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
SAID = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of runbooks",
    "string_too_long": "is longer than {max_length} characters",
    "string_too_short": "is empty",
    "too_long": "has more than {max_length} entries",
    "too_short": "has fewer than {min_length} entries",
}


@dataclass(frozen=True)
class Loaded:
    """`problems` are sentences for people, one for each file that could not be taken."""

    runbooks: tuple[Runbook, ...]
    problems: tuple[str, ...] = ()


def load(folder: Path | None = None) -> Loaded:
    """Ours, and those of the folder; of one name the folder's is taken. Never raises."""
    known, problems = dict[str, Runbook](), list[str]()
    for found in (_packaged(), _own(folder) if folder else iter(())):
        for name, text in found:
            one = _runbook(name, text) if isinstance(text, bytes) else text
            if isinstance(one, Runbook):
                known[one.name] = one
            else:
                problems.append(one)
    return Loaded(tuple(known.values()), tuple(problems))


def _packaged() -> Iterator[tuple[str, bytes | str]]:
    there = files("bot").joinpath("runbooks")
    for file in sorted(there.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            yield file.name, _read(file)


def _own(folder: Path) -> Iterator[tuple[str, bytes | str]]:
    try:
        names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".toml"))
    except OSError as error:
        yield "", f"The folder of runbooks {folder} cannot be read: {_short(error)}."
        return
    for name in names[:MOST_FILES]:
        if NAME.fullmatch(name.removesuffix(".toml")):
            yield name, _read(folder / name)
        else:
            yield "", f"Runbook {name[:60]!r}: name it in small letters, figures, - and _."
    if len(names) > MOST_FILES:
        more = len(names) - MOST_FILES
        yield "", f"The folder of runbooks has {more} files too many: {MOST_FILES} are read."


def _read(file: Traversable) -> bytes | str:
    """The content, or why there is none. A pipe or a device would be waited for."""
    if not file.is_file():
        return f"Runbook {file.name}: it is no file."
    try:
        with file.open("rb") as opened:
            content = opened.read(AT_MOST + 1)
    except OSError as error:
        return f"Runbook {file.name}: it cannot be read: {_short(error)}."
    if len(content) > AT_MOST:
        return f"Runbook {file.name}: it is larger than {AT_MOST // 1024} kB."
    return content


def _short(error: OSError) -> str:
    return (error.strerror or "it is not there").lower()


def _runbook(name: str, content: bytes) -> Runbook | str:
    """The runbook, or a sentence that names the file and the field."""
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return f"Runbook {name}: it is not UTF-8 text."
    except (ValueError, RecursionError) as error:
        said = str(error)[:150] if isinstance(error, tomllib.TOMLDecodeError) else "nested too deep"
        return f"Runbook {name}: it is not TOML: {said}."
    try:
        return RunbookFile.model_validate(data).runbook(name.removesuffix(".toml"))
    except ValidationError as error:
        return f"Runbook {name}: {_said(error)}"


def _said(error: ValidationError) -> str:
    """The first thing that is wrong, such as `quick_checks 3, question: is missing`."""
    errors = error.errors(include_url=False, include_input=False)
    kind, context, place = errors[0]["type"], errors[0].get("ctx", {}), errors[0]["loc"]
    if kind in SAID:
        said = SAID[kind].format(**context)
    else:
        said = errors[0]["msg"].removeprefix("Value error, ")[:250]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{_place(place)}{said[:1].lower()}{said[1:]}{more}."


def _place(steps: tuple[int | str, ...]) -> str:
    place = ""
    for step in steps:
        place += f" {step + 1}" if isinstance(step, int) else f", {str(step)[:40]}"
    return f"{place[2:]}: " if place else ""
