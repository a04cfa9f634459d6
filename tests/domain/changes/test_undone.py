"""What a rollback takes away, as far as the changes between were read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.changes import Commit, File, changes_of, undone
from bot.domain.platform import Deploy

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
A, B, C = "a" * 40, "b" * 40, "c" * 40


def deploy(id, status, minutes, commit, message="Change", trigger="new_commit"):
    at = NOW - timedelta(minutes=minutes)
    return Deploy(id, status, trigger, commit, message, at, at + timedelta(minutes=1))


DEPLOYS = [
    deploy("dep-3", "live", 5, C, "Break it\n\nand well"),
    deploy("dep-2", "build_failed", 30, B, "Never ran"),
    deploy("dep-1", "deactivated", 600, A, "Begin"),
    deploy("dep-0", "deactivated", 900, "d" * 40, "Long ago"),
]


def read(changes, *paths, commits=(), cut=False):
    """The change of the live deploy with its files and commits."""
    files = tuple(File(path) for path in paths)
    newest = replace(changes[0], commits=tuple(commits), files=files, cut=cut)
    return [newest, *changes[1:]]


def test_without_the_files_it_is_the_deploys_that_are_named():
    assert undone(changes_of(DEPLOYS), DEPLOYS) == {
        "undone": "1",
        "undone_said": "ccccccc Break it",
        "undone_target": "dep-1",
        "migration": "not known",
    }


def test_the_commits_newest_first_and_not_all_of_them():
    commits = [Commit(f"{n}" * 40, f"Step {n}\n\nwhy", NOW) for n in range(1, 6)]
    told = undone(read(changes_of(DEPLOYS), "bot.py", commits=commits), DEPLOYS)
    assert told["undone"] == "5"
    assert told["undone_said"] == "5555555 Step 5; 4444444 Step 4; 3333333 Step 3; …"


@pytest.mark.parametrize(
    ("paths", "cut", "migration"),
    [
        (("bot.py", "README.md"), False, "none"),
        (("bot.py", "app/migrations/0007_mood.sql"), False, "app/migrations/0007_mood.sql"),
        (("app/migrations/0007_mood.sql",), True, "app/migrations/0007_mood.sql"),
        (("bot.py",), True, "not known"),
    ],
)
def test_migrations_between_the_two(paths, cut, migration):
    assert undone(read(changes_of(DEPLOYS), *paths, cut=cut), DEPLOYS)["migration"] == migration


def test_a_migration_of_the_target_itself_is_not_undone():
    changes = read(changes_of(DEPLOYS), "bot.py")
    changes[2] = replace(changes[2], files=(File("app/migrations/0001.sql"),))
    assert undone(changes, DEPLOYS)["migration"] == "none"


def test_none_where_the_changes_do_not_reach_back_to_the_target():
    assert undone(read(changes_of(DEPLOYS)[:1], "bot.py"), DEPLOYS)["migration"] == "none"
    between = [*DEPLOYS[:1], deploy("dep-4", "deactivated", 8, C), *DEPLOYS[1:]]
    assert undone(read(changes_of(between)[:1], "bot.py"), between)["migration"] == "not known"


ROLLED_BACK = [replace(DEPLOYS[0], trigger="rollback"), *DEPLOYS[1:]]


@pytest.mark.parametrize("deploys", [[], DEPLOYS[1:], DEPLOYS[:2], ROLLED_BACK])
def test_without_a_way_back_there_is_nothing_to_undo(deploys):
    assert undone(changes_of(deploys), deploys) == {}
