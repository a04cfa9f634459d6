"""Which runbook fits which evidence, and what its quick checks say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.runbooks import load
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.logs.consequences import SEVERITIES
from bot.domain.logs.families import FAMILIES
from bot.domain.moves import Kind
from bot.domain.runbook import (
    Expected,
    How,
    Mark,
    Match,
    Matches,
    QuickCheck,
    Runbook,
    answer,
    as_evidence,
    figure,
    match,
    tick,
)
from bot.domain.severity import TABLE, Severity

BEGAN = datetime(2026, 3, 2, 2, 45, tzinfo=UTC)
OURS = load().runbooks
BY_NAME = {one.name: one for one in OURS}
FOR = {
    "database_unreachable": "database-connection",
    "database_auth": "database-credentials",
    "database_saturated": "database-full",
    "database_slow": "database-slow",
    "out_of_memory": "memory",
    "import_error": "import-error",
    "missing_env_var": "missing-variable",
    "bad_config": "bad-setting",
    "upstream_rate_limit": "rate-limits",
    "upstream_outage": "upstream-outage",
    "upstream_auth": "upstream-key",
    "telegram_conflict": "telegram-conflict",
    "telegram_network": "telegram-network",
    "port_binding": "no-port",
    "disk_full": "disk-full",
    "crash_loop": "crash-loop",
    "tls": "certificate",
    "code_error": "code-error",
    "deadlock": "deadlock",
    "hang": "hang",
}
# What an act is called where the log analysis suggests or forbids it.
SUGGESTED = {"restart": "restart", "rollback": "rollback", "restart-database": "fix_database"}


def incident(*failing):
    """By checks and their codes, such as `service/crashed`; by hand without any."""
    checks = [one.split("/") for one in failing] or [("", "")]
    events = [
        Event(Kind.JOINED if n else Kind.DETECTED, BEGAN, "Ann", check=check, code=code,
              severity=Severity.P0)
        for n, (check, code) in enumerate(checks)
    ]  # fmt: skip # read in rows
    return Incident(1, "life-os", Incident.opened(1, "life-os", events[0]).status, tuple(events))


def seen(id, source, **facts):
    return Evidence(id, source, Found.SOMETHING, "", tuple(facts.items()))


def log(category="none", **facts):
    return seen("L1", "logs", category=category, **facts)


def service(state="running", **facts):
    return seen("S1", "service", state=state, **facts)


def best(*evidence, failing=()):
    found = match(OURS, incident(*failing), evidence)
    return found[0].runbook.name if found else ""


# Which one


def test_there_is_one_for_each_category():
    assert set(FOR) == set(SEVERITIES)


@pytest.mark.parametrize("category", sorted(FOR))
@pytest.mark.parametrize(
    ("state", "failing"),
    [
        ("running", ()),
        ("running", ("logs/error_rate",)),
        ("crash loop", ("service/crash_loop", "http/gateway")),
        ("unhealthy", ("http/timeout", "telegram/deaf")),
    ],
)
def test_each_category_has_its_own_whatever_else_is_seen(category, state, failing):
    found = best(log(category), service(state), failing=failing)
    general = {"crash_loop", "code_error"}  # these say what is seen, so more may be seen
    wanted = {FOR[category]} | ({"wont-start", "crash-loop"} if category in general else set())
    assert found in wanted


@pytest.mark.parametrize("category", sorted(FOR))
def test_the_category_alone_finds_its_own(category):
    [first, *_] = match(OURS, incident(), [log(category)])
    assert first.runbook.name == FOR[category]
    assert first.why == (f"the log says {category.replace('_', ' ')} (L1)",)


@pytest.mark.parametrize(
    ("evidence", "failing", "name"),
    [
        # won't start, or live but not responding
        ([service("running"), log()], ["telegram/deaf"], "wont-start"),
        ([service("unhealthy"), log()], ["service/unhealthy"], "wont-start"),
        ([service("running"), log()], ["logs/not_started"], "wont-start"),
        ([service("running")], ["http/timeout"], "wont-start"),
        ([], ["http/gateway"], "wont-start"),
        # database connection failed
        ([seen("B1", "database", state="refused")], ["postgres/refused"], "database-connection"),
        ([seen("B1", "database", state="timeout")], [], "database-connection"),
        ([log(top_error="psycopg2.OperationalError: x")], ["logs/error_rate"],
         "database-connection"),
        ([log("database_unreachable"), service("crash loop")],
         ["service/crash_loop", "postgres/refused"], "database-connection"),
        ([seen("B1", "database", state="auth")], ["postgres/auth"], "database-credentials"),
        ([seen("B1", "database", state="saturated")], ["postgres/saturated"], "database-full"),
        # memory
        ([service("crashed")], ["service/out_of_memory"], "memory"),
        ([service("crashed"), log("code_error")], ["service/out_of_memory"], "memory"),
        ([service(memory_mb="480", memory_limit_mb="512")], [], "memory"),
        ([service(memory_mb="210", memory_limit_mb="512")], [], ""),
        ([seen("M1", "metrics", memory_trend="sawtooth")], [], "memory"),
        # API rate limits
        ([log()], ["logs/rate_limit"], "rate-limits"),
        ([log("upstream_rate_limit")], ["logs/error_rate"], "rate-limits"),
        # and more
        ([service("suspended")], ["service/suspended"], "suspended"),
        ([service("running")], ["service/deploy_failed"], "deploy-failed"),
        ([service("running"), log()], ["telegram/webhook"], "telegram-conflict"),
        ([], ["certificate/expiring"], "certificate"),
        ([], ["statuspage/outage"], "upstream-outage"),
        ([], ["service/crashed"], "crash-loop"),
        ([log(top_error="InterfaceError: connection already closed")], [], "dead-connection"),
        ([], ["alert/raised"], ""),
        ([], [], ""),
    ],
)  # fmt: skip # read in rows
def test_what_fits(evidence, failing, name):
    assert best(*evidence, failing=failing) == name


@pytest.mark.parametrize("code", ["expiring", "expired", "invalid"])
def test_what_fails_goes_before_what_else_is_seen(code):
    saws = [seen("M1", "metrics", memory_trend="sawtooth")]
    first, *_ = match(OURS, incident(f"certificate/{code}"), saws)
    assert first.runbook.name == "certificate"


def test_a_page_that_is_red_is_no_reason_by_itself():
    """Somebody is always down somewhere."""
    red = seen("U1", "dependencies", down="github")
    found = match(OURS, incident("telegram/deaf"), [red, service("running")])
    assert [m.runbook.name for m in found] == ["wont-start"]


def test_what_could_not_be_read_fits_nothing():
    gone = Evidence("", "logs", Found.UNREADABLE, "no answer", (("category", "hang"),))
    assert match(OURS, incident(), [gone]) == ()


def test_it_says_why():
    evidence = [log("out_of_memory"), service("crashed", memory_mb="500", memory_limit_mb="512")]
    first = match(OURS, incident("service/out_of_memory"), evidence)[0]
    assert first.why == (
        "the log says out of memory (L1)",
        "the check service says out of memory",
        "service memory mb: 500 of 512 (S1)",
    )


def test_few_are_told_and_the_order_is_always_the_same():
    every = [log(c) for c in sorted(FOR)]
    found = match(OURS, incident(), every)
    assert len(found) == 5
    assert match(reversed(OURS), incident(), every) == found


def test_several_checks_that_see_the_same_are_one_reason():
    one = Runbook("x", "X", Matches(failing=("http/timeout", "http/gateway", "service")))
    [single] = match([one], incident("http/timeout"), [])
    [double] = match([one], incident("http/timeout", "http/gateway", "service/crashed"), [])
    [kind] = match([one], incident("service/crashed"), [])
    assert single.score == double.score > kind.score > 0


# What is in them


@pytest.mark.parametrize("one", OURS, ids=lambda one: one.name)
def test_no_fix_is_what_the_log_analysis_forbids(one):
    """What every family of a category rules out, its runbook must not offer as an act."""
    for category in one.matches.categories:
        never = [set(f.never) for f in FAMILIES if f.category == category]
        forbidden = set.intersection(*never)
        offered = {SUGGESTED[step.act] for step in one.fix if step.act in SUGGESTED}
        assert not offered & forbidden, category


@pytest.mark.parametrize("one", OURS, ids=lambda one: one.name)
def test_each_is_whole(one):
    assert one.symptoms
    assert one.quick_checks
    assert len(one.fix) >= 2
    assert one.rules_out
    assert one.links
    assert any(check.expected for check in one.quick_checks)
    manual = [check for check in one.quick_checks if check.expected is None]
    assert all(check.look for check in manual)


def test_the_four_known_issues_are_there():
    names = {"wont-start", "database-connection", "memory", "rate-limits"}
    assert names <= set(BY_NAME)


# Ticks


def marks(name, *evidence):
    ticks = tick(BY_NAME[name], evidence)
    return "".join({Mark.HOLDS: "+", Mark.FAILS: "-", Mark.UNKNOWN: "?"}[t.mark] for t in ticks)


DATABASE = {"connections": "20", "max": "97", "takes_writes": "yes", "hosted": "available"}


@pytest.mark.parametrize(
    ("name", "evidence", "expected"),
    [
        ("wont-start", [], "??????"),
        (
            "wont-start",
            [
                service("running", memory_mb="210", memory_limit_mb="512"),
                log(
                    top_error="KeyError: 'x'",
                    started_at="2026-03-02T02:00:00+00:00",
                    last_success_at="2026-03-02T02:01:00+00:00",
                ),
                seen("U1", "dependencies", **{"telegram.state": "up"}),
            ],
            "++++++",
        ),
        (
            "wont-start",
            [
                service("crash loop", memory_mb="500", memory_limit_mb="512"),
                log(
                    "import_error",
                    top_error="OSError: sentence-transformers/all-MiniLM not found",
                    started_at="2026-03-02T02:02:00+00:00",
                    last_success_at="2026-03-02T02:01:00+00:00",
                ),
                seen("U1", "dependencies", **{"telegram.state": "down"}),
            ],
            "------",
        ),
        ("wont-start", [service("running"), log()], "+???+?"),
        ("database-connection", [], "??????"),
        ("database-connection", [seen("B1", "database", state="ok", **DATABASE)], "?+++++"),
        (
            "database-connection",
            [log(), seen("B1", "database", state="refused", hosted="unavailable")],
            "+-++??",
        ),
        (
            "database-connection",
            [log("missing_env_var"), seen("B1", "database", **{**DATABASE, "connections": "97"},
                                          state="auth")],
            "-++--+",
        ),
        ("memory", [service(memory_mb="480", memory_limit_mb="512")], "-????"),
        (
            "memory",
            [
                service(memory_mb="200", memory_limit_mb="512"),
                seen("M1", "metrics", memory_trend="rising"),
                seen("D1", "deploys", live_minutes_before="4.0"),
            ],
            "+--??",
        ),
        ("memory", [service(memory_mb="200")], "?????"),  # of what limit is not known
        (
            "rate-limits",
            [
                seen("U1", "dependencies", **{"anthropic.state": "up", "telegram.state": "up"}),
                log("upstream_rate_limit", errors="80"),
                seen("D1", "deploys", live_minutes_before="600.0"),
            ],
            "++-+?",
        ),
        ("rate-limits", [seen("U1", "dependencies", **{"anthropic.state": "not known"})], "-????"),
    ],
)  # fmt: skip # read in rows
def test_ticks(name, evidence, expected):
    assert marks(name, *evidence) == expected


def test_a_tick_says_what_it_rests_on():
    first, *_ = tick(BY_NAME["memory"], [service(memory_mb="480", memory_limit_mb="512")])
    assert first.found == "480 of 512 (S1)"


ONE = seen(
    "L1", "logs", word=" OOM Killed ", cpu="97 %", none="", at="2026-03-02T02:00:00+00:00",
    earlier="2026-03-02T01:00:00+00:00", bare="2026-03-02T01:00:00", zero="0", low="-3.5 °C",
)  # fmt: skip # read in rows


@pytest.mark.parametrize(
    ("fact", "how", "values", "number", "of", "mark"),
    [
        ("word", How.IS, ("oom killed",), 0, "", Mark.HOLDS),
        ("word", How.IS, ("oom",), 0, "", Mark.FAILS),
        ("word", How.IS_NOT, ("oom", "x"), 0, "", Mark.HOLDS),
        ("word", How.IS_NOT, ("OOM killed", "x"), 0, "", Mark.FAILS),
        ("word", How.HAS, ("x", "oom"), 0, "", Mark.HOLDS),
        ("word", How.HAS_NOT, ("x", "oom"), 0, "", Mark.FAILS),
        ("word", How.HAS_NOT, ("x",), 0, "", Mark.HOLDS),
        ("missing", How.IS_NOT, ("x",), 0, "", Mark.UNKNOWN),
        ("missing", How.HAS_NOT, ("x",), 0, "", Mark.UNKNOWN),
        ("cpu", How.AT_LEAST, (), 97, "", Mark.HOLDS),
        ("cpu", How.AT_LEAST, (), 97.1, "", Mark.FAILS),
        ("cpu", How.AT_MOST, (), 97, "", Mark.HOLDS),
        ("low", How.AT_MOST, (), -3.5, "", Mark.HOLDS),
        ("cpu", How.AT_MOST, (), 1, "zero", Mark.UNKNOWN),
        ("cpu", How.AT_MOST, (), 1, "missing", Mark.UNKNOWN),
        ("word", How.AT_MOST, (), 1, "", Mark.UNKNOWN),
        ("none", How.AT_MOST, (), 1, "", Mark.UNKNOWN),
        ("at", How.AFTER, ("earlier",), 0, "", Mark.HOLDS),
        ("earlier", How.AFTER, ("at",), 0, "", Mark.FAILS),
        ("at", How.AFTER, ("at",), 0, "", Mark.FAILS),
        ("at", How.AFTER, ("bare",), 0, "", Mark.UNKNOWN),
        ("at", How.AFTER, ("missing",), 0, "", Mark.UNKNOWN),
        ("at", How.AFTER, ("word",), 0, "", Mark.UNKNOWN),
        ("at", How.AFTER, (), 0, "", Mark.UNKNOWN),
    ],
)
def test_comparisons(fact, how, values, number, of, mark):
    expected = Expected("logs", fact, how, values, number, of)
    assert answer(expected, [ONE])[0] is mark


def test_of_several_the_first_that_knows_answers():
    asked = Expected("logs", "errors", How.AT_MOST, figure=5)
    unreadable = Evidence("", "logs", Found.UNREADABLE, "", (("errors", "99"),))
    silent, none = seen("L1", "logs", errors="many"), Evidence("L2", "logs", Found.NOTHING, "")
    knows = Evidence("L3", "logs", Found.NOTHING, "", (("errors", "0"),))
    assert answer(asked, [unreadable, silent, none, knows]) == (Mark.HOLDS, "0 (L3)")
    assert answer(asked, [unreadable, silent, none]) == (Mark.UNKNOWN, "")


@pytest.mark.parametrize(
    ("text", "number"),
    [("10 %", 10.0), (" 3.5s", 3.5), ("-2", -2.0), ("x 3", None), ("", None), ("9" * 400, 1e18)],
)
def test_the_figure_that_a_value_begins_with(text, number):
    assert figure(text) == number


# As evidence


def test_as_evidence():
    found = match(OURS, incident("service/crash_loop"), [log("import_error")])
    told = as_evidence(found)
    assert (told.id, told.source, told.found) == ("R1", "runbook", Found.SOMETHING)
    assert told.summary == ("“A module cannot be imported” fits: the log says import error (L1)")
    assert told.fact("best") == "import-error"
    assert told.fact("fits").split(",")[:2] == ["import-error", "crash-loop"]
    assert as_evidence(()).found is Found.NOTHING


# Whatever the evidence

SOURCES = ["service", "logs", "database", "deploys", "dependencies", "metrics"]
FACTS = sorted({c.expected.fact for r in OURS for c in r.quick_checks if c.expected} | {"max"})
ODD = ["9" * 500, "-", "1e999", "nan", "0", "97 %", "\ud800", "x" * 50_000, "none"]
TIMES = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00"]
TEXT = st.text(max_size=30) | st.sampled_from([*ODD, *TIMES, *SEVERITIES])
EVIDENCE = st.builds(
    Evidence,
    id=st.sampled_from(["L1", "DB12", ""]),  # ids are ours, never the evidence's own text
    source=st.sampled_from(SOURCES) | TEXT,
    found=st.sampled_from(list(Found)),
    summary=TEXT,
    facts=st.lists(
        st.tuples(st.sampled_from([*FACTS, "memory_limit_mb", "started_at"]) | TEXT, TEXT),
        max_size=8,
    ).map(tuple),
)
FAILING = st.lists(st.sampled_from(sorted("/".join(key) for key in TABLE)), max_size=4)


@settings(deadline=None, max_examples=200)
@given(st.lists(EVIDENCE, max_size=6), FAILING)
def test_arbitrary_evidence_never_raises(evidence, failing):
    found = match(OURS, incident(*failing), evidence)
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)
    assert all(m.score > 0 and m.why for m in found)
    as_evidence(found)
    for one in OURS:
        ticks = tick(one, evidence)
        assert [t.check for t in ticks] == list(one.quick_checks)
        for told in ticks:
            assert told.mark is not Mark.UNKNOWN or not told.found
            assert len(told.found) < 300


@settings(deadline=None, max_examples=200)
@given(
    st.builds(
        Expected,
        source=st.sampled_from(["logs", "x"]),
        fact=st.sampled_from(["at", "word", "cpu", "none", "x"]),
        how=st.sampled_from(list(How)),
        values=st.lists(TEXT, max_size=2).map(tuple),
        figure=st.floats(),
        of=st.sampled_from(["", "zero", "cpu", "word"]),
    ),
    st.lists(EVIDENCE, max_size=3),
)
def test_arbitrary_questions_never_raise(expected, evidence):
    mark, _ = answer(expected, [ONE, *evidence])
    assert isinstance(mark, Mark)
    runbook = Runbook("x", "X", Matches(facts=(expected,)), (), (QuickCheck("?", expected),))
    found = match([runbook], incident(), [ONE, *evidence])
    assert all(isinstance(one, Match) for one in found)
