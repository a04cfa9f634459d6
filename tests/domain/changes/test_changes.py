"""Who is suspected: labelled scenarios with decoys, and whatever comes: nobody who came too late.

Minutes count from the first error: a deploy at -4 went live four minutes before it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import (
    Change,
    Commit,
    File,
    Held,
    Known,
    Strength,
    Symptoms,
    changes_of,
    line,
    risk,
    summary,
    suspects,
)
from bot.domain.platform import CLOCKS_APART, Deploy
from tests.fuzz import fuzz

FIRST = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD, A, B, C = "0" * 40, "a" * 40, "b" * 40, "c" * 40
DB, BOT = "/app/lifeos/db.py", "lifeos/bot.py"


def at(minutes):
    return None if minutes is None else FIRST + timedelta(minutes=minutes)


def file(path, patch="", lines=3):
    return File(path, lines, 0, patch)


def edit(path, *changed):
    """A file of which every changed line is known."""
    return File(path, len(changed), 0, "@@ -1 +1 @@\n" + "\n".join(f"+{x}" for x in changed))


README = file("README.md")
NOTES = edit("lifeos/features/notes.py", "LIMIT = 12")


def change(minutes, *files, **more):
    """One that went live then; `files` None: not known. Begun two minutes before."""
    known = {"status": "deactivated", "trigger": "new_commit", "commit": A, "base": OLD, **more}
    base, cut, undoes = known.pop("base"), known.pop("cut", False), known.pop("undoes", False)
    begun = known.pop("begun", None if minutes is None else minutes - 2)
    deploy = Deploy(
        f"dep-{minutes}", message="Say it", created_at=at(begun), finished_at=at(minutes), **known
    )
    return Change(deploy, base, files=None if None in files else files, cut=cut, undoes=undoes)


def days_old():
    return change(-3 * 24 * 60, None, commit=OLD, base="9" * 40)


def seen(category="code_error", frames=(DB,), **more):
    return Symptoms(FIRST, category, frames, **more)


S, W, NO = Strength.STRONG, Strength.WEAK, Strength.NONE
YES, NOT, OPEN = Known.YES, Known.NO, Known.UNKNOWN
MEMORY, HANG = seen("out_of_memory", ()), seen("hang", ())
DOWN, SEEN_DOWN = seen("database_unreachable"), seen("database_unreachable", confirmed=True)

# name, changes newest first, symptoms, strength of the suspect, its deploy, no code cause
TABLE = [
    ("frame and time", [change(-4, edit("lifeos/db.py", "x")), days_old()], seen(), S, -4, NOT),
    ("time, files unknown", [change(-4, None), days_old()], seen(), W, -4, OPEN),
    ("time, no traceback", [change(-4, NOTES), days_old()], seen(frames=()), W, -4, OPEN),
    ("only the place is known", [change(-4, NOTES)], seen(whole=False), W, -4, OPEN),
    ("nothing in common", [change(-4, NOTES), days_old()], seen(), NO, None, OPEN),
    ("same name, other folder", [change(-4, edit("a/b/db.py", "x"))], seen(), W, -4, OPEN),
    ("nothing for days", [days_old()], seen("none", ()), NO, None, YES),
    ("nothing for days, own fault", [days_old()], seen(), NO, None, OPEN),
    ("no deploys", [], seen(), NO, None, OPEN),
    ("begin not known", [change(-4, None)], Symptoms(None, "code_error"), NO, None, OPEN),
    # decoys
    ("decoy 1 min after", [change(1, file("lifeos/db.py")), days_old()], seen(), NO, None, OPEN),
    ("decoy 1 min after, no family", [change(1, None), days_old()], seen(""), NO, None, YES),
    ("decoy 3 min after an outage", [change(3, None), days_old()], DOWN, NO, None, YES),
    ("decoy seconds after", [change(0.4, None), days_old()], seen(), NO, None, OPEN),
    ("decoy begun after, live at once", [change(0.3, None, begun=0.1), days_old()], seen(""), NO,
     None, YES),
    ("decoy after the guilty", [change(2, file("lifeos/db.py")), change(-3, None, commit=B)],
     seen(), W, -3, OPEN),
    ("decoy before the guilty", [change(-2, README), change(-9, edit("lifeos/db.py", "x"),
     commit=B)], seen(), S, -9, NOT),
    ("README before an outage", [change(-1, README), days_old()], DOWN, NO, None, YES),
    ("README before a crash", [change(-1, README), days_old()], seen(""), NO, None, YES),
    ("README, files unknown, outage", [change(-1, None), days_old()], DOWN, NO, None, OPEN),
    ("two innocent ones", [change(-2, README), change(-9, file("tests/test_db.py"), commit=B)],
     seen(""), NO, None, YES),
    ("two that touch nothing of it", [change(-2, NOTES), change(-9, edit(
     "lifeos/features/goals.py", "x"), commit=B)], seen("none"), NO, None, YES),
    ("two by time: the nearest first", [change(-2, None), change(-9, None, commit=B)], seen(),
     W, -2, OPEN),
    ("a comment in db.py before an outage", [change(-2, edit("lifeos/db.py", "# tidy"))], DOWN,
     NO, None, YES),
    ("CI only", [change(-2, file(".github/workflows/ci.yml"))], seen(""), NO, None, YES),
    ("docs, but somebody saved settings", [change(-2, README, trigger="service_updated")],
     seen("missing_env_var", ()), S, -2, NOT),
    # outside
    ("outage, database address", [change(-2, edit("lifeos/config.py", "DATABASE_URL = 'x'"))],
     DOWN, S, -2, NOT),
    ("outage, address, seen by us too", [change(-2, edit("lifeos/config.py", "DATABASE_URL = 1"))],
     SEEN_DOWN, NO, None, YES),
    ("outage, render.yaml, seen by us", [change(-2, edit("render.yaml", "  databases: []"))],
     SEEN_DOWN, S, -2, NOT),
    ("outage, settings saved", [change(-2, commit=OLD, trigger="service_updated")], DOWN, W, -2,
     OPEN),
    ("outage, config of unknown lines", [change(-2, file("lifeos/config.py"))], DOWN, W, -2, OPEN),
    ("outage, worked after it", [change(-20, None)], seen("database_unreachable",
     fine_at=at(-5)), NO, None, YES),
    ("upstream down", [change(-2, NOTES)], seen("upstream_outage"), NO, None, YES),
    ("upstream address", [change(-2, edit("settings.py", "BASE_URL = 'y'"))],
     seen("upstream_outage"), S, -2, NOT),
    ("telegram away", [change(-2, NOTES)], seen("telegram_network"), NO, None, YES),
    ("a certificate ends", [change(-2, edit("render.yaml", "  tls: x"))], seen("certificate", ()),
     NO, None, YES),
    ("disk full", [change(-2, NOTES)], seen("disk_full"), NO, None, YES),
    ("disk full, files unknown", [change(-2, None)], seen("disk_full"), NO, None, OPEN),
    ("rate limit", [change(-2, NOTES)], seen("upstream_rate_limit"), NO, None, YES),
    ("rate limit, its place", [change(-2, edit("lifeos/db.py", "x"))],
     seen("upstream_rate_limit"), S, -2, NOT),
    ("rate limit hours after", [change(-300, edit("lifeos/db.py", "x"))],
     seen("upstream_rate_limit"), NO, None, YES),
    ("suspended", [change(-2, NOTES)], seen("suspended", ()), NO, None, YES),
    ("two pollers after a deploy", [change(-1, NOTES)], seen("telegram_conflict", ()), NO, None,
     OPEN),
    # settings
    ("variable gone, settings saved", [change(-1, commit=OLD, trigger="service_updated")],
     seen("missing_env_var"), S, -1, NOT),
    ("variable gone, deployed again", [change(-1, commit=OLD, trigger="manual")],
     seen("missing_env_var"), W, -1, OPEN),
    ("variable gone, new setting", [change(-1, edit("lifeos/config.py", "os.environ['KEY']"))],
     seen("missing_env_var", ()), S, -1, NOT),
    ("variable gone, other file", [change(-1, NOTES)], seen("missing_env_var"), NO, None, OPEN),
    ("password, innocent commit", [change(-1, NOTES)], seen("database_auth"), NO, None, OPEN),
    ("password, files unknown", [change(-1, None)], seen("database_auth"), NO, None, OPEN),
    ("password, days later", [days_old()], seen("database_auth"), NO, None, YES),
    ("password, another setting", [change(-1, edit("lifeos/config.py", "THEME = 'dark'"))],
     seen("database_auth", ()), NO, None, OPEN),
    ("same code again, code error", [change(-3, commit=OLD, trigger="manual")], seen("none"), NO,
     None, YES),
    ("variable gone, no traceback", [change(-1, NOTES)], seen("missing_env_var", ()), W, -1, OPEN),
    ("variable gone, docs", [change(-1, README)], seen("missing_env_var", ()), NO, None, OPEN),
    ("settings saved, disk full", [change(-1, commit=OLD, trigger="service_updated")],
     seen("disk_full"), NO, None, YES),
    ("settings saved, own fault", [change(-1, NOTES, trigger="service_updated")], seen(), W, -1,
     OPEN),
    # what fits
    ("docs, but built again", [change(-1, README)], seen("import_error"), NO, None, OPEN),
    ("tests that run", [change(-1, edit("lifeos/testing/db.py", "x"))],
     seen(frames=("/app/lifeos/testing/db.py",)), S, -1, NOT),
    ("two pollers, docs", [change(-1, README)], seen("telegram_conflict", ()), NO, None, OPEN),
    ("two pollers, same code", [change(-1, commit=OLD, trigger="manual")],
     seen("telegram_conflict", ()), NO, None, OPEN),
    ("new packages", [change(-1, file("requirements.txt"))], seen("import_error", ()), S, -1, NOT),
    ("built again", [change(-1, commit=OLD, trigger="manual")], seen("import_error"), W, -1, OPEN),
    ("start command", [change(-1, file("Procfile"))], seen("port_binding", ()), S, -1, NOT),
    ("migration, slow", [change(-5, file("alembic/versions/1.py"))], seen("database_slow", ()), S,
     -5, NOT),
    ("migration, code error", [change(-5, file("m/0004.sql"))], seen(), W, -5, OPEN),
    ("who suffers is not at fault", [change(-5, edit("lifeos/db.py", "x = 1"))],
     seen("database_saturated"), W, -5, OPEN),
    ("who opens more", [change(-5, edit("lifeos/db.py", "pool_size=90"))],
     seen("database_saturated"), S, -5, NOT),
    ("memory, just before", [change(-9, NOTES)], MEMORY, W, -9, OPEN),
    ("memory, hours before", [change(-300, NOTES)], MEMORY, NO, None, OPEN),
    ("memory, only docs hours before", [change(-300, README)], MEMORY, NO, None, YES),
    ("memory, days before", [days_old()], MEMORY, NO, None, YES),
    ("hang, hours before", [change(-300, NOTES)], HANG, NO, None, YES),
    # time
    ("hours before, in the traceback", [change(-300, edit("lifeos/db.py", "x"))], seen(), W, -300,
     OPEN),
    ("hours before, worked since", [change(-300, edit("lifeos/db.py", "x"))],
     seen(fine_at=at(-9)), NO, None, OPEN),
    ("hours before, worked since, no family", [change(-300, edit("lifeos/db.py", "x"))],
     seen("", fine_at=at(-9)), NO, None, YES),
    ("31 min before", [change(-31, None)], seen(""), NO, None, YES),
    ("30 min before", [change(-30, None)], seen(""), W, -30, OPEN),
    ("the log begins too late", [change(-20, edit("lifeos/db.py", "x"))],
     seen(log_begins=at(-1)), W, -20, OPEN),
    ("the log begins too late, by time", [change(-20, None)], seen(log_begins=at(-1)), NO, None,
     OPEN),
    ("the log begins late, but was quiet", [change(-20, None)], seen(log_begins=at(-8)), W, -20,
     OPEN),
    ("at once, in the traceback", [change(0.5, edit("lifeos/db.py", "x"))], seen(), S, 0.5, NOT),
    ("at once, it did not start", [change(0.5, None)], seen("import_error", ()), W, 0.5, OPEN),
    ("errors of hours before", [change(295, None), days_old()], seen("none", noticed_at=at(300)),
     NO, None, OPEN),
    # what never ran
    ("build failed", [change(-2, None, status="build_failed"), days_old()], seen(""), NO, None,
     YES),
    ("build failed: it is the trouble", [change(-2, None, status="build_failed"), days_old()],
     seen("", deploy_failed=True), S, -2, NOT),
    ("canceled", [change(-2, None, status="canceled"), days_old()], seen(""), NO, None, YES),
    ("being built", [change(None, None, status="build_in_progress", begun=-1), days_old()],
     seen(""), NO, None, YES),
    ("its trial failed then", [change(2, edit("lifeos/db.py", "x"), status="update_failed",
     begun=-3), days_old()], seen(), S, 2, NOT),
    ("its trial had failed before", [change(-9, edit("lifeos/db.py", "x"), status="update_failed"),
     days_old()], seen(""), NO, None, YES),
    ("being tried", [change(None, None, status="update_in_progress", begun=-1), days_old()],
     seen("import_error", ()), W, None, OPEN),
    ("its migration ran", [change(-2, file("migrations/1.sql"), status="pre_deploy_failed"),
     days_old()], seen(""), NO, None, OPEN),
    ("a state of tomorrow", [change(-2, None, status="half_live"), days_old()], seen(""), NO, None,
     OPEN),
    ("no time at all", [change(None, None), days_old()], seen(""), NO, None, OPEN),
    ("taken back before", [change(-5, None, commit=OLD, base=A, trigger="rollback", undoes=True),
     change(-9, edit("lifeos/db.py", "x"), commit=A), change(-99, None, commit=OLD)],
     seen("none", fine_at=at(-2)), W, -5, OPEN),
    ("first deploy of all", [change(-4, None, base="")], seen(), NO, None, OPEN),
    ("all came after", [change(5, None), change(3, None, commit=B)], seen(""), NO, None, OPEN),
    ("not all files are known", [change(-2, NOTES, cut=True)], DOWN, NO, None, OPEN),
    ("docs, and more that is not known", [change(-2, README, cut=True)], seen(""), W, -2, OPEN),
]  # fmt: skip # read in rows


@pytest.mark.parametrize(
    ("changes", "symptoms", "strength", "deploy", "no_code_cause"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_who_is_suspected(changes, symptoms, strength, deploy, no_code_cause):
    found = suspects(changes, symptoms)
    first = found.suspect
    assert (first.change.deploy.id if first else None) == (f"dep-{deploy}" if first else None)
    assert (first.strength if first else Strength.NONE) is strength, summary(found)
    assert found.no_code_cause is no_code_cause, summary(found)
    assert summary(found).startswith(BEGINS[strength, no_code_cause])


BEGINS = {
    (S, NOT): "suspect: ",
    (W, OPEN): "weak suspect: ",
    (NO, YES): "no code cause: ",
    (NO, OPEN): ("no change is suspected, ", "no change fits: ", "not known: "),
}


def test_the_set_is_large_and_has_decoys():
    assert len({row[0] for row in TABLE}) == len(TABLE) >= 40
    assert sum(row[3] is NO for row in TABLE) >= 25


CLEARED = [
    (change(3, None), seen(), "went live 3 min after the first error"),
    (change(0.3, None, begun=0.1), seen(), "was begun 6 s after the first error"),
    (change(-2, None, status="build_failed"), seen(), "never went live: its build failed"),
    (change(-1, None), seen("certificate"), "has nothing to do with it"),
    (change(-1, README), DOWN, "touches only README.md: nothing that runs"),
    (change(-1, README, file("docs/a.md")), DOWN, "touches only docs: nothing that runs"),
    (change(-1, NOTES), SEEN_DOWN, "cannot be it: the database cannot be reached from here, too"),
]


@pytest.mark.parametrize(("one", "symptoms", "why"), CLEARED)
def test_who_is_cleared_and_why(one, symptoms, why):
    (ruling,) = suspects([one], symptoms).rulings
    assert (ruling.held, ruling.why) == (Held.CLEARED, why)


def test_what_was_taken_back_is_cleared():
    *row, _, _, _ = next(row for row in TABLE if row[0] == "taken back before")
    back, guilty, before = suspects(row[1], row[2]).rulings
    assert (back.held, guilty.held, before.held) == (Held.SUSPECT, Held.CLEARED, Held.UNLIKELY)
    assert guilty.why == "had been taken back when the errors began"


def test_the_likeliest_stands_first():
    near = change(-2, None)
    sure = change(-9, edit("lifeos/db.py", "x"), commit=B)
    far = change(-15, None, commit=C)
    found = suspects([near, sure, far], seen())
    assert [r.change.deploy.id for r in found.suspects] == ["dep--9", "dep--2", "dep--15"]
    assert summary(found) == (
        "suspect: bbbbbbb “Say it” went live 9 min before the first error, touches lifeos/db.py,"
        " which is in the traceback; also aaaaaaa (2 min before), ccccccc (15 min before)"
    )


SUMMARIES = [
    (
        [days_old()],
        seen(""),
        "no code cause: the newest deploy went live 3 days before the first error",
    ),
    (
        [change(2, None), days_old()],
        seen(""),
        (
            "no code cause: aaaaaaa “Say it” went live 2 min after the first error;"
            " the newest deploy before that went live 3 days before the first error"
        ),
    ),
    (
        [change(-1, README), days_old()],
        DOWN,
        (
            "no code cause: the database cannot be reached;"
            " aaaaaaa “Say it” touches only README.md: nothing that runs"
        ),
    ),
    (
        [change(-4, None)],
        seen(),
        (
            "weak suspect: aaaaaaa “Say it” went live 4 min before the first error;"
            " only its time points to it (its files are not known)"
        ),
    ),
    (
        [days_old()],
        seen(),
        (
            "no change fits: the newest deploy went live 3 days before the first error;"
            " the fault may be older"
        ),
    ),
    (
        [change(-1, None)],
        DOWN,
        (
            "no change is suspected, but this is not ruled out: aaaaaaa “Say it” went live"
            " 1 min before the first error, and its files are not known;"
            " a change of code rarely does that"
        ),
    ),
    (
        [change(5, None)],
        seen(""),
        (
            "not known: aaaaaaa “Say it” went live 5 min after the first error;"
            " what ran when it began is not known"
        ),
    ),
    (
        [change(1, file("lifeos/db.py")), days_old()],
        seen(),
        (
            "no change fits: aaaaaaa “Say it” went live 1 min after the first error;"
            " the newest deploy before that went live 3 days before the first error;"
            " the fault may be older"
        ),
    ),
    (
        [change(-2, None, status="build_failed"), days_old()],
        seen(""),
        "no code cause: the newest deploy that ran went live 3 days before the first error",
    ),
    ([], seen(), "not known: no deploy is known"),
]  # fmt: skip # read in rows


@pytest.mark.parametrize(("changes", "symptoms", "said"), SUMMARIES)
def test_in_a_line_for_a_phone(changes, symptoms, said):
    assert summary(suspects(changes, symptoms)) == said


LINES = [
    (change(-12, edit("lifeos/db.py", "x"), README, file("m/1.sql")), seen(),
     ("aaaaaaa 12 min before · suspect · high: touches lifeos/db.py (in the traceback), migration,"
      " 3 files · Say it")),
    (change(-12, file("m/1.sql"), NOTES), HANG,
     "aaaaaaa 12 min before · weak suspect · high: migration, 2 files · Say it"),
    (change(-12, file("m/1.sql"), NOTES), seen("disk_full"),
     "aaaaaaa 12 min before · high: migration, 2 files · Say it"),
    (change(2, None), seen(),
     "aaaaaaa 2 min after · cleared · not known: files not known · Say it"),
    (change(-2, README, status="build_failed"), seen(),
     "aaaaaaa never went live · cleared · low: docs only · Say it"),
    (change(None, None, status="queued", commit="registry/app:1", begun=-1), seen(),
     "dep-None not live yet · cleared · not known: files not known · Say it"),
    (change(None, None), seen(),
     "aaaaaaa at an unknown time · not known: files not known · Say it"),
]  # fmt: skip # read in rows


@pytest.mark.parametrize(("one", "symptoms", "said"), LINES)
def test_a_line_for_each_change(one, symptoms, said):
    (ruling,) = suspects([one], symptoms).rulings
    assert line(ruling, risk(one, symptoms.frames)) == said


def test_a_title_is_one_short_line():
    long = Change(Deploy("dep-1", "live", message="x" * 90 + "\nsecond"), OLD)
    (ruling,) = suspects([long], seen()).rulings
    assert line(ruling, risk(long)).endswith(" · " + "x" * 59 + "…")


# The changes of a service.


def deploys(*rows):
    """Newest first: status, commit, trigger."""
    return [
        Deploy(f"dep-{n}", status, trigger, commit, created_at=at(-n), finished_at=at(-n))
        for n, (status, commit, trigger) in enumerate(rows)
    ]


def test_each_is_compared_with_what_ran_before_it():
    found = changes_of(
        deploys(
            ("live", C, "new_commit"),
            ("build_failed", B, "new_commit"),
            ("deactivated", A, "service_updated"),
            ("deactivated", A, "new_commit"),
            ("update_failed", C, "new_commit"),
            ("deactivated", OLD, "new_commit"),
        )[::-1]
    )
    assert [c.deploy.commit[:1] for c in found] == ["c", "b", "a", "a", "c", "0"]
    assert [c.base[:1] for c in found] == ["a", "a", "a", "0", "0", ""]
    assert [c.same_code for c in found] == [False, False, True, False, False, False]
    assert found[2].touched == ()
    assert not any(c.undoes for c in found)


def test_what_ran_before_comes_back():
    back = changes_of(deploys(*(("deactivated", x, "new_commit") for x in (A, B, A))))
    assert [c.undoes for c in back] == [True, False, False]
    rolled = changes_of(
        deploys(("live", A, "rollback"), ("deactivated", B, ""), ("deactivated", C, ""))
    )
    assert [c.undoes for c in rolled] == [True, False, False]


def test_ten_at_most():
    assert len(changes_of(deploys(*[("live", A, "")] * 15))) == 10


def test_files_of_the_commits_where_the_diff_is_not_known():
    known = Commit(A, "x", files=(README,))
    assert Change(Deploy("d", "live"), commits=(known, known)).touched == (README, README)
    assert Change(Deploy("d", "live"), commits=(known, Commit(B, "y"))).touched is None
    assert Change(Deploy("d", "live")).touched is None


# Whatever comes.

MINUTES = st.none() | st.floats(-1e6, 1e6) | st.sampled_from([0, -1, 1, 30, -30, 0.999, 1.001])
TIMES = MINUTES.map(at) | st.sampled_from(
    [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
WORDS = st.text(max_size=12) | st.sampled_from(["lifeos/db.py", DB, "/", "a//b", "db.py", "\\x\\y"])
FILES = st.builds(File, WORDS, st.integers(), st.integers(), WORDS, WORDS)
STATES = """
    live deactivated build_failed update_failed pre_deploy_failed canceled update_in_progress queued
    half_live
""".split()  # noqa: SIM905 - as below
DEPLOYS = st.builds(
    Deploy,
    id=st.sampled_from("123456"),
    status=st.sampled_from(STATES),
    trigger=st.sampled_from(["", "new_commit", "rollback", "service_updated", "blueprint_sync"]),
    commit=st.sampled_from(["", A, B, C, "image:1"]),
    message=WORDS,
    created_at=TIMES,
    finished_at=TIMES,
)
CHANGES = st.builds(
    Change,
    DEPLOYS,
    st.sampled_from(["", OLD, A]),
    files=st.none() | st.lists(FILES, max_size=4).map(tuple),
    cut=st.booleans(),
    undoes=st.booleans(),
)
CATEGORIES = """
    database_unreachable database_auth database_saturated database_slow out_of_memory import_error
    missing_env_var bad_config upstream_rate_limit upstream_outage upstream_auth telegram_conflict
    telegram_network port_binding disk_full crash_loop tls code_error deadlock hang none suspended
    certificate
""".split()  # noqa: SIM905 - as the issue writes them
SEEN = st.builds(
    Symptoms,
    TIMES,
    st.sampled_from(["", "tomorrow", *CATEGORIES]),
    st.lists(WORDS, max_size=4).map(tuple),
    st.booleans(),
    TIMES,
    TIMES,
    TIMES,
    confirmed=st.booleans(),
)


@fuzz
@given(st.lists(CHANGES, max_size=6), SEEN)
def test_nobody_is_suspected_who_came_after_the_first_error(changes, symptoms):
    found = suspects(changes, symptoms)
    assert len(found.rulings) == len(changes)
    for ruling in found.suspects:
        live, first = ruling.change.live_at, symptoms.first_error
        assert first is not None
        assert live is None or (live - first).total_seconds() / 60 < CLOCKS_APART
        assert ruling.strength is not Strength.NONE
    for ruling in found.rulings:
        assert (ruling.held is Held.SUSPECT) == (ruling.strength is not Strength.NONE)
        assert line(ruling, risk(ruling.change, symptoms.frames))
    assert (found.no_code_cause is Known.YES) <= (not found.suspects)
    assert summary(found)


@fuzz
@given(st.lists(DEPLOYS, max_size=14), SEEN)
def test_any_deploys_in_any_order(deploys, symptoms):
    found = suspects(changes_of(deploys), symptoms)
    assert len(found.rulings) == min(len(deploys), 10)
    assert summary(found)
