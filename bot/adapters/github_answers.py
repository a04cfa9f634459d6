"""What the GitHub API answers, read with patience: dicts come in, frozen records go out.

Fields: GitHub's OpenAPI description, `commit`, `commit-comparison` and `diff-entry`. Nothing is
required but what a record is about; a diff-entry has no `patch` when it is binary or too large.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.changes import CUT, Commit, File, is_commit
from bot.domain.iso import moment
from bot.domain.logs.lines import clean
from bot.domain.redact import redact

MOST_COMMITS, MOST_FILES = 250, 300  # of one comparison (docs, "Compare two commits")
MOST_READ = 2_000  # files of an answer that are looked at
LONGEST_MESSAGE, LONGEST_PATH = 1_000, 300
LONGEST_PATCH = 4_000  # characters of one file's hunks
MOST_PATCHES = 120_000  # characters of all of them
MARGIN = 400  # characters read beyond, so that a secret is not cut in two
LARGEST = 10_000_000  # of any count

Json = Mapping[str, object]


@dataclass(frozen=True)
class Comparison:
    """What head has that base has not. `status`: ahead, behind, diverged, identical.

    `cut`: there are more commits or files than these, or base has some that head has not.
    """

    status: str
    commits: tuple[Commit, ...]
    files: tuple[File, ...]
    cut: bool = False


def comparison(data: Json) -> Comparison | None:
    """None: an answer of an unknown form."""
    status, rows = data.get("status"), data.get("files")
    if not isinstance(status, str) or not isinstance(data.get("commits"), list):
        return None
    commits = tuple(c for row in objects(data.get("commits")) if (c := plain(row)))[:MOST_COMMITS]
    read = files(rows)
    missing = rows is None or len(read) >= MOST_FILES or count(data, "total_commits") > len(commits)
    return Comparison(status[:20], commits, read, cut=missing or status == "diverged")


def commit(data: Json) -> Commit | None:
    """One commit with its files; None: an answer of an unknown form."""
    found, rows = plain(data), data.get("files")
    if found is None or not isinstance(rows, list):
        return None
    return Commit(found.id, found.message, found.at, files(rows))


def plain(data: Json) -> Commit | None:
    """One commit of a list: its files are not told there."""
    id, inner = data.get("sha"), part(data, "commit")
    if not isinstance(id, str) or not is_commit(id):
        return None
    at = moment(part(inner, "committer").get("date"))
    return Commit(id.lower(), said(inner.get("message"), LONGEST_MESSAGE), at)


def files(rows: object) -> tuple[File, ...]:
    left = MOST_PATCHES
    found: list[File] = []
    for row in objects(rows):
        if len(found) == MOST_READ:
            break
        one = file(row, min(left, LONGEST_PATCH))
        if one.path:
            found.append(one)
            left -= len(one.patch_excerpt)
    return tuple(found)


def file(row: Json, room: int) -> File:
    return File(
        path=line(row.get("filename")),
        added=count(row, "additions"),
        removed=count(row, "deletions"),
        patch_excerpt=patch(row.get("patch"), room),
        before=line(row.get("previous_filename")),
    )


def patch(value: object, room: int) -> str:
    """As much of it as there is room for, without its secrets; CUT ends what is not all."""
    if not isinstance(value, str) or not value:
        return ""
    if room <= 0:
        return CUT
    text = said(value[: room + MARGIN], room)
    return text if len(value) <= room and len(text) < room else text[:room] + CUT


def message(data: object) -> str:
    """What a refusal says of itself."""
    return line(data.get("message")) if isinstance(data, Mapping) else ""


def line(value: object) -> str:
    """Somebody's words on one line, bounded, without secrets."""
    return " ".join(said(value, LONGEST_PATH).split())


def said(value: object, longest: int) -> str:
    """Somebody's own words: secrets out, then bounded."""
    text = redact(value[: longest + MARGIN]) if isinstance(value, str) else ""
    return "\n".join(clean(one) for one in text.splitlines())[:longest]


def count(data: Json, key: str) -> int:
    value = data.get(key)
    plain_number = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), LARGEST) if plain_number and isinstance(value, int) else 0


def part(data: Json, key: str) -> Json:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def objects(data: object) -> Iterator[Json]:
    return (
        (item for item in data if isinstance(item, Mapping)) if isinstance(data, list) else iter(())
    )
