"""A change: one deploy, with what it brought since the version that ran before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.platform import RELEASED, Deploy, newest_first

MOST = 10  # changes that are looked at
SHORT = 7  # characters of a commit id, as git abbreviates it
SETTINGS_SAVED = frozenset({"service_updated", "blueprint_sync"})  # triggers, as Render says them
ROLLBACK = "rollback"
HASH = re.compile(r"[0-9a-fA-F]{7,64}")
CUT = "…"  # ends a patch of which only the begin is known


@dataclass(frozen=True)
class File:
    """One file of a diff. `patch_excerpt` are its hunks: "" when not known, CUT ends a part."""

    path: str
    added: int = 0
    removed: int = 0
    patch_excerpt: str = ""
    before: str = ""  # its path, where it was renamed

    @property
    def changed(self) -> str:
        """The lines that came or went, each with its sign."""
        return "\n".join(x for x in self.patch_excerpt.splitlines() if x[:1] in {"+", "-"})

    @property
    def whole(self) -> bool:
        """Whether every changed line is known."""
        return bool(self.patch_excerpt) and not self.patch_excerpt.endswith(CUT)


@dataclass(frozen=True)
class Commit:
    """`files` is None when they are not known."""

    id: str
    message: str  # untrusted: written by whoever wrote the commit
    at: datetime | None = None
    files: tuple[File, ...] | None = None


@dataclass(frozen=True)
class Change:
    """`base` is the commit that ran before, "" when none is known; None is "not known", too.

    `cut` says that there are more files than these. Of one that `undoes`, files and commits are
    those that it takes away.
    """

    deploy: Deploy
    base: str = ""
    commits: tuple[Commit, ...] | None = None
    files: tuple[File, ...] | None = None
    cut: bool = False
    undoes: bool = False

    @property
    def same_code(self) -> bool:
        return bool(self.base) and self.deploy.commit == self.base

    @property
    def touched(self) -> tuple[File, ...] | None:
        """The files of the diff; of its commits where the diff is not known."""
        if self.same_code:
            return ()
        if self.files is not None or not self.commits:
            return self.files
        each = [one.files for one in self.commits]
        return None if None in each else tuple(f for files in each for f in files or ())

    @property
    def known(self) -> bool:
        """Whether every file of the diff is known."""
        return self.touched is not None and not self.cut

    @property
    def saved_settings(self) -> bool:
        """Whether the deploy was made because somebody saved settings."""
        return self.deploy.trigger in SETTINGS_SAVED

    @property
    def live_at(self) -> datetime | None:
        """When it went live, as far as is known; None when it never did."""
        if self.deploy.status not in RELEASED:
            return None
        return self.deploy.finished_at or self.deploy.created_at

    @property
    def name(self) -> str:
        """What people call it: its commit, or the deploy where it has none."""
        commit = self.deploy.commit
        return commit[:SHORT] if is_commit(commit) else self.deploy.id


def is_commit(text: str) -> bool:
    """Whether it names a commit of git, and not an image."""
    return HASH.fullmatch(text) is not None


def changes_of(deploys: Iterable[Deploy], most: int = MOST) -> list[Change]:
    """Make the newest deploys into changes, newest first; what they brought is not known yet."""
    ordered = newest_first(deploys)
    return [_change(one, ordered[n + 1 :]) for n, one in enumerate(ordered[:most])]


def _change(deploy: Deploy, older: Sequence[Deploy]) -> Change:
    ran = [one.commit for one in older if one.status in RELEASED and one.commit]
    base = ran[0] if ran else ""
    back = deploy.trigger == ROLLBACK or deploy.commit in ran[1:]
    return Change(deploy, base, undoes=bool(base) and back and deploy.commit != base)
