"""What the rules make of evidence: the right cause, how sure, and nothing without proof."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.cause import Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.severity import row
from bot.domain.why.explain import explain

AT = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
C, L, I = Sure.CONFIRMED, Sure.LIKELY, Sure.INCONCLUSIVE  # noqa: E741 - as the table reads


def failing(*found, note=""):
    """An incident of these checks, each "check code"."""
    events = [
        Event(
            Kind.JOINED if n else Kind.DETECTED,
            AT,
            check=check,
            code=code,
            note=note or f"{code} seen",
            severity=row(check, code).severity,
        )
        for n, (check, code) in enumerate(one.split() for one in found)
    ]
    incident = Incident.opened(1, "life-os", events[0])
    for event in events[1:]:
        incident = incident.after(event)
    return incident


def log(category, verdict="confirmed", error="ValueError: x", **more):
    facts = {"category": category, "verdict": verdict, "why": f"{category} it says", **more}
    facts["top_error"] = error
    return Evidence("L1", "logs", Found.SOMETHING, "3 errors", tuple(facts.items()), (error,))


def database(state="ok", health="ok", detail="answered in 12 ms"):
    facts = (("state", state), ("health", health), ("detail", detail))
    return Evidence("B1", "database", Found.SOMETHING, detail, facts)


def service(state="running", memory="100"):
    facts = (("state", state), ("memory_mb", memory), ("memory_limit_mb", "512"))
    return Evidence("S1", "service", Found.SOMETHING, f"{state}, crashed seen", facts)


BLIND = Evidence("", "logs", Found.UNREADABLE, "Render: HTTP 503")
QUIET = log("none", "none", "")
CASES = [
    # what fails, what was found, the category, how sure
    (["service crashed"], [log("code_error"), service("crashed")], "code_error", C),
    (["http status"], [log("code_error"), service()], "code_error", L),
    (["service crash_loop"], [log("import_error"), service("crash loop")], "import_error", C),
    (["service crash_loop"], [log("missing_env_var")], "missing_env_var", C),
    (["service crash_loop"], [BLIND, service("crash loop")], "crash_loop", L),
    (["service out_of_memory"], [log("code_error"), service()], "out_of_memory", C),
    (["service out_of_memory"], [BLIND], "out_of_memory", C),
    (["postgres refused"], [database("refused")], "database_unreachable", C),
    (
        ["postgres refused", "service crashed"],
        [database("refused"), log("database_unreachable"), service("crashed")],
        "database_unreachable",
        C,
    ),
    (["http status"], [log("database_unreachable"), database()], "database_unreachable", L),
    (["postgres auth"], [database("auth"), log("database_auth")], "database_auth", C),
    (["postgres saturated"], [database("saturated")], "database_saturated", C),
    (["postgres slow", "http slow"], [database("slow")], "database_slow", C),
    (["postgres blocked"], [database("ok", "blocked", "2 sessions wait")], "deadlock", C),
    (["logs rate_limit"], [log("upstream_rate_limit")], "upstream_rate_limit", L),
    (["http status"], [log("upstream_outage", "likely")], "upstream_outage", L),
    (["telegram deaf"], [QUIET, service()], "hang", L),
    (["certificate expired"], [QUIET], "tls", C),
    (["logs disk_full"], [log("disk_full")], "disk_full", L),
    (["certificate expiring"], [QUIET], "none", C),
    (["certificate expiring"], [log("code_error"), database("ok", "slow")], "none", C),
    (["http status"], [QUIET, database("ok", "slow")], "none", I),
    (["http status"], [log("database_slow"), database("ok", "slow")], "database_slow", L),
    (["http status"], [QUIET, database("ok", "blocked", "2 sessions wait")], "deadlock", C),
    (["service suspended"], [QUIET, service("suspended")], "none", C),
    (["service deploy_failed"], [QUIET], "none", C),
    (["http timeout"], [QUIET, service(), database()], "none", I),
    (["http timeout"], [BLIND], "none", I),
    (["http status"], [log("none", "inconclusive", "")], "none", I),
    (["service crashed"], [QUIET, service()], "crash_loop", L),
]


@pytest.mark.parametrize(("fails", "found", "category", "sure"), CASES)
def test_the_cause(fails, found, category, sure):
    cause = explain(failing(*fails), found)
    assert (cause.category, cause.sure) == (category, sure)
    assert cause.cause
    assert ("Not known" in cause.cause) is (sure is I)


@pytest.mark.parametrize(("fails", "found", "category", "sure"), CASES)
def test_every_quote_stands_in_its_evidence(fails, found, category, sure):
    incident = failing(*fails)
    for claim in explain(incident, found).claims:
        (one,) = [e for e in found if e.id == claim.evidence]
        assert claim.quote in "\n".join((one.summary, *one.lines))


def test_the_error_on_the_card_is_the_one_that_the_cause_rests_on():
    often = {"error": "DuplicateTable: it exists", "top_where": "db.migrate"}
    missing = log("missing_env_var", cause_error="KeyError: 'JOURNAL'", **often)
    cause = explain(failing("service crashed"), [missing]).cause
    assert cause == "missing_env_var it says: KeyError: 'JOURNAL'"
    same = log("missing_env_var", cause_error="DuplicateTable: it exists", **often)
    cause = explain(failing("service crashed"), [same]).cause
    assert cause.endswith("DuplicateTable: it exists in db.migrate")


def test_whose_connections_they_are_is_said_where_the_check_knows():
    saturated = failing(
        "postgres saturated", note="every connection is taken, 37 of 37: reports 35"
    )
    said = "every connection is taken"
    cause = explain(saturated, [database("saturated", detail=said)]).cause
    assert cause == (
        "the database takes no more connections: every connection is taken, 37 of 37: reports 35"
    )


def test_a_variable_that_the_log_names_and_that_is_not_set_is_the_sure_cause():
    unset = Evidence("E1", "environment", Found.SOMETHING, "A_B is not set", (("named", "A_B"),))
    said = explain(failing("service crashed"), [log("missing_env_var", "likely"), unset])
    assert (said.category, said.sure) == ("missing_env_var", C)
    assert [claim.evidence for claim in said.claims] == ["L1", "E1"]
    other = Evidence("E1", "environment", Found.SOMETHING, "C_D is not set", (("named", ""),))
    assert explain(failing("http timeout"), [QUIET, other]).sure is I


def test_of_a_process_that_only_ends_the_word_of_the_platform_is_told():
    cause = explain(failing("service crashed", note="exited with code 1"), [QUIET]).cause
    assert cause == (
        "the process ends again after every start; why is not in its log;"
        " the platform's word: exited with code 1"
    )


def test_what_only_follows_from_the_cause_is_no_evidence_of_it():
    cause = explain(failing("logs disk_full"), [database("slow", detail="took 900 ms")])
    assert (cause.category, cause.claims) == ("disk_full", ())


def test_what_was_not_read_and_what_it_is_not():
    cause = explain(failing("service crashed"), [BLIND, database(), service("crashed")])
    assert cause.not_checked == ("logs: Render: HTTP 503",)
    assert cause.discarded[0].startswith("the database: answered in 12 ms")
    assert "memory: 100 of 512 MB (S1)" in cause.discarded


def test_a_database_that_stands_is_not_the_sure_cause_of_what_the_log_says():
    cause = explain(failing("http status"), [log("database_unreachable"), database()])
    assert cause.sure is Sure.LIKELY


def changes(**facts):
    return Evidence(
        "C1", "changes", Found.SOMETHING, "no code cause: 3 days old", tuple(facts.items())
    )


def test_a_change_is_named_as_what_it_is_and_no_other():
    strong = changes(suspect="dep-2", suspect_why="touches db.py", strength="strong")
    weak = changes(suspect="dep-2", suspect_why="4 min before", strength="weak")
    assert explain(failing("http status"), [log("code_error"), strong]).contributing == (
        "deploy dep-2: touches db.py",
    )
    (said,) = explain(failing("http status"), [log("code_error"), weak]).contributing
    assert said.startswith("perhaps deploy dep-2")


@pytest.mark.parametrize(
    "category", ["upstream_outage", "database_unreachable", "database_auth", "disk_full"]
)
def test_what_no_change_brings_hints_at_no_deploy(category):
    found = [log(category, new_since="dep-9")]
    assert explain(failing("http status"), found).contributing == ()


def test_once_the_changes_are_looked_at_their_word_goes():
    found = [log("code_error", new_since="dep-9"), changes(cleared="dep-8")]
    assert explain(failing("http status"), found).contributing == ()


def test_a_deploy_that_is_cleared_is_not_accused():
    found = [log("code_error", new_since="dep-9"), changes(cleared="dep-8,dep-9")]
    assert explain(failing("http status"), found).contributing == ()
    assert explain(failing("http status"), found[:1]).contributing == (
        "these errors are new since deploy dep-9",
    )


def test_no_code_cause_is_among_what_it_is_not():
    cause = explain(
        failing("postgres refused"), [database("refused"), changes(no_code_cause="yes")]
    )
    assert "no code cause: 3 days old (C1)" in cause.discarded


TEXT = st.text(max_size=30)
FACTS = st.dictionaries(
    st.sampled_from(
        ["category", "verdict", "why", "top_error", "state", "health", "memory_mb", "suspect_why"]
    )
    | TEXT,
    TEXT | st.sampled_from(["database_auth", "confirmed", "refused", "crash loop", "nan"]),
    max_size=6,
)
ANY = st.builds(
    Evidence,
    TEXT,
    st.sampled_from(["logs", "database", "service", "dependencies", "changes", "runbook"]) | TEXT,
    st.sampled_from(Found),
    TEXT,
    FACTS.map(lambda d: tuple(d.items())),
    st.lists(TEXT, max_size=3).map(tuple),
)


@settings(deadline=None)
@given(st.lists(ANY, max_size=6), st.sampled_from([f for f, *_ in CASES]))
def test_any_evidence_gives_a_note(found, fails):
    cause = explain(failing(*fails), found)
    assert cause.cause
    assert len(cause.cause) <= 300
