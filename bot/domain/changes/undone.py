"""What a rollback would take away: the commits since then, and the migrations among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.domain.platform import RELEASED, Deploy, live_deploy, way_back

from .change import SHORT, Change, Commit
from .kinds import Kind, kinds_of

NAMED = 3  # commits
LONGEST = 50  # characters of a commit's first line


def undone(changes: Sequence[Change], deploys: Sequence[Deploy]) -> dict[str, str]:
    """Facts on the way back from the live deploy; none without one.

    `migration` is the path of one, "none", or "not known" where not every file was read.
    """
    live, target = live_deploy(deploys), way_back(deploys)
    if live is None or target is None or not (live.created_at and target.created_at):
        return {}
    since, until = target.created_at, live.created_at
    between = [
        c
        for c in changes
        if c.deploy.status in RELEASED
        and c.deploy.created_at
        and since < c.deploy.created_at <= until
    ]
    commits = list({one.id: one for c in between for one in _commits(c)}.values())
    named = "; ".join(_named(one) for one in commits[:NAMED])
    return {
        "undone": str(len(commits)),
        "undone_said": f"{named}; …" if len(commits) > NAMED else named,
        "undone_target": target.id,
        "migration": _migration(between, target),
    }


def _commits(change: Change) -> Iterator[Commit]:
    """The newest first; where they are not known, the one that was deployed."""
    if change.commits and not change.undoes:
        yield from reversed(change.commits)
    elif not change.same_code:
        yield Commit(change.deploy.commit, change.deploy.message)


def _migration(between: Sequence[Change], target: Deploy) -> str:
    paths = (f.path for c in between for f in c.touched or () if Kind.MIGRATION in kinds_of(f))
    if found := next(iter(sorted(paths)), ""):
        return found
    return "none" if _reaches(between, target) else "not known"


def _reaches(between: Iterable[Change], target: Deploy) -> bool:
    """Whether every file between the two was read, back to the target's own commit."""
    between = tuple(between)
    return bool(between) and between[-1].base == target.commit and all(c.known for c in between)


def _named(commit: Commit) -> str:
    first = commit.message.partition("\n")[0].strip()
    return f"{commit.id[:SHORT]} {first[:LONGEST]}".strip()
