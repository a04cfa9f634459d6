"""The history of Life OS as a git repository: what was committed, and how main moves on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from pathlib import Path

from bot.sandbox.repository import AUTHOR, EMAIL, Commit, Repository

SOURCES = Path(__file__).with_name("lifeos") / "commits"
LEFT_BEHIND = "__pycache__"  # by tools that compiled the files where they are kept

# Lines of the base from, to (exclusive), and what they become.
Edit = tuple[int, int, tuple[bytes, ...]]


class ConflictError(Exception):
    """Two changes of the same lines."""


@dataclass(frozen=True)
class Entry:
    """One row of log.toml; `days` is how long before now the commit was made."""

    slug: str
    days: float
    message: str
    branch: str = "main"
    author: str = AUTHOR
    email: str = EMAIL

    def files(self) -> dict[str, bytes]:
        folder = SOURCES / self.slug
        found = (path for path in folder.rglob("*") if path.is_file())
        kept = (path for path in found if LEFT_BEHIND not in path.parts)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}


def entries() -> list[Entry]:
    """All commits, oldest first, those of main before those of the branches."""
    rows = tomllib.loads((SOURCES / "log.toml").read_text(encoding="utf-8"))["commit"]
    return [Entry(**{**row, "message": row["message"].strip()}) for row in rows]


def build(folder: Path, now: datetime | None = None) -> Repository:
    """Make the repository: main, and one commit on each branch on top of it."""
    end = now or datetime.now(UTC)
    repository = Repository.create(folder)
    for one in entries():
        repository.add(
            one.files(),
            one.message,
            at=end - timedelta(days=one.days),
            branch=one.branch,
            author=one.author,
            email=one.email,
        )
    return repository


def push(repository: Repository, branch: str) -> Commit:
    """Bring the newest commit of the branch to main and return main's newest.

    Main just moves forward when it can; else the same change is committed again on top of it,
    now. Main that has the change already stays as it is. `ConflictError` when both changed a line.
    """
    theirs = repository.commit(branch)
    heads = repository.branches
    if heads["main"] in {one.id for one in repository.commits(theirs.id)}:
        repository.move("main", theirs.id)
        return theirs
    return _again(repository, theirs.parents[0], theirs.id, theirs)


def revert(repository: Repository, commit_id: str) -> Commit:
    """Undo a commit by a new one on top of main; `ConflictError` when its lines changed since."""
    bad = repository.commit(commit_id)
    message = f'Revert "{bad.subject}"\n\nThis reverts commit {bad.id}.'
    undoing = Commit(bad.id, (), message, AUTHOR, EMAIL, bad.at)
    return _again(repository, bad.id, bad.parents[0], undoing)


def _again(repository: Repository, old: str, new: str, like: Commit) -> Commit:
    """Commit on main what leads from `old` to `new`, in the words and the name of `like`."""
    before, after, ours = (repository.files(ref) for ref in (old, new, "main"))
    files = {
        path: merge(before.get(path), ours.get(path), after.get(path))
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    }
    if _is_there(files, ours):
        return repository.commit("main")
    author, email, now = like.author, like.email, datetime.now(UTC)
    return repository.add(files, like.message, at=now, author=author, email=email)


def _is_there(files: Mapping[str, bytes | None], ours: Mapping[str, bytes]) -> bool:
    return all(ours.get(path) == content for path, content in files.items())


def merge(base: bytes | None, ours: bytes | None, theirs: bytes | None) -> bytes | None:
    """Return our file with their change, line by line; `None` is a file that is not there."""
    if ours in {base, theirs}:
        return theirs
    if base is None or ours is None or theirs is None:
        raise ConflictError("One side removed or made the file that the other side changed.")
    lines = base.splitlines(keepends=True)
    edits = sorted({*_edits(lines, ours), *_edits(lines, theirs)})
    merged: list[bytes] = []
    at, last = 0, -1
    for begin, end, new in edits:
        if begin < at or begin == last:
            raise ConflictError(f"Both sides changed line {begin + 1}.")
        merged += [*lines[at:begin], *new]
        at, last = end, begin
    return b"".join([*merged, *lines[at:]])


def _edits(base: list[bytes], content: bytes) -> Iterator[Edit]:
    lines = content.splitlines(keepends=True)
    matcher = SequenceMatcher(None, base, lines, autojunk=False)
    for kind, begin, end, first, last in matcher.get_opcodes():
        if kind != "equal":
            yield begin, end, tuple(lines[first:last])
