"""`diagnose` as people and scripts use it: what it prints, what it refuses, how it exits."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.app import diagnose
from bot.domain.logs import parts

ROOT = Path(__file__).parents[1]
KEYS = {
    "lines", "records", "category", "severity", "verdict", "suggestions", "must_not", "groups",
    "timeline", "last_success", "excerpt", "coverage", "injection",
}  # fmt: skip # read in rows
GROUP = {
    "type", "message", "template", "count", "first", "last", "per_minute", "functions",
    "new_since", "sample",
}  # fmt: skip # read in rows
TOKEN = "123456789:AAE-practice-token-0123456789abcdefg"
FINE = [f"2026-03-02 09:{n:02d}:00,100 INFO app.web: request {n} answered" for n in range(30)]
BUG = """\
2026-03-02 09:{minute:02d}:10,200 ERROR app.web: request failed for token={token}
Traceback (most recent call last):
  File "/app/app/web.py", line 7, in answer
    return totals["week"]
KeyError: 'week'"""


def told(*args, text=None):
    return CliRunner().invoke(cli.app, ["diagnose", *map(str, args)], input=text)


def said(*args, text=None):
    ended = told(*args, "--json", text=text)
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.count("\n") == 1
    return json.loads(ended.stdout)


@pytest.fixture
def log(tmp_path):
    def written(*lines, name="app.log"):
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return tmp_path / name

    return written


def bugs(*minutes):
    return [BUG.format(minute=minute, token=TOKEN) for minute in minutes]


def test_json_has_exactly_these_fields(log):
    found = said(log(*FINE[:20], *bugs(20, 21, 22)))
    assert set(found) == KEYS
    assert all(set(group) == GROUP for group in found["groups"])
    assert set(found["timeline"]) == {"first_error", "spike", "current_rate", "per_minute"}
    assert (found["category"], found["verdict"]) == ("code_error", "confirmed")
    assert found["suggestions"] == ["fix_code"]
    assert {"restart", "rollback"} <= set(found["must_not"])
    (group,) = found["groups"]
    assert (group["type"], group["message"], group["count"]) == ("KeyError", "'week'", 3)
    assert group["functions"] == ["app.web.answer"]
    assert group["first"] == "2026-03-02T09:20:10.200000+00:00"
    assert found["last_success"]["line"] == 20
    assert found["lines"] == 35
    assert re.fullmatch(r"35 of 35 lines, 2 of 2 templates", found["coverage"])


def test_no_secret_and_no_escape_gets_out(log):
    path = log(*bugs(1, 2, 3), f"\x1b[31m2026-03-02 09:09:00 ERROR x: token={TOKEN}\x1b[0m \u202e")
    for flags in ([], ["--json"]):
        text = told(path, *flags).output
        assert TOKEN not in text
        assert TOKEN[12:30] not in text
        assert "\x1b" not in text
        assert "\u202e" not in text


def deploys(tmp_path, *rows):
    (tmp_path / "deploys.json").write_text(json.dumps(rows))
    return tmp_path / "deploys.json"


@pytest.mark.parametrize("wrapped", [False, True])
def test_new_since_a_deploy(log, tmp_path, wrapped):
    rows = [
        {"id": "dep-old", "status": "deactivated", "finishedAt": "2026-03-01T09:00:00Z"},
        {"id": "dep-new", "status": "live", "finishedAt": "2026-03-02T09:19:00Z"},
    ]
    rows = [{"deploy": row, "cursor": "x"} for row in rows] if wrapped else rows
    found = said(log(*FINE[:20], *bugs(20, 21)), "--deploys", deploys(tmp_path, *rows))
    assert found["groups"][0]["new_since"] == "dep-new"
    assert found["suggestions"] == ["fix_code", "rollback"]


@pytest.mark.parametrize("at", ["2026-03-02T09:25:00Z", "2026-03-01T09:00:00Z"])
def test_a_deploy_that_came_later_or_long_before_is_innocent(log, tmp_path, at):
    listed = deploys(tmp_path, {"id": "dep-1", "status": "live", "finished_at": at})
    found = said(log(*FINE[:20], *bugs(20, 21)), "--deploys", listed)
    assert found["groups"][0]["new_since"] is None
    assert "rollback" in found["must_not"]


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n"])
def test_an_empty_log_is_inconclusive(text):
    found = said("-", text=text)
    assert (found["category"], found["suggestions"]) == ("none", ["none"])
    assert found["verdict"] == "inconclusive"


def test_a_healthy_log_is_left_alone(log):
    found = said(log(*FINE))
    assert (found["category"], found["verdict"]) == ("none", "none")
    assert (found["suggestions"], found["severity"]) == (["none"], "P3")
    assert "Nothing is wrong here" in told(log(*FINE)).stdout


def test_tables_for_people(log):
    text = told(log(*FINE[:20], *bugs(20, 21, 22))).stdout
    assert text.startswith("P1  code error (confirmed)")
    assert "Do: fix the code." in text
    assert "KeyError: 'week'" in text
    assert "app.web.answer" in text


def test_binary_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(bytes(range(256)) * 40)
    ended = told(tmp_path / "x")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "binary" in ended.stderr


def test_what_cannot_be_read_is_one_sentence(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "number.json").write_text("7")
    (tmp_path / "x.log").write_text("INFO x")
    for args, words in [
        ([tmp_path / "none.log"], "There is no file"),
        ([tmp_path], "is a directory"),
        ([tmp_path / "x.log", "--deploys", tmp_path / "bad.json"], "it is not JSON"),
        ([tmp_path / "x.log", "--deploys", tmp_path / "number.json"], "not a list"),
        ([tmp_path / "x.log", "--deploys", tmp_path / "gone"], "cannot be read"),
    ]:
        ended = told(*args, "--json")
        assert (ended.exit_code, ended.stdout) == (2, ""), args
        assert words in ended.stderr
        assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_other_encodings(tmp_path, encoding, end):
    text = end.join([*FINE[:3], *"\n".join(bugs(20)).split("\n"), "2026-03-02 10:00:00 INFO ü"])
    (tmp_path / "x.log").write_bytes(text.encode(encoding))
    (group,) = said(tmp_path / "x.log")["groups"]
    assert (group["type"], group["message"]) == ("KeyError", "'week'")


@pytest.mark.parametrize("around", ["array", "render", "pretty", "backwards", "lines"])
def test_json_documents(tmp_path, around):
    lines = "\n".join([*FINE[:5], *bugs(20)]).split("\n")
    rows = [
        {"id": str(n), "timestamp": f"2026-03-02T09:20:00.{n:06d}Z", "message": line}
        for n, line in enumerate(lines)
    ]
    text = {
        "array": json.dumps(rows),
        "render": json.dumps({"hasMore": False, "logs": rows}),
        "pretty": json.dumps({"logs": rows}, indent=2),
        "backwards": json.dumps(rows[::-1]),
        "lines": "\n".join(map(json.dumps, rows)),
    }[around]
    (tmp_path / "x.json").write_text(text)
    (group,) = said(tmp_path / "x.json")["groups"]
    assert (group["type"], group["count"]) == ("KeyError", 1)
    assert group["functions"] == ["app.web.answer"]


def test_two_halves_say_what_the_whole_says(tmp_path, monkeypatch):
    """Only the places of what is cut in two may differ, and an entry is not cut."""
    lines = [line for n in range(400) for line in (*FINE, *bugs(n % 60))]
    path = tmp_path / "x.log"
    path.write_text("\n".join(lines) + "\n")
    whole = said(path)
    monkeypatch.setattr(diagnose, "LARGE", 1)
    monkeypatch.setattr(diagnose.os, "cpu_count", lambda: 2)
    halves = said(path)
    assert halves.pop("excerpt")
    assert whole.pop("excerpt")
    assert halves == whole


def test_the_standard_input_of_a_real_process(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "diagnose", "-", "--json"],
        input="\n".join([*FINE[:20], *bugs(20, 21, 22)]).encode(),
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["category"] == "code_error"
    assert list(tmp_path.iterdir()) == []


def test_a_line_without_end_is_read_in_pieces():
    file = io.BytesIO(b"INFO " + b"x" * (3 * parts.BLOCK) + b"\nINFO y\n")
    found = [line for part in parts.stretches(file, 0, len(file.getvalue())) for line in part]
    assert max(map(len, found)) <= 2 * parts.BLOCK
    assert found[-1] == "INFO y"
    assert "".join(found).count("x") == 3 * parts.BLOCK
