"""Changes as text, for the media types `diff` and `patch`: what git prints, without modes."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime

from bot.sandbox.repository import Change, Commit

NOWHERE = "/dev/null"


def as_diff(changes: Sequence[Change]) -> str:
    return "".join(map(_one, changes))


def _one(change: Change) -> str:
    head = f"diff --git a/{change.path} b/{change.path}\n"
    if not change.patch:
        return head + f"Binary files a/{change.path} and b/{change.path} differ\n"
    old = NOWHERE if change.status == "added" else f"a/{change.path}"
    new = NOWHERE if change.status == "removed" else f"b/{change.path}"
    return f"{head}--- {old}\n+++ {new}\n{change.patch}\n"


def as_patch(commit: Commit, changes: Sequence[Change]) -> str:
    """One mail, as `git format-patch` writes it."""
    subject, _, rest = commit.message.rstrip("\n").partition("\n")
    body = f"{rest.strip()}\n" if rest.strip() else ""
    return (
        f"From {commit.id} Mon Sep 17 00:00:00 2001\n"
        f"From: {commit.author} <{commit.email}>\n"
        f"Date: {format_datetime(commit.at)}\n"
        f"Subject: [PATCH] {subject}\n\n{body}---\n{as_diff(changes)}\n"
    )
