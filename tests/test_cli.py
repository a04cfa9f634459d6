"""The command line as scripts and platforms use it: what it says where, and how it exits."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli

ROOT = Path(__file__).parents[1]


def watchdog(tmp_path, *args, **env):
    """Run it as its own process, in an empty folder and an environment without settings."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "SYSTEMROOT"}}
    return subprocess.run(
        [sys.executable, "-m", "bot", *args],
        env=kept | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)} | env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_run_without_settings_lists_what_is_missing(tmp_path):
    ended = watchdog(tmp_path, "run")
    assert ended.returncode == 2
    assert ended.stdout == ""
    title, *items = ended.stderr.splitlines()
    assert title == "The watchdog cannot start:"
    assert [line.split()[1] for line in items] == [
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_CHAT_ID",
        "TELEGRAM_ADMINS",
        "Nothing",
    ]
    assert list(tmp_path.iterdir()) == []


def test_run_with_an_impossible_store_says_so_without_its_password(tmp_path):
    (tmp_path / "a file").touch()
    ended = watchdog(
        tmp_path,
        "run",
        TELEGRAM_BOT_TOKEN="700100:practice-token-0123456789abcdef",
        TELEGRAM_CHAT_ID="1",
        TELEGRAM_ADMINS="1",
        TELEGRAM_API_URL="http://127.0.0.1:9",
        WATCHED_HEALTH_URL="http://127.0.0.1:9",
        STORE_URL="postgresql://u:hush-hush@127.0.0.1:9/x?color=red",
    )
    assert ended.returncode == 1
    assert "The watchdog cannot start: the store URL has options we do not know" in ended.stderr
    assert "hush-hush" not in ended.stderr


@pytest.mark.parametrize("args", [["--help"], ["run", "--help"], ["alive", "--help"]])
def test_help(tmp_path, args):
    ended = watchdog(tmp_path, *args)
    assert ended.returncode == 0
    assert "Usage: python -m bot" in ended.stdout


def test_no_command_and_no_such_command(tmp_path):
    assert watchdog(tmp_path).returncode == 2
    assert watchdog(tmp_path, "restart-everything").returncode == 2


@pytest.fixture
def pulse(monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "PULSE", tmp_path / "pulse")
    return tmp_path / "pulse"


def beat(pulse, seconds_ago):
    pulse.touch()
    at = time.time() - seconds_ago
    os.utime(pulse, (at, at))


def alive():
    return CliRunner().invoke(cli.app, ["alive"])


def test_alive_where_none_has_run(pulse):
    ended = alive()
    assert ended.exit_code == 1
    assert "No watchdog has run here." in ended.stderr


@pytest.mark.parametrize(("seconds_ago", "code"), [(0, 0), (60, 0), (120, 1), (90_000, 1)])
def test_alive_by_the_age_of_the_pulse(pulse, seconds_ago, code):
    beat(pulse, seconds_ago)
    ended = alive()
    assert ended.exit_code == code
    assert ("Alive" in ended.stdout) is (code == 0)
    assert ("old" in ended.stderr) is (code == 1)


def test_without_the_practice_world_the_rest_works(monkeypatch):
    """As in the image, which leaves bot/sandbox out."""
    monkeypatch.setitem(sys.modules, "bot.sandbox", None)
    monkeypatch.delitem(sys.modules, "bot.sandbox.play", raising=False)
    ended = CliRunner().invoke(cli.app, ["sandbox", "--list"])
    assert ended.exit_code == 2
    assert "The practice world is not installed here" in ended.stderr
    assert CliRunner().invoke(cli.app, ["--help"]).exit_code == 0
