"""A real git repository: commits, what they change, and a checkout of any of them."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from dulwich.diff_tree import tree_changes
from dulwich.index import commit_tree
from dulwich.objects import Blob, ObjectID
from dulwich.objects import Commit as GitCommit
from dulwich.patch import is_binary, unified_diff
from dulwich.refs import Ref
from dulwich.repo import Repo

AUTHOR, EMAIL = "Lena Ortiz", "lena@example.com"
HEADS = b"refs/heads/"
REGULAR = 0o100644  # git's mode of a plain file
SHORTEST_PREFIX = 4  # git's own minimum for an abbreviated id
STATUSES = {"add": "added", "modify": "modified", "delete": "removed"}


@dataclass(frozen=True)
class Commit:
    id: str  # 40 hex digits
    parents: tuple[str, ...]
    message: str
    author: str
    email: str
    at: datetime

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0]


@dataclass(frozen=True)
class Change:
    path: str
    status: str  # added | modified | removed
    additions: int
    deletions: int
    patch: str  # the hunks only, from the first "@@", no newline at the end; "" for binary


class Repository:
    """A bare one; every commit is one person's, made and recorded at the same moment."""

    def __init__(self, folder: Path) -> None:
        """Open an existing one; `dulwich.errors.NotGitRepository` when there is none."""
        self._repo = Repo(str(folder))
        self._objects = self._repo.object_store

    @classmethod
    def create(cls, folder: Path) -> Self:
        folder.mkdir(parents=True, exist_ok=True)
        Repo.init_bare(str(folder), default_branch=b"main").close()
        return cls(folder)

    @property
    def branches(self) -> dict[str, str]:
        """Name -> id of the newest commit."""
        heads = self._repo.refs.as_dict(Ref(HEADS))
        return {name.decode(): id.decode() for name, id in heads.items()}

    def commit(self, ref: str) -> Commit:
        """Return what a branch, an id or the start of one stands for; else `LookupError`."""
        return _record(self._find(ref))

    def commits(self, ref: str = "main") -> list[Commit]:
        """All that led to `ref`, newest first."""
        walk = self._repo.get_walker(include=[self._find(ref).id], order="topo")
        return [_record(entry.commit) for entry in walk]

    def changes(self, base: str | None, head: str) -> list[Change]:
        """Return what differs between two commits, by path; `None` is the empty tree."""
        old = None if base is None else self._find(base).tree
        found = []
        for change in tree_changes(self._objects, old, self._find(head).tree):
            path = (change.new or change.old).path  # type: ignore[union-attr]  # one of them exists
            before = self._content(change.old and change.old.sha)
            after = self._content(change.new and change.new.sha)
            found.append(_change(path.decode(), STATUSES[change.type], before, after))
        return sorted(found, key=lambda change: change.path)

    def files(self, ref: str) -> dict[str, bytes]:
        """Path -> content."""
        return {path: self._content(id) for path, id in self._blobs(self._find(ref))}

    def checkout(self, ref: str, into: Path) -> None:
        """Write all files there; `ValueError` for a path that leads out of the folder."""
        into.mkdir(parents=True, exist_ok=True)
        inside = into.resolve()
        files = {(into / path).resolve(): content for path, content in self.files(ref).items()}
        for target in files:
            if not target.is_relative_to(inside):
                raise ValueError(f"A path of {ref} leads out of the folder: {target.name}")
        for target, content in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def add(
        self,
        files: Mapping[str, bytes | None],
        message: str,
        *,
        at: datetime,
        branch: str = "main",
        author: str = AUTHOR,
        email: str = EMAIL,
    ) -> Commit:
        """Commit these changes on top of the branch; `None` removes a path.

        A branch that does not exist yet starts at the head of main.
        """
        heads = self.branches
        parent = heads.get(branch) or heads.get("main")
        made = GitCommit()
        made.tree = self._tree(parent, files)
        made.parents = [ObjectID(parent.encode())] if parent else []
        made.author = made.committer = f"{author} <{email}>".encode()
        made.author_time = made.commit_time = int(at.timestamp())
        made.author_timezone = made.commit_timezone = 0
        made.message = message.encode()
        self._objects.add_object(made)
        self.move(branch, made.id.decode())
        return _record(made)

    def move(self, branch: str, ref: str) -> None:
        """Point the branch to another commit."""
        self._repo.refs[Ref(HEADS + branch.encode())] = self._find(ref).id

    def _tree(self, parent: str | None, files: Mapping[str, bytes | None]) -> ObjectID:
        blobs = dict(self._blobs(self._find(parent))) if parent else {}
        for path, content in files.items():
            if content is None:
                blobs.pop(path, None)
            else:
                blob = Blob.from_string(content)
                self._objects.add_object(blob)
                blobs[path] = blob.id
        entries = [(path.encode(), id, REGULAR) for path, id in blobs.items()]
        return commit_tree(self._objects, entries)

    def _blobs(self, commit: GitCommit) -> Iterator[tuple[str, ObjectID]]:
        for entry in self._objects.iter_tree_contents(commit.tree):
            if entry.path is not None and entry.sha is not None:
                yield entry.path.decode(), entry.sha

    def _content(self, id: ObjectID | None) -> bytes:
        return b"" if id is None else self._objects[id].as_raw_string()

    def _find(self, ref: str) -> GitCommit:
        id = self.branches.get(ref, ref)
        if len(id) < SHORTEST_PREFIX or not set(id) <= set(string.hexdigits):
            raise LookupError(f"No commit is called {ref!r}.")
        objects = [self._objects[found] for found in self._objects.iter_prefix(id.lower().encode())]
        commits = [one for one in objects if isinstance(one, GitCommit)]
        if len(commits) != 1:
            raise LookupError(f"{len(commits)} commits are called {ref!r}.")
        return commits[0]


def _record(commit: GitCommit) -> Commit:
    name, _, rest = commit.author.decode().partition(" <")
    return Commit(
        id=commit.id.decode(),
        parents=tuple(parent.decode() for parent in commit.parents),
        message=commit.message.decode(),
        author=name,
        email=rest.rstrip(">"),
        at=datetime.fromtimestamp(commit.author_time, UTC),
    )


def _change(path: str, status: str, before: bytes, after: bytes) -> Change:
    if is_binary(before) or is_binary(after):
        return Change(path, status, 0, 0, "")
    diff = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    hunks = list(diff)[2:]  # after the two lines with the names
    added = sum(line.startswith(b"+") for line in hunks)
    removed = sum(line.startswith(b"-") for line in hunks)
    patch = b"".join(hunks).decode(errors="replace").removesuffix("\n")
    return Change(path, status, added, removed, patch)
