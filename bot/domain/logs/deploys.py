"""Deploys beside a log: which one an error is new since, and which came too late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .marks import COMMIT, Kind, Mark
from .stamps import moment

SOON = timedelta(minutes=30)  # trouble that begins within this time of a deploy may be of it
CLOCKS_APART = timedelta(minutes=1)
HEAD = timedelta(minutes=5)  # a log that begins so soon after a deploy shows nothing before it
FAILED = ("failed", "canceled", "cancelled", "build_in_progress", "queued", "created", "pre_deploy")
MOST = 500


@dataclass(frozen=True)
class Release:
    """One deploy that took effect at `at`; `name` is its id, or the commit where it has none."""

    name: str
    at: datetime
    commit: str = ""
    message: str = ""


def releases(data: object, day: date) -> list[Release]:
    """Read a list of deploys, ours or of Render's API (`{deploy: {…}, cursor}`), oldest first."""
    rows = data.get("deploys", []) if isinstance(data, dict) else data
    found = [one for row in (rows if isinstance(rows, list) else []) if (one := _release(row, day))]
    return sorted(found, key=lambda r: r.at)[-MOST:]


def _release(row: object, day: date) -> Release | None:
    inner = row.get("deploy", row) if isinstance(row, dict) else None
    if not isinstance(inner, dict):
        return None
    commit = inner.get("commit")
    said = commit if isinstance(commit, dict) else {"id": commit, "message": inner.get("message")}
    times = (inner.get(k) for k in ("finished_at", "finishedAt", "created_at", "createdAt"))
    at = next((t for v in times if v and (t := moment(v, day))), None)
    status = str(inner.get("status") or "").lower()
    if at is None or any(word in status for word in FAILED):
        return None
    hash_, name = str(said.get("id") or ""), str(inner.get("id") or "")
    return Release(name or hash_[:12], at, hash_, str(said.get("message") or ""))


def from_marks(marks: Iterable[Mark]) -> list[Release]:
    """Deploys that the log itself tells of; lines close to each other are one deploy."""
    found: list[Release] = []
    for mark in marks:
        if mark.kind is not Kind.DEPLOY or mark.at is None:
            continue
        commit = COMMIT.search(mark.text)
        name = commit[1] if commit else f"deploy at {mark.at:%H:%M}"
        if found and mark.at - found[-1].at < timedelta(minutes=10):
            name = name if commit else found[-1].name
            found.pop()
        found.append(Release(name, mark.at, commit[1] if commit else ""))
    return found


def new_since(
    first: datetime | None, log_begins: datetime | None, deploys: Sequence[Release]
) -> Release | None:
    """The deploy that an error is new since: it began soon after it, and not before."""
    if first is None:
        return None
    before = [d for d in deploys if d.at <= first + CLOCKS_APART]
    if not before or first - before[-1].at > SOON:
        return None
    known = log_begins is None or log_begins <= before[-1].at + HEAD
    return before[-1] if known else None
