"""Runbooks come with the program and from a user's folder; a bad file is one clear sentence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.runbook_file import (
    SOURCES,
    MatchesFile,
    QuickCheckFile,
    RunbookFile,
    StepFile,
)
from bot.adapters.runbooks import AT_MOST, MOST_FILES, load
from bot.domain.acts import ACTS
from bot.domain.redact import redact
from bot.domain.runbook import Expected, How, Link, Matches, QuickCheck, Runbook, Step

ROOT = Path(__file__).parents[2]
OURS = len(load().runbooks)
GOOD = """
title = "The importer is stuck"
general = true
symptoms = ["No new rows for an hour."]

[matches]
categories = ["hang"]
failing = ["heartbeat/late", "sql"]

[[matches.facts]]
source = "database"
fact = "blocked"
at_least = 1

[[quick_checks]]
question = "Does nobody wait for a lock?"
source = "database"
fact = "blocked"
is = 0

[[quick_checks]]
question = "Is there room?"
source = "service"
fact = "memory_mb"
of = "memory_limit_mb"
at_most = 0.9
look = "Metrics."

[[quick_checks]]
question = "Did it start well?"
source = "logs"
fact = "last_success_at"
after = "started_at"

[[quick_checks]]
question = "Has the partner sent the file?"
look = "Their folder."

[[fix]]
do = "Restart the database."
act = "restart_database"

[[fix]]
do = "Ask the partner."

[rules_out]
rollback = "the file is the same"

[[links]]
title = "Folder"
path = "https://files.example.com/{service_id}"
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def write(folder, name, text=GOOD):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def own(folder):
    ours = {one.name for one in load().runbooks}
    return [one for one in load(folder).runbooks if one.name not in ours]


# Ours


def test_ours_are_all_good():
    found = load()
    assert found.problems == ()
    assert len(found.runbooks) == len(list((ROOT / "bot/runbooks").glob("*.toml"))) >= 24


def texts(data):
    if isinstance(data, dict):
        data = [*data.keys(), *data.values()]
    if isinstance(data, list):
        return [text for one in data for text in texts(one)]
    return [data] if isinstance(data, str) else []


def test_ours_hold_nothing_that_redaction_would_change():
    for file in (ROOT / "bot/runbooks").glob("*.toml"):
        said = texts(tomllib.loads(file.read_text(encoding="utf-8")))
        assert [redact(text) for text in said] == said, file.name


def test_ours_come_with_the_wheel(tmp_path):
    """As data of the package: nothing else has to be said to the builder."""
    build = "from hatchling.build import build_wheel; import sys; build_wheel(sys.argv[1])"
    command = [sys.executable, "-c", build, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if "/runbooks/" in name}
    assert packed == {f"bot/runbooks/{f.name}" for f in (ROOT / "bot/runbooks").glob("*.toml")}


# A user's


def test_a_file_becomes_a_runbook(folder):
    write(folder, "importer.toml")
    assert load(folder).problems == ()
    assert own(folder) == [
        Runbook(
            name="importer",
            title="The importer is stuck",
            matches=Matches(
                ("hang",),
                ("heartbeat/late", "sql"),
                (Expected("database", "blocked", How.AT_LEAST, figure=1.0),),
            ),
            symptoms=("No new rows for an hour.",),
            quick_checks=(
                QuickCheck(
                    "Does nobody wait for a lock?",
                    Expected("database", "blocked", How.IS, ("0",)),
                ),
                QuickCheck(
                    "Is there room?",
                    Expected("service", "memory_mb", How.AT_MOST, figure=0.9, of="memory_limit_mb"),
                    "Metrics.",
                ),
                QuickCheck(
                    "Did it start well?",
                    Expected("logs", "last_success_at", How.AFTER, ("started_at",)),
                ),
                QuickCheck("Has the partner sent the file?", None, "Their folder."),
            ),
            fix=(Step("Restart the database.", "restart-database"), Step("Ask the partner.")),
            rules_out=(("rollback", "the file is the same"),),
            links=(Link("Folder", "https://files.example.com/{service_id}"),),
            general=True,
        )
    ]


def test_the_example_in_the_documents_is_one(folder):
    page = (ROOT / "docs/runbooks.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    write(folder, "importer.toml", example)
    assert load(folder).problems == ()
    assert f"{len(load().runbooks)} come with the program" in page


def test_every_field_is_in_the_documents():
    page = (ROOT / "docs/runbooks.md").read_text(encoding="utf-8")
    for model in (RunbookFile, MatchesFile, QuickCheckFile, StepFile):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in page or f"{name} =" in page, name
    assert all(f"`{source}`" in page for source in SOURCES)


def test_one_of_the_same_name_replaces_ours(folder):
    write(folder, "memory.toml")
    found = load(folder)
    assert len(found.runbooks) == len(load().runbooks)
    [memory] = [one for one in found.runbooks if one.name == "memory"]
    assert memory.title == "The importer is stuck"


def test_a_bad_one_of_the_same_name_leaves_ours(folder):
    write(folder, "memory.toml", "title = 3")
    found = load(folder)
    [memory] = [one for one in found.runbooks if one.name == "memory"]
    assert memory.title == "Out of memory"
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "The importer is stuck"\n', "", "title: is missing"),
        ("general = true", 'general = "yes"', "general: input should be a valid boolean"),
        ("general = true", "generall = true", "generall: is not a field of runbooks"),
        ('title = "The importer is stuck"', f'title = "{"x" * 81}"',
         "title: is longer than 80 characters"),
        ('title = "The importer is stuck"', 'title = ""', "title: is empty"),
        ('"hang"', '"hungry"', "matches, categories: there is no category 'hungry'"),
        ('"sql"', '"sequel"', "matches, failing: there is no check or code 'sequel'"),
        ("at_least = 1", "", "matches, facts 1: needs exactly one of is, is_not, has, has_not,"),
        ("at_least = 1", "at_least = inf", "matches, facts 1, at_least: input should be a finite"),
        ("is = 0", "is = 0\nhas = 'x'", "quick_checks 1: needs exactly one of"),
        ("is = 0", "is = true", "quick_checks 1, is: input should be a valid list"),
        ("is = 0", "equals = 0", "quick_checks 1, equals: is not a field of runbooks"),
        ("is = 0", "is = []", "quick_checks 1, is: has fewer than 1 entries"),
        ('source = "service"', 'source = "sirvice"', "quick_checks 2: source must be one of"),
        ('fact = "memory_mb"\n', "", "quick_checks 2: needs a fact of its source"),
        ('after = "started_at"', 'after = "started_at"\nof = "x"', "quick_checks 3: of goes with"),
        ('question = "Is there room?"\n', "", "quick_checks 2, question: is missing"),
        ('"restart_database"', '"reboot"',
         "fix 1, act: there is no such act; there are cancel-deploy, clear-cache"),
        ('do = "Ask the partner."', "do = 5", "fix 2, do: input should be a valid string"),
        ('rollback = "the', 'rollback = ["the', "it is not TOML"),
        ("{service_id}", "{token}", "links 1, path: knows only the places {service_id},"),
        ("https://files", "http://files", "links 1, path: must begin with / or https://"),
        ("https://files.example.com/{service_id}", "javascript:alert(1)", "links 1, path: must"),
        ("https://files.example.com/", "https://a.b/' onclick='", "links 1, path: must"),
        ('["No new rows for an hour."]', str(["x"] * 21), "symptoms: has more than 20 entries"),
        (GOOD[GOOD.index("categories"):GOOD.index("[[quick")], "",
         "matches: needs categories, failing or facts: else it never fits"),
    ],
)  # fmt: skip # read in rows
def test_what_is_wrong_is_said_with_file_and_field(folder, old, new, said):
    assert old in GOOD
    write(folder, "importer.toml", GOOD.replace(old, new, 1))
    write(folder, "other.toml")
    found = load(folder)
    [problem] = found.problems
    assert problem.startswith(f"Runbook importer.toml: {said}")
    assert problem.endswith(".")
    assert "\n" not in problem
    assert [one.name for one in own(folder)] == ["other"]


def test_how_many_more_things_are_wrong(folder):
    write(folder, "importer.toml", "x = 1\ny = 2\n")
    [problem] = load(folder).problems
    assert problem.endswith("(and 4 more).")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "it is not UTF-8 text."),
        (b"title = ", "it is not TOML: "),
        (b"x = " + b"[" * 60_000, "it is not TOML: "),
        (b"x = " + b"9" * 60_000, "it is not TOML: "),
        (b"#" * (AT_MOST + 1), "it is larger than 64 kB."),
        (b"", "title: is missing (and 2 more)."),
        (b"\xef\xbb\xbf", "title: is missing (and 2 more)."),  # a mark that editors put there
    ],
)
def test_what_is_no_runbook_at_all(folder, content, said):
    write(folder, "importer.toml", content)
    write(folder, "other.toml")
    found = load(folder)
    [problem] = found.problems
    assert problem.startswith(f"Runbook importer.toml: {said}")
    assert [one.name for one in own(folder)] == ["other"]


@pytest.mark.parametrize(
    "name", ["My Notes.toml", "Ä.toml", ".toml", "x" * 41 + ".toml", "a\nb.toml"]
)
def test_a_name_that_nobody_can_type(folder, name):
    write(folder, name)
    [problem] = load(folder).problems
    assert "name it in small letters, figures, - and _." in problem
    assert "\n" not in problem


def test_other_files_are_left_alone(folder):
    write(folder, "README.md", "# Ours")
    write(folder, "importer.toml~", "x")
    assert load(folder) == load()


def test_what_cannot_be_opened(folder):
    (folder / "a.toml").mkdir()
    (folder / "b.toml").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "c.toml")  # would be waited for
    write(folder, "importer.toml")
    found = load(folder)
    assert found.problems == tuple(f"Runbook {n}.toml: it is no file." for n in "abc")
    assert [one.name for one in own(folder)] == ["importer"]


def test_a_folder_that_is_not_there(folder):
    found = load(folder / "nowhere")
    assert found.runbooks == load().runbooks
    [problem] = found.problems
    assert re.fullmatch(
        r"The folder of runbooks .*/nowhere cannot be read: no such file or directory\.", problem
    )


def test_a_folder_of_too_many_files(folder):
    for n in range(MOST_FILES + 2):
        write(folder, f"r{n:03}.toml")
    found = load(folder)
    assert len(own(folder)) == MOST_FILES
    assert found.problems == (
        f"The folder of runbooks has 2 files too many: {MOST_FILES} are read.",
    )


@pytest.mark.parametrize("act", ACTS)
def test_a_step_may_be_any_act(folder, act):
    write(folder, "importer.toml", GOOD.replace("restart_database", act))
    [one] = own(folder)
    assert act in {step.act for step in one.fix}


def test_a_secret_in_a_file_is_not_shown(folder):
    dsn = "postgresql://app:hunter2hunter2@db.example/app"
    write(folder, "importer.toml", GOOD.replace("Ask the partner.", f"psql {dsn}"))
    [one] = own(folder)
    assert "hunter2" not in one.fix[1].do
    assert "psql" in one.fix[1].do


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")),
       st.integers(0, len(GOOD)), st.integers(0, 60))  # fmt: skip # read in rows
def test_whatever_stands_in_a_file_it_is_taken_or_said(tmp_path, spoilt, at, cut):
    good = GOOD.encode()
    write(tmp_path, "importer.toml", good[:at] + spoilt + good[at + cut :])
    found = load(tmp_path)
    taken = len(found.runbooks) - OURS
    assert taken + len(found.problems) == 1
    assert all("\n" not in p and len(p) < 600 for p in found.problems)
