"""The history of Life OS: its commits, its two bad branches, and how main moves on."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox import history
from bot.sandbox.history import ConflictError, merge, push, revert

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
IMPORT_EACH = """
import importlib, pathlib, sys
for folder in map(pathlib.Path, sys.argv[1:]):
    sys.path[0] = str(folder)
    for name in [name for name in sys.modules if name.split(".")[0] == "lifeos"]:
        del sys.modules[name]
    for file in sorted(folder.rglob("*.py")):
        if file.stem not in ("__main__", "claude"):  # claude.py is slow, and imported at work
            parts = file.relative_to(folder).with_suffix("").parts
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
    print(sys.modules["lifeos"].__file__)
"""


@pytest.fixture
def repository(tmp_path):
    return history.build(tmp_path / "git", NOW)


def test_two_weeks_of_work(repository):
    commits = repository.commits()
    assert len(commits) >= 6
    assert commits == sorted(commits, key=lambda one: one.at, reverse=True)
    assert NOW - timedelta(days=14) < commits[-1].at < commits[0].at < NOW
    assert len({one.author for one in commits}) > 1
    for one in commits:
        assert 5 < len(one.subject) <= 50
        assert repository.changes(one.parents[0] if one.parents else None, one.id)
    changed = {change.path for one in commits for change in repository.changes(None, one.id)}
    assert changed >= {"README.md", "requirements.txt", "render.yaml", "lifeos/__main__.py"}


def test_it_is_made_quickly_and_the_same_each_time(repository, tmp_path):
    began = time.process_time()
    again = history.build(tmp_path / "again", NOW)
    assert time.process_time() - began < 0.5
    assert again.branches == repository.branches


@pytest.mark.parametrize("branch", ["weekly-summary", "streaks"])
def test_a_bad_branch_is_one_innocent_commit_on_top_of_main(repository, branch):
    bad = repository.commit(branch)
    assert bad.parents == (repository.branches["main"],)
    assert repository.commit("main").at < bad.at < NOW
    paths = [change.path for change in repository.changes(bad.parents[0], bad.id)]
    assert len(paths) >= 4  # it carries harmless changes, too
    assert not any(path.endswith(".sql") for path in paths)
    assert not {"fix", "bug", "broken", "bad"} & set(bad.message.lower().split())


def test_every_commit_can_be_imported(repository, tmp_path):
    folders = [tmp_path / one.id for one in repository.commits()]
    for folder in folders:
        repository.checkout(folder.name, folder)
    command = [sys.executable, "-c", IMPORT_EACH, *folders]
    env = {**os.environ, "LIFE_OS_JOURNAL": str(tmp_path / "journal.log")}
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=env
    )
    assert ended.stderr == ""
    assert ended.stdout.split() == [str(folder / "lifeos/__init__.py") for folder in folders]


def test_a_push_moves_main_forward_when_it_can(repository):
    before = repository.branches
    made = push(repository, "streaks")
    assert made.id == before["streaks"] == repository.branches["main"]
    assert push(repository, "streaks") == made  # everything is up to date


def test_a_push_beside_another_commits_the_same_change_again(repository):
    first = push(repository, "weekly-summary")
    before = repository.commit("streaks")
    second = push(repository, "streaks")
    assert second.parents == (first.id,)
    assert (second.message, second.author) == (before.message, before.author)
    assert second.at > NOW
    assert patches(repository, second) == patches(repository, before)
    features = repository.files("main")["lifeos/features/__init__.py"].decode()
    assert "weekly.summary" in features
    assert "streaks.nudge" in features
    assert push(repository, "weekly-summary") == push(repository, "streaks") == second


def test_a_revert_takes_back_one_commit_and_nothing_else(repository):
    good = repository.commit("main")
    weekly, streaks = push(repository, "weekly-summary"), push(repository, "streaks")
    undone = revert(repository, weekly.id)
    assert undone.parents == (streaks.id,)
    assert undone.message == (
        f'Revert "Send a weekly summary on Sundays"\n\nThis reverts commit {weekly.id}.'
    )
    files = repository.files("main")
    assert "lifeos/features/weekly.py" not in files
    assert "lifeos/features/streaks.py" in files
    revert(repository, streaks.id)
    assert repository.files("main") == repository.files(good.id)
    assert push(repository, "streaks").at > NOW
    assert "lifeos/features/streaks.py" in repository.files("main")


def patches(repository, commit):
    changes = repository.changes(commit.parents[0], commit.id)
    return {(one.path, one.status, one.additions, one.deletions) for one in changes}


BASE = b"a\nb\nc\nd\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (BASE, BASE, b"a\nB\nc\nd\n", b"a\nB\nc\nd\n"),
        (BASE, b"a\nB\nc\nd\n", BASE, b"a\nB\nc\nd\n"),
        (BASE, b"A\nb\nc\nd\n", b"a\nb\nc\nd\ne\n", b"A\nb\nc\nd\ne\n"),
        (BASE, b"b\nc\nd\n", b"a\nb\nx\nc\n", b"b\nx\nc\n"),
        (BASE, b"a\nX\nc\nd\n", b"a\nX\nc\nD\n", b"a\nX\nc\nD\n"),
        (BASE, BASE, None, None),
        (None, None, b"new\n", b"new\n"),
        (None, b"new\n", b"new\n", b"new\n"),
    ],
)
def test_merging_keeps_both_sides(base, ours, theirs, merged):
    assert merge(base, ours, theirs) == merged


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (BASE, b"a\nX\nc\nd\n", b"a\nY\nc\nd\n"),
        (BASE, b"a\nb\nx\nc\nd\n", b"a\nb\ny\nc\nd\n"),
        (BASE, b"a\nd\n", b"a\nb\nC\nd\n"),
        (BASE, None, b"a\n"),
        (None, b"a\n", b"b\n"),
    ],
)
def test_two_changes_of_a_line_are_a_conflict(base, ours, theirs):
    with pytest.raises(ConflictError):
        merge(base, ours, theirs)
