"""`diagnose`: a log of any size through the analysis, on two processes where it is large."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.domain.logs.analysis import Analysis
from bot.domain.logs.deploys import Release, releases
from bot.domain.logs.diagnosis import diagnose
from bot.domain.logs.jsonlog import TIMES
from bot.domain.logs.parts import BLOCK, analyse_opened, analyse_part
from bot.domain.logs.stamps import OPENING, moment
from bot.views.diagnosis import Account, account, as_json, coverage, headline, when

LARGE = 8 << 20  # bytes from which on two processes share the work
WHOLE = 32 << 20  # bytes of a JSON document that is read as one
PROBED = 1 << 16  # bytes looked at for what is no text
LISTS = ("logs", "hits", "events", "entries", "records", "items", "data", "results", "messages")
SOURCES = ("_source", "log", "entry")  # of one hit in an answer of a log store
WIDE = 160  # columns where no terminal says how many there are


class BadLog(Exception):  # noqa: N818 - it says what the input is
    """What was given cannot be read as a log: one sentence for people."""


def run_diagnosis(name: str, deploys: str, *, out: Console, wanted_json: bool) -> None:
    """Read, analyse, print. Raises BadLog."""
    released = read_deploys(deploys) if deploys else []
    with opened(name) as log:
        analysis = analyse_file(log)
    found = account(analysis, diagnose(analysis, released))
    if wanted_json:
        sys.stdout.write(json.dumps(as_json(found), ensure_ascii=False) + "\n")
    else:
        show(found, out)


def read_deploys(name: str) -> list[Release]:
    """Raises BadLog."""
    try:
        data = json.loads(Path(name).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as wrong:
        said = wrong.strerror if isinstance(wrong, OSError) else "it is not JSON"
        raise BadLog(f"The deploys in {name!r} cannot be read: {said}.") from None
    if not isinstance(data, list | dict):
        raise BadLog(f"The deploys in {name!r} are not a list of objects.")
    return releases(data, datetime.now(UTC).date())


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The log as a file that can be sought in; raises BadLog."""
    if name == "-":
        with tempfile.NamedTemporaryFile() as kept:
            while block := sys.stdin.buffer.read(BLOCK):
                kept.write(block)
            kept.seek(0)
            yield as_text(kept, "the input")
        return
    path = Path(name)
    if path.is_dir():
        raise BadLog(f"{name!r} is a directory; name a file, or - for the standard input.")
    try:
        with path.open("rb") as file:
            yield as_text(file, repr(name))
    except FileNotFoundError:
        raise BadLog(f"There is no file {name!r}.") from None
    except OSError as wrong:
        raise BadLog(f"{name!r} cannot be read: {wrong.strerror}.") from None


def as_text(file: IO[bytes], name: str) -> IO[bytes]:
    """The file itself, or what it holds in UTF-8. Raises BadLog for what is no text."""
    head = file.read(PROBED)
    file.seek(0)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # as PowerShell writes it
        kept = tempfile.NamedTemporaryFile()  # noqa: SIM115 - it lives as long as its reader
        kept.write(file.read().decode("utf-16", "replace").encode("utf-8", "replace"))
        kept.seek(0)
        return kept
    odd = sum(byte < 9 or 13 < byte < 27 for byte in head)  # noqa: PLR2004 - control characters
    if head.count(0) > len(head) // 1_000 or odd > len(head) // 20:
        raise BadLog(f"The log in {name} is binary; unpack or convert it to text first.")
    return file


def analyse_file(file: IO[bytes]) -> Analysis:
    """Analyse it from its beginning; a large one by halves at once."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    day = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC).date()
    if size <= WHOLE and (rows := document(file)) is not None:
        analysis = Analysis(day)
        analysis.feed(rows)
        return analysis.finish()
    if size < LARGE or (os.cpu_count() or 1) < 2:  # noqa: PLR2004 - two halves
        return analyse_part(file, 0, size, day)
    middle = boundary(file, size // 2, size)
    try:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            late = pool.submit(analyse_opened, partial(open, file.name, "rb"), middle, size, day)
            first = analyse_part(file, 0, middle, day)
            return first.merge(late.result())
    except (BrokenProcessPool, OSError):  # no room for a second process: it takes longer
        return analyse_part(file, 0, size, day)


def boundary(file: IO[bytes], middle: int, size: int) -> int:
    """Where an entry begins near the middle, and not in a traceback."""
    file.seek(middle)
    file.readline(BLOCK)
    start = at = file.tell()
    lines = file.read(min(BLOCK, size - at)).splitlines(keepends=True)
    for line, following in pairwise(lines):
        if _opens(line) and _opens(following):
            return at
        at += len(line)
    return min(start, size)


def _opens(line: bytes) -> bool:
    text = line[:200].decode("utf-8", "replace")
    stamped = OPENING.match(text)
    return text.startswith("{") or (
        stamped is not None and text[stamped.end() :][:3].count(" ") == 1
    )


def document(file: IO[bytes]) -> list[str] | None:
    """The entries of a log that is one JSON document; None for lines."""
    head = file.read(PROBED).lstrip()
    file.seek(0)
    if head[:1] not in {b"[", b"{"}:
        return None
    first, _, rest = head.partition(b"\n")
    one = _parsed(first)
    if rest.strip() and isinstance(one, Mapping):
        return None  # JSON lines
    data = _parsed(file.read())
    file.seek(0)
    rows = _rows(data)
    return (
        None
        if rows is None
        else [json.dumps(row) if not isinstance(row, str) else row for row in rows]
    )


def _parsed(text: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _rows(data: object) -> list[object] | None:
    if isinstance(data, Mapping):
        inner = next((data[n] for n in LISTS if isinstance(data.get(n), list | dict)), None)
        if inner is None:
            return [data]
        return _rows(inner)
    if not isinstance(data, list):
        return None
    rows = [_opened(row) for row in data if isinstance(row, dict | str)]
    times = [_time(row) for row in rows]
    known = [t for t in times if t is not None]
    return rows[::-1] if len(known) > 1 and known[0] > known[-1] else rows


def _opened(row: object) -> object:
    if isinstance(row, Mapping):
        return next((row[n] for n in SOURCES if isinstance(row.get(n), dict)), row)
    return row


def _time(row: object) -> datetime | None:
    if not isinstance(row, Mapping):
        return None
    return next((t for n in TIMES if n in row and (t := moment(row[n], date(2000, 1, 1)))), None)


def show(found: Account, out: Console) -> None:
    """Tables as wide as the terminal; into a file or a pipe without breaking lines early."""
    wide = out if out.is_terminal else Console(file=out.file, width=WIDE)
    for words, style in headline(found):
        wide.print(Text(words, style=style), highlight=False)
    if found.groups:
        wide.print(groups_table(found))
    if found.minutes:
        wide.print(minutes_table(found))
    for words in coverage(found):
        wide.print(Text(words, style="dim"), highlight=False)
    for line in found.excerpt:
        wide.print(Text(line), highlight=False, soft_wrap=True)


def groups_table(found: Account) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("×", "error", "first", "last", "a minute", "where", "new since"):
        table.add_column(head, overflow="fold")
    for group in found.groups[:20]:
        kind = f"{group['type']}: " if group["type"] else ""
        title = kind + group["message"][:160]
        row = (
            str(group["count"]), title, when(group["first"]), when(group["last"]),
            f"{group['per_minute']:g}", ", ".join(group["functions"][-2:]),
            group["new_since"] or "",
        )  # fmt: skip # read in rows
        table.add_row(*(Text(cell) for cell in row))
    return table


def minutes_table(found: Account) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("minute")
    table.add_column("errors", justify="right")
    table.add_column("")
    most = max(count for _, count in found.minutes)
    for at, count in found.minutes[-15:]:
        table.add_row(
            when(at), str(count), Text("█" * max(round(30 * count / most), 1), style="red")
        )
    return table
