"""What a diff touches, how risky that is, and whether a traceback runs through it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import CUT, Change, File, Level, files_of, risk
from bot.domain.changes.kinds import Kind, kinds_of
from bot.domain.changes.places import hits, near
from bot.domain.changes.symptoms import OF_CHECKS, OUTSIDE, category_of
from bot.domain.changes.touch import speaks, touching
from bot.domain.logs.families import FAMILIES
from bot.domain.platform import Deploy
from bot.domain.severity import TABLE
from tests.fuzz import TEXT, fuzz

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD, NEW = "0" * 40, "a" * 40


def file(path, *changed, lines=None, cut=False):
    """Without `changed` its lines are not known."""
    patch = "\n".join(["@@ -1 +1 @@", " before", *changed]) if changed else ""
    return File(path, len(changed) if lines is None else lines, 0, patch + (CUT if cut else ""))


def change(*files, message="Say it", **more):
    known = {"trigger": "new_commit", "commit": NEW, **more}
    base, cut, undoes = known.pop("base", OLD), known.pop("cut", False), known.pop("undoes", False)
    deploy = Deploy("dep-1", "live", message=message, created_at=AT, **known)
    return Change(deploy, base, files=None if None in files else files, cut=cut, undoes=undoes)


KINDS = {
    Kind.DOCS: "README.md docs/img/a.png docs/conf.py LICENSE CHANGELOG.rst a/README.md NOTICE.txt",
    Kind.TESTS: "tests/test_db.py test_a.py lifeos/test_a.py a/b_test.py conftest.py tests/x.sql",
    Kind.TOOLS: ".github/workflows/ci.yml .gitignore .pre-commit-config.yaml ruff.toml mypy.ini"
    " .editorconfig CODEOWNERS .github/dependabot.yml",
    Kind.MIGRATION: "alembic/versions/1a_x.py lifeos/migrations/0004_reminders.sql db/schema.sql"
    " app/migrations/0002_auto.py db/migrate/2_x.rb prisma/schema.prisma",
    Kind.DEPENDENCIES: "requirements.txt requirements-dev.txt requirements/prod.txt pyproject.toml"
    " poetry.lock uv.lock Pipfile Pipfile.lock setup.py constraints.txt .python-version"
    " backend/requirements.in package-lock.json Dockerfile",
    Kind.START: "Procfile gunicorn.conf.py gunicorn_conf.py start.sh docker-entrypoint.sh"
    " supervisord.conf Dockerfile docker/app.Dockerfile",
    Kind.CONFIG: "render.yaml lifeos/config.py lifeos/settings.py settings/prod.py .env.example"
    " app.toml logging.ini config/app.yaml prod.env lifeos/app_config.py config.json .env",
    Kind.CODE: "lifeos/db.py lifeos/__init__.py static/a.js prompts/system.md templates/mail.txt"
    " lifeos/versions/v1.py lifeos/reconfigure.py lifeos/testament.py Makefile api/schema.py",
}  # fmt: skip # read in rows


@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind, paths in KINDS.items() for path in paths.split()]
)
def test_kinds(kind, path):
    found = kinds_of(file(path))
    assert kind in found
    assert found <= {kind, Kind.START, Kind.DEPENDENCIES} or kind is Kind.CONFIG
    assert kinds_of(file(path.upper())) == found
    assert kinds_of(file(path.replace("/", "\\"))) == found


@pytest.mark.parametrize(
    ("path", "line", "kind"),
    [
        ("Dockerfile", '+CMD ["python", "-m", "bot"]', Kind.START),
        ("Dockerfile", "-FROM python:3.12-slim", Kind.DEPENDENCIES),
        ("Dockerfile", "+ENV TZ=UTC", Kind.CONFIG),
        ("render.yaml", "+    startCommand: python -m bot", Kind.START),
        ("render.yaml", "+      - key: THEME", Kind.CONFIG),
        ("pyproject.toml", '+    "httpx>=0.28",', Kind.DEPENDENCIES),
        ("pyproject.toml", '+requires-python = ">=3.12"', Kind.DEPENDENCIES),
        ("pyproject.toml", "+line-length = 100", Kind.CONFIG),
    ],
)
def test_kinds_by_their_lines(path, line, kind):
    assert kind in kinds_of(file(path, line))
    others = {Kind.START, Kind.DEPENDENCIES} - {kind}
    assert not kinds_of(file(path, line)) & others
    assert kinds_of(file(path, line, cut=True)) >= ({kind} & others)


def test_a_line_that_is_only_near_the_change_says_nothing():
    assert file("a", " CMD x", "+ENV y").changed == "+ENV y"
    assert kinds_of(file("Dockerfile", " CMD x", "+ENV y")) == {Kind.CONFIG}


CODE = file("lifeos/a.py", "+x")
RISKS = [
    (change(CODE), "low: 1 file"),
    (change(CODE, file("lifeos/b.py")), "low: 2 files"),
    (change(file("README.md")), "low: docs only"),
    (change(file("README.md"), file("tests/test_a.py")), "low: docs and tests only"),
    (change(file("README.md"), cut=True), "medium: over 1 file"),
    (change(file("a.sql"), CODE, file("b.py")), "high: migration, 3 files"),
    (change(file("requirements.txt")), "medium: dependencies, 1 file"),
    (change(file("poetry.lock", lines=9000)), "medium: dependencies, 1 file"),
    (change(file("lifeos/config.py")), "medium: configuration, 1 file"),
    (change(file("Procfile")), "high: start command, 1 file"),
    (change(file("a.py", lines=90)), "medium: 1 file, 90 lines"),
    (change(file("a.py", lines=900)), "high: 1 file, 900 lines"),
    (change(file("README.md", lines=900), CODE), "low: 2 files"),
    (change(*(file(f"a{n}.py") for n in range(7))), "medium: 7 files"),
    (change(*(file(f"a{n}.py") for n in range(25))), "high: 25 files"),
    (change(), "low: 0 files"),
    (change(None), "not known: files not known"),
    (change(None, trigger="service_updated"), "not known: settings saved, files not known"),
    (change(CODE, trigger="service_updated"), "medium: settings saved, 1 file"),
    (change(None, commit=OLD), "low: same code again"),
    (change(commit=OLD, trigger="service_updated"), "medium: settings saved, same code again"),
    (change(CODE, undoes=True), "low: goes back to an earlier version, 1 file"),
    (
        change(file("a.sql"), undoes=True),
        ("high: the schema does not go back with it, migration,"
         " goes back to an earlier version, 1 file"),
    ),
    (
        change(None, message="Bump anthropic\n\nmigrate later"),
        "not known: files not known, its message speaks of dependencies",
    ),
    (
        change(None, message="Revert “Migrate goals”"),
        ("not known: files not known, its message speaks of a migration,"
         " its message speaks of taking something back"),
    ),
]  # fmt: skip # read in rows


@pytest.mark.parametrize(("one", "said"), RISKS)
def test_risk(one, said):
    assert str(risk(one)) == said


def test_a_file_of_the_traceback_is_a_high_risk():
    rated = risk(change(CODE, file("README.md")), ["/app/lifeos/a.py"])
    assert rated.level is Level.HIGH
    assert rated.reasons[0] == "touches lifeos/a.py (in the traceback)"


def test_words_of_a_message_count_only_where_no_files_are_known():
    assert str(risk(change(CODE, message="Bump and migrate"))) == "low: 1 file"


SAME = [
    ("lifeos/db.py", "/opt/render/project/src/lifeos/db.py"),
    ("lifeos/db.py", "/app/lifeos/db.py"),
    ("lifeos/db.py", "lifeos/db.py"),
    ("lifeos/db.py", "./lifeos/db.py"),
    ("lifeos/db.py", "/srv/life/lifeos/db.py"),
    ("src/lifeos/db.py", "/app/lifeos/db.py"),
    ("lifeos/db.py", "/app/src/lifeos/db.py"),
    ("backend/lifeos/db.py", "/app/lifeos/db.py"),
    ("main.py", "/app/main.py"),
    ("main.py", "/opt/render/project/src/main.py"),
    ("lifeos/db.py", "C:\\life\\lifeos\\db.py"),
    ("lifeos/features/__init__.py", "features/__init__.py"),
]
OTHER = [
    ("lifeos/db.py", "/app/other/db.py"),
    ("main.py", "/srv/life/tools/main.py"),
    ("lifeos/__init__.py", "/app/lifeos/features/__init__.py"),
    ("lifeos/db.py", "/app/lifeos/xdb.py"),
    ("db.py", "/app/lifeos/db.py"),
]


@pytest.mark.parametrize(("path", "frame"), SAME)
def test_the_same_file_seen_from_two_roots(path, frame):
    assert hits([file(path)], [frame]) == [path]


@pytest.mark.parametrize(("path", "frame"), OTHER)
def test_another_file(path, frame):
    assert hits([file(path)], [frame]) == []


def test_a_name_alone_may_be_the_file_and_does_not_prove_it():
    assert near([file("lifeos/db.py")], ["/x/db.py"])
    assert not near([file("lifeos/db.py")], ["/x/bot.py"])


def test_a_renamed_file_is_known_by_both_names():
    renamed = File("lifeos/store.py", before="lifeos/db.py")
    assert hits([renamed], ["/app/lifeos/db.py"]) == ["lifeos/store.py"]


@pytest.mark.parametrize(
    ("place", "files"),
    [
        ("lifeos.db.save", ("lifeos/db.py", "lifeos/db/__init__.py")),
        ("main.<module>", ("main.py", "main/__init__.py")),
        ("save", ()),
        ("", ()),
    ],
)
def test_the_files_of_a_place(place, files):
    assert files_of(place) == files


@pytest.mark.parametrize(
    ("category", "path", "line", "touched"),
    [
        ("database_unreachable", "lifeos/config.py", "+DATABASE_URL = 'x'", True),
        ("database_unreachable", "lifeos/config.py", "+THEME = 'x'", False),
        ("database_unreachable", "lifeos/db.py", "+    sslmode='require'", True),
        ("database_unreachable", "lifeos/notes.py", "+# connects people", False),
        ("database_unreachable", "README.md", "+Set DATABASE_URL", False),
        ("database_unreachable", "requirements.txt", "-psycopg2-binary>=2.9", True),
        ("telegram_network", "lifeos/bot.py", "+    run_polling(timeout=9)", True),
        ("disk_full", "render.yaml", "-      sizeGB: 10", True),
        ("tls", "settings.py", "+VERIFY = False", True),
        ("code_error", "settings.py", "+X = 1", False),
    ],
)
def test_what_touches_what_fails(category, path, line, touched):
    assert touching([file(path, line)], category, []) == ([path] if touched else [])


def test_what_lines_that_are_not_all_known_say():
    assert speaks(file("a.py", "+x"), "database_auth") is False
    assert speaks(file("a.py", "+x", cut=True), "database_auth") is None
    assert speaks(file("a.py"), "database_auth") is None
    assert speaks(file("a.py", "+password", cut=True), "database_auth") is True
    assert speaks(file("a.py", "+x"), "code_error") is True


def test_categories_are_those_of_the_log_analysis():
    known = {family.category for family in FAMILIES} | {"suspended", "certificate"}
    assert known >= OUTSIDE.keys()
    assert known >= set(OF_CHECKS.values())
    assert TABLE.keys() >= OF_CHECKS.keys()


def test_the_category_of_what_fails():
    assert category_of([("http", "status"), ("postgres", "refused")]) == "database_unreachable"
    assert category_of([("service", "crashed")]) == ""
    assert category_of([]) == ""


@fuzz
@given(st.lists(st.builds(File, TEXT, st.integers(), st.integers(), TEXT, TEXT)), st.lists(TEXT))
def test_hostile_paths(files, frames):
    assert set(hits(files, frames)) <= {f.path for f in files}
    assert str(risk(change(*files), frames))
    assert all(kinds_of(f) for f in files)
