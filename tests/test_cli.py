"""The command line as scripts and platforms use it: what it says where, and how it exits."""

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


@pytest.mark.parametrize("command", ["", "run", "alive", "check", "doctor"])
def test_help(tmp_path, command):
    ended = watchdog(tmp_path, *command.split(), "--help")
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


TOKEN = "700100:practice-token-0123456789abcdef"


class Pages(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_GET(self):
        self.send_response(int(self.path[1:4]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815 - as http.server wants it

    def log_message(self, *_):
        pass


@pytest.fixture
def pages():
    served = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    served.server_close()


@pytest.fixture
def env(monkeypatch, tmp_path, pages):
    """Settings of which the file is the test's; the log is given back as it was."""
    for name in ("TELEGRAM_ADMINS", "WATCHED_HEALTH_URL", "RENDER_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    given = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_CHAT_ID": "1",
        "TELEGRAM_ADMINS": "1",
        "TELEGRAM_API_URL": f"{pages}/404",
        "RENDER_API_URL": f"{pages}/404/v1",
        "WATCHDOG_CONFIG": str(tmp_path / "watchdog.toml"),
        "HTTP_PORT": "8080",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield given
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def watches(env, pages, tmp_path):
    def watches(*statuses, beat=False):
        text = "upstreams = []\n[checks]\nhttp = { every = 0.1 }\n"
        for status in statuses:
            text += f'[[services]]\nname = "s{status}"\n[[services.checks]]\nkind = "http"\n'
            text += f'name = "page"\nurl = "{pages}/{status}"\n'
        if beat:
            text += '[[services]]\nname = "b"\n[[services.checks]]\nkind = "heartbeat"\n'
            text += 'name = "backup"\nexpected_every = 60\ntoken = "practice-token-0123"\n'
        (tmp_path / "watchdog.toml").write_text(text)

    return watches


def told(*args):
    return CliRunner().invoke(cli.app, list(args))


@pytest.mark.parametrize(
    ("statuses", "beat", "code"),
    [((200,), False, 0), ((200, 503), True, 1), ((200,), True, 3), ((), True, 3)],
)
def test_check_exits_by_what_it_saw(watches, statuses, beat, code):
    watches(*statuses, beat=beat)
    ended = told("check", "--once", "--json")
    assert ended.exit_code == code
    said = json.loads(ended.stdout)
    assert said["ok"] is (code == 0)
    assert len(said["checks"]) == len(statuses) + beat
    assert ended.stdout.count("\n") == 1
    assert told("check", "--once").exit_code == code


def test_check_shows_a_table_that_a_pipe_can_read(watches):
    watches(200, 503)
    ended = told("check", "--once")
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert lines[0] == ["service", "check", "what", "it", "saw", "value", "took"]
    assert lines[1][:4] == ["✓", "pass", "s200", "http:page"]
    assert lines[2][:5] == ["✗", "FAIL", "s503", "http:page", "P0:"]
    assert ended.stdout.endswith("Of 2: 1 pass, 1 fail.\n")
    assert len(lines) == 4


def test_check_by_name(watches):
    watches(200, 503, beat=True)
    for name, checks in (("http", 2), ("heartbeat:backup", 1), ("s200", 1)):
        said = json.loads(told("check", "--once", "--json", name).stdout)
        assert len(said["checks"]) == checks
    for flags in (["--once"], []):
        ended = told("check", *flags, "nix")
        assert ended.exit_code == 2
        assert ended.stdout == ""
        wanted = "There is no check 'nix'; there are b, heartbeat:backup, http:page, s200, s503."
        assert ended.stderr.strip() == wanted


def test_check_beside_a_store_that_is_taken(watches, tmp_path):
    watches(200)
    with closing(sqlite3.connect(tmp_path / "watchdog.db", isolation_level=None)) as held:
        held.execute("BEGIN EXCLUSIVE")
        assert told("check", "--once").exit_code == 0
    assert not (tmp_path / ".agent").exists()


@pytest.mark.parametrize(
    "command", [["check", "--once"], ["check"], ["doctor"], ["doctor", "--json"]]
)
def test_bad_settings_are_one_list(tmp_path, command):
    ended = watchdog(tmp_path, *command)
    assert ended.returncode == 2
    assert ended.stdout == ""
    listed = watchdog(tmp_path, "run").stderr.splitlines()[1:]
    assert ended.stderr.splitlines()[1:] == listed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("args", [["check", "a", "b"], ["check", "--twice"], ["doctor", "x"]])
def test_calls_that_are_wrong(args):
    assert told(*args).exit_code == 2


def test_check_goes_on_until_ctrl_c(watches, env, tmp_path):
    watches(200, 500)
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "SYSTEMROOT"}}
    going = subprocess.Popen(
        [sys.executable, "-m", "bot", "check", "--json"],
        env=kept | env | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [json.loads(going.stdout.readline()) for _ in range(2)]
        assert {line["service"]: line["seen"] for line in lines} == {"s200": "pass", "s500": "fail"}
        assert all(line["at"] for line in lines)
        going.send_signal(signal.SIGINT)
        rest, err = going.communicate(timeout=30)
    finally:
        going.kill()
    assert (rest, err) == ("", "")  # nothing changed; and no trace of ours
    assert going.returncode == 1


def test_doctor_says_what_is_wrong_and_keeps_secrets(watches, tmp_path):
    watches(200)
    ended = told("doctor", "--json")
    assert ended.exit_code == 1
    said = json.loads(ended.stdout)
    assert said["ok"] is False
    grades = {one["about"]: one["grade"] for one in said["findings"]}
    assert grades["TELEGRAM_API_URL"] == "wrong"  # a page of ours, and not Telegram
    assert grades["settings"] == grades["STORE_URL"] == grades["clock"] == "ok"
    assert TOKEN not in ended.output
    assert not (tmp_path / "watchdog.db").exists()
    ended = told("doctor")
    assert ended.exit_code == 1
    assert "✗ wrong" in ended.stdout
    assert TOKEN not in ended.output


@pytest.mark.parametrize("program", ["diagnose", "redact"])
def test_who_reads_a_log_loads_nothing_of_the_watchdog(program):
    heavy = {"telegram", "sqlalchemy", "httpx", "asyncpg"}
    code = f"import sys, bot.app.{program}; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_what_nobody_uses_is_left_out_of_memory():
    code = (
        "import sys\n"
        "from bot.light import UNUSED, leave_out_unused\n"
        "leave_out_unused()\n"
        "import bot.app.wiring, httpx, telegram\n"
        "print([name for name in UNUSED if sys.modules[name]], 'click' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"
