"""Is it us or them: how things stand that are leaned on, and who is to blame, or nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.cause import Sure
from bot.domain.check import Patience, Result, Seen
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.logs.consequences import SEVERITIES
from bot.domain.moves import Kind
from bot.domain.severity import TABLE, Severity
from bot.domain.why.blame import OWN, Whose, blame, decide
from bot.domain.why.dependencies import (
    SOURCE,
    Dependency,
    Sort,
    State,
    facts,
    read,
    sick,
    standing,
    summary,
    together,
)
from bot.domain.why.trouble import Trouble

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=15)
PATIENCE = Patience(failures=2, passes=2)
RED = "says “Major Service Outage”; Claude API: major outage; “Elevated errors” (investigating)"
GREEN = "says “All Systems Operational”"
LAME = "says “Partially Degraded Service”; Batch API: degraded performance"
SAYS_529 = "OverloadedError: Error code: 529 - {'type': 'overloaded_error'}"


def minutes(number):
    return timedelta(minutes=number)


# How one thing stands


def looks(sky, check="statuspage", code="outage", every=1, details=None):
    """One look a minute, the newest first: + passes, - fails, ? sees nothing."""
    seen = {"+": Seen.PASS, "-": Seen.FAIL, "?": Seen.BLIND}
    said = {"+": GREEN, "-": RED, "?": "its status page: HTTP 503"} | (details or {})
    codes = {"-": code}
    return [
        Result("x", check, seen[s], NOW - minutes(n * every), codes.get(s, ""), said[s])
        for n, s in enumerate(sky)
    ]


def stands(newest_first, **more):
    return standing("anthropic", Sort.UPSTREAM, newest_first, PATIENCE, NOW, **more)


@pytest.mark.parametrize(
    ("sky", "state", "since", "longer", "back"),
    [
        ("", State.UNKNOWN, None, False, False),
        ("+", State.UP, 0, True, False),
        ("+++", State.UP, 2, True, False),
        ("---+++", State.DOWN, 2, False, False),
        ("----", State.DOWN, 3, True, False),
        ("?--+", State.DOWN, 2, False, False),
        ("-+++", State.UNKNOWN, None, False, False),  # one failure is not believed
        ("??+++", State.UNKNOWN, None, False, False),
        ("?+++", State.UP, 3, True, False),
        ("?", State.UNKNOWN, None, False, False),
        ("++---", State.UP, 1, False, True),
        ("+-+-+-+-+", State.DEGRADED, 7, False, False),
    ],
)
def test_how_a_thing_stands_by_its_looks(sky, state, since, longer, back):
    found = stands(looks(sky))
    assert (found.state, found.longer, found.back) == (state, longer, back)
    assert found.since == (None if since is None else NOW - minutes(since))


def test_a_stale_look_says_nothing():
    old = [replace(look, at=look.at - minutes(12)) for look in looks("----")]
    found = stands(old)
    assert (found.state, found.said) == (State.UNKNOWN, "last looked at 12 min ago")
    assert stands(old, fresh_for=minutes(20)).state is State.DOWN


def test_it_says_why_it_cannot_be_seen():
    assert stands(looks("??++")).said == "cannot be seen: its status page: HTTP 503"
    assert stands(looks("-+++")).said == f"not sure yet: {RED}"
    assert stands([]).said == "never looked at yet"


@pytest.mark.parametrize(
    ("check", "code", "state"),
    [
        ("statuspage", "outage", State.DOWN),
        ("reach", "unreachable", State.DOWN),
        ("postgres", "refused", State.DOWN),
        ("postgres", "auth", State.DOWN),
        ("postgres", "saturated", State.DOWN),
        ("postgres", "slow", State.DEGRADED),
        ("postgres", "long_transaction", State.DEGRADED),
        ("http", "slow", State.DEGRADED),
        ("http", "gateway", State.DOWN),
        ("service", "deploy_failed", State.DEGRADED),
        ("service", "crashed", State.DOWN),
    ],
)
def test_what_a_failure_amounts_to(check, code, state):
    assert (check, code) in TABLE
    found = stands(looks("--++", check, code))
    assert (found.state, found.code) == (state, code)


@pytest.mark.parametrize(
    ("sky", "detail", "components", "state", "ours"),
    [
        ("--", RED, (), State.DOWN, None),
        ("--", RED, ("Claude API",), State.DOWN, True),
        ("--", RED, (" claude api ",), State.DOWN, True),
        ("--", RED, ("Console",), State.DOWN, False),
        ("++", LAME, ("Claude API",), State.DEGRADED, False),
        ("++", LAME, ("Batch API",), State.DEGRADED, True),
        ("++", LAME, (), State.DEGRADED, None),
        ("++", "says “Service Under Maintenance”; API: under maintenance", (), State.UP, True),
        ("++", f"says “Minor Service Outage”; {'x' * 59}…: partial outage", ("x" * 80,),
         State.DEGRADED, True),
    ],
)  # fmt: skip # read in rows
def test_what_a_page_says_of_parts_that_are_not_used(sky, detail, components, state, ours):
    found = stands(looks(sky, details={"+": detail, "-": detail}), components=components)
    assert (found.state, found.ours) == (state, ours)


def test_the_sick_parts_of_a_page():
    assert sick("says “x”; A: B: partial outage; C: operational; “D” (major outage)") == ("A: B",)


def test_several_checks_of_one_thing_are_as_bad_as_the_worst():
    states = [State.UP, State.UNKNOWN, State.DEGRADED, State.DOWN]
    several = [Dependency("b", Sort.SERVICE, state) for state in states]
    for n, state in enumerate(states):
        assert together(several[: n + 1]).state is state


# As evidence

ANTHROPIC = Dependency(
    "anthropic", Sort.UPSTREAM, State.DOWN, BEGAN - minutes(4), said=RED, code="outage", page=True,
    ours=None,
)  # fmt: skip # read in rows
TELEGRAM = Dependency("telegram", Sort.UPSTREAM, State.UP, NOW, longer=True, said="HTTP 200")
GITHUB = Dependency("github", Sort.UPSTREAM, State.UNKNOWN, said="never looked at yet", ours=None)
RENDER = Dependency("render", Sort.PLATFORM, State.UP, NOW, said=GREEN, page=True, back=True)
DATABASE = Dependency("database", Sort.DATABASE, State.UP, NOW, longer=True, said="answers")
ALL = (DATABASE, ANTHROPIC, TELEGRAM, GITHUB, RENDER)


def test_evidence_gives_back_what_it_was_told():
    evidence = Evidence("U1", SOURCE, Found.SOMETHING, "", facts(ALL))
    assert read([evidence]) == ALL
    assert evidence.fact("anthropic.state") == "down"
    assert (evidence.fact("down"), evidence.fact("unseen")) == ("anthropic", "github")
    assert evidence.fact("degraded") == "none"


def test_a_name_with_dots_is_a_name():
    one = Dependency("api.state", Sort.UPSTREAM, State.UP)
    assert read([Evidence("U1", SOURCE, Found.NOTHING, "", facts([one]))]) == (one,)


def test_what_is_not_readable_is_left_out():
    spoilt = (("a.state", "gone"), ("b.state", "up"), ("c.state", "up"), ("c.sort", "upstream"))
    spoilt += (("c.since", "yesterday"), ("c.ours", "perhaps"))
    found = read([Evidence("U1", SOURCE, Found.NOTHING, "", spoilt)])
    assert found == (Dependency("c", Sort.UPSTREAM, State.UP, ours=None),)
    assert read([Evidence("U1", SOURCE, Found.UNREADABLE, "", facts(ALL))]) == ()


def test_the_summary_says_what_is_wrong_first():
    assert summary(ALL, NOW) == (
        f"Anthropic down since 02:41 UTC: {RED}; not known: GitHub (never looked at yet);"
        " up: the database, Telegram, Render"
    )
    assert summary([], NOW) == "it leans on nothing that is watched"
    old = replace(ANTHROPIC, since=NOW - timedelta(days=2), longer=True)
    assert "down since before 28 Feb 03:00 UTC" in summary([old], NOW)
    athens = timezone(timedelta(hours=2), "EET")
    assert "down since 04:41 EET" in summary([ANTHROPIC], NOW, athens)


# Me or them


def judged(*known, began=BEGAN, **ours):
    return decide(known, Trouble(began, **ours), UTC)


def down(name="anthropic", since=-4, sort=Sort.UPSTREAM, **more):
    return Dependency(
        name, sort, State.DOWN, BEGAN + minutes(since), said=RED, **({"page": True} | more)
    )


def up(name="anthropic", sort=Sort.UPSTREAM, **more):
    said = {"since": BEGAN - minutes(60), "longer": True, "said": GREEN, "page": True} | more
    return Dependency(name, sort, State.UP, **said)


NAMED = {"category": "upstream_outage", "words": SAYS_529, "named": SAYS_529.casefold()}


def test_it_is_them():
    found = judged(down(), up("github"), **NAMED, process="running", because=("L1", "U1"))
    assert (found.whose, found.sure, found.who) == (Whose.THEIRS, Sure.CONFIRMED, "anthropic")
    assert found.line == (
        "It is them: Anthropic reports an outage since 02:41 UTC; restarting does not help."
    )
    assert set(found.cannot_help) == {"restart", "rollback"}
    assert "Anthropic is down" in found.cannot_help["restart"]
    assert found.because == ("L1", "U1")


def test_the_ways_out_when_it_is_them():
    found = judged(down(), **NAMED)
    assert [option.name for option in found.options] == [
        "Wait for Anthropic",
        "Work around it",
        "Switch the feature off",
    ]
    assert found.recommended == 0
    assert all(option.steps and option.time and option.risk for option in found.options)
    assert not any(option.act for option in found.options)


def test_their_page_is_green_and_the_log_says_otherwise():
    found = judged(up(), **NAMED)
    assert (found.whose, found.sure, found.who) == (Whose.THEIRS, Sure.LIKELY, "anthropic")
    assert "their status page says that all is well; the log says “Overloaded" in found.line
    assert not found.cannot_help


def test_who_went_down_after_ours_is_cleared():
    found = judged(down(since=8), category="code_error", words="KeyError: 'goal'")
    assert (found.whose, found.who) == (Whose.OURS, "")
    assert found.cleared == ("Anthropic went down at 02:53 UTC, 8 min after ours",)
    assert not found.cannot_help
    nobody = judged(down(since=8))
    assert (nobody.whose, nobody.sure) == (Whose.NOT_KNOWN, Sure.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("since", "page", "whose", "sure"),
    [
        (-600, True, Whose.THEIRS, Sure.CONFIRMED),
        (2, True, Whose.THEIRS, Sure.CONFIRMED),  # found within two looks: at once
        (3, True, Whose.THEIRS, Sure.LIKELY),  # pages tell late
        (15, True, Whose.THEIRS, Sure.LIKELY),
        (16, True, Whose.NOT_KNOWN, Sure.INCONCLUSIVE),
        (3, False, Whose.NOT_KNOWN, Sure.INCONCLUSIVE),  # an answer of theirs does not
    ],
)
def test_when_they_went_down_decides_how_sure_it_is(since, page, whose, sure):
    found = judged(down(since=since, page=page), **NAMED)
    assert (found.whose, found.sure) == (whose, sure)
    in_vain = whose is Whose.THEIRS  # the log names them and they are down: no act of ours helps
    assert bool(found.cannot_help) == in_vain


def test_a_run_that_is_older_than_the_looks_began_before():
    long = down(since=9, longer=True)
    assert judged(long, **NAMED).sure is Sure.CONFIRMED
    assert "since before" in judged(long, **NAMED).line


@pytest.mark.parametrize("state", [State.DEGRADED, State.DOWN])
def test_parts_that_are_not_used_prove_nothing(state):
    other = replace(down(), state=state, ours=False)
    found = judged(other)
    assert (found.whose, found.who) == (Whose.NOT_KNOWN, "")
    assert found.cleared == ("Anthropic: what is wrong there are parts that are not used here",)
    assert judged(other, category="code_error").whose is Whose.OURS


def test_degraded_accuses_only_when_the_log_names_it():
    lame = replace(down(), state=State.DEGRADED, ours=None)
    assert judged(lame).whose is Whose.NOT_KNOWN
    found = judged(lame, **NAMED)
    assert (found.whose, found.sure) == (Whose.THEIRS, Sure.LIKELY)
    assert "Anthropic is degraded since 02:41 UTC" in found.line


def test_the_log_names_one_and_another_is_down():
    """Only who is named may be meant."""
    found = judged(up(), down("github"), **NAMED)
    assert found.who == "anthropic"
    assert "GitHub" not in found.line


def test_the_log_names_nobody():
    words = {"category": "upstream_outage", "words": "HTTP 503", "named": "http 503"}
    found = judged(down("github"), up(), **words)
    assert (found.whose, found.sure, found.who) == (Whose.THEIRS, Sure.LIKELY, "")
    assert "Down since 02:41 UTC: GitHub; the log does not name it" in found.line
    assert "nobody reports trouble" in judged(up(), **words).line
    assert "who it is, is not known" in judged(**words).line
    assert not found.cannot_help


@pytest.mark.parametrize(
    ("named", "who"),
    [
        ("anthropic.apistatuserror: 503", "anthropic"),
        ("host='api.github.com'", "github"),
        ("claude is overloaded", "anthropic"),
        ("my_anthropic_wrapper failed", ""),  # a word of its own
        ("onrender.com does not answer", ""),
        ("", ""),
    ],
)
def test_whom_the_log_names(named, who):
    known = (up(), up("github"), up("render", Sort.PLATFORM))
    assert judged(*known, category="upstream_outage", named=named).who == who


def test_telegram_is_meant_when_it_is_not_reached():
    probe = down("telegram", page=False)
    found = judged(down(), probe, category="telegram_network", named="anthropic")
    assert (found.whose, found.sure, found.who) == (Whose.THEIRS, Sure.CONFIRMED, "telegram")
    assert "Telegram gives no answer since 02:41 UTC" in found.line
    answers = judged(
        down(), up("telegram", page=False), category="telegram_network", words="TimedOut"
    )
    assert (answers.whose, answers.who) == (Whose.NOT_KNOWN, "")
    assert "Telegram answers from here; the log says “TimedOut”" in answers.line
    unwatched = judged(down(), category="telegram_network")
    assert unwatched.who == ""
    assert "Anthropic" not in unwatched.line


def test_they_were_down_and_are_back():
    found = judged(up(back=True, since=BEGAN + minutes(9), longer=False), **NAMED)
    assert (found.whose, found.sure) == (Whose.THEIRS, Sure.LIKELY)
    assert "It was them: Anthropic is back since 02:54 UTC" in found.line
    assert not found.cannot_help


def test_it_cannot_be_seen_how_they_are():
    unseen = Dependency("anthropic", Sort.UPSTREAM, State.UNKNOWN, said="cannot be seen", ours=None)
    found = judged(unseen, **NAMED)
    assert (found.whose, found.sure) == (Whose.THEIRS, Sure.LIKELY)
    assert "how Anthropic stands is not known (cannot be seen)" in found.line


@pytest.mark.parametrize("process", ["crashed", "crash loop", "unhealthy", "suspended"])
def test_it_is_both_when_the_process_is_dead_too(process):
    found = judged(down(), **NAMED, process=process)
    assert found.whose is Whose.BOTH
    assert found.line.endswith(f"and the service itself is {process}.")
    assert not found.cannot_help


@pytest.mark.parametrize("category", ["upstream_auth", "upstream_rate_limit"])
def test_who_is_down_may_refuse_what_is_good(category):
    found = judged(down(), category=category, named="anthropic says no", sure=True)
    assert (found.whose, found.sure) == (Whose.BOTH, Sure.LIKELY)
    alone = judged(up(), category=category, named="anthropic says no", sure=True)
    assert (alone.whose, alone.sure) == (Whose.OURS, Sure.CONFIRMED)


@pytest.mark.parametrize("category", sorted(OWN))
def test_what_is_ours_whatever_else_is_down(category):
    found = judged(down("github"), up(), category=category, sure=True)
    assert (found.whose, found.who) == (Whose.OURS, "")
    assert OWN[category] in found.line
    assert "GitHub" in found.line
    assert not found.cannot_help


def test_every_category_of_the_log_has_an_answer():
    for category in (*SEVERITIES, "none", "", "made_up"):
        assert judged(category=category).line


# The database


def gone(code="refused", since=-4):
    return Dependency(
        "database", Sort.DATABASE, State.DOWN, BEGAN + minutes(since), said="it refuses", code=code
    )


@pytest.mark.parametrize(
    "category", ["database_unreachable", "none", "code_error", "crash_loop", "hang", "tls"]
)
def test_a_database_that_is_gone_explains_much(category):
    found = judged(gone(), down("github"), category=category, process="crash loop")
    assert (found.whose, found.sure, found.who) == (Whose.OURS, Sure.CONFIRMED, "database")
    assert found.line == ("It is the database, not the program: it refuses since 02:41 UTC.")
    assert set(found.cannot_help) == {"restart", "rollback"}


@pytest.mark.parametrize("category", ["missing_env_var", "import_error", "out_of_memory"])
def test_but_not_everything(category):
    found = judged(gone(), category=category)
    assert (found.whose, found.who) == (Whose.OURS, "")
    assert not found.cannot_help


def test_a_database_that_went_down_later_is_cleared():
    found = judged(gone(since=8), category="code_error")
    assert found.who == ""
    assert found.cleared == ("the database went down at 02:53 UTC, 8 min after ours",)


@pytest.mark.parametrize("code", ["auth", "name", "saturated"])
def test_a_database_that_refuses_us_is_not_down(code):
    found = judged(gone(code))
    assert (found.whose, found.sure, found.who) == (Whose.OURS, Sure.LIKELY, "database")
    assert not found.cannot_help


def test_whose_the_database_is():
    busy = judged(gone(), hosted="maintenance_in_progress")
    assert busy.whose is Whose.PLATFORM
    with_it = judged(gone(), down("render", sort=Sort.PLATFORM))
    assert with_it.whose is Whose.PLATFORM
    assert "Render has an outage as well" in with_it.line


def test_the_database_answers_and_the_log_says_it_does_not():
    words = {"category": "database_unreachable", "words": "connection refused"}
    well = replace(DATABASE, back=False)
    assert judged(well, **words).whose is Whose.NOT_KNOWN
    assert "A fresh start may help now" in judged(replace(well, back=True), **words).line
    assert judged(**words).whose is Whose.OURS


# The platform, other services of ours, nobody


def test_the_platform():
    render = down("render", sort=Sort.PLATFORM, ours=None)
    reached = judged(render, failing=frozenset({"http"}))
    assert (reached.whose, reached.sure) == (Whose.PLATFORM, Sure.LIKELY)
    assert not reached.cannot_help
    certain = judged(replace(render, ours=True), seen=False)
    assert (certain.whose, certain.sure) == (Whose.PLATFORM, Sure.CONFIRMED)
    assert "may not come back" in certain.cannot_help["restart"]
    assert certain.options[0].name == "Wait for Render"
    assert judged(render, failing=frozenset({"logs"})).whose is Whose.NOT_KNOWN
    crashed = judged(replace(render, ours=True), process="crashed", failing=frozenset({"service"}))
    assert crashed.sure is Sure.LIKELY
    assert not crashed.cannot_help


def test_another_service_of_ours():
    backend = Dependency("backend", Sort.SERVICE, State.DOWN, BEGAN, said="connection refused")
    found = judged(backend, failing=frozenset({"http"}))
    assert (found.whose, found.who) == (Whose.OURS, "backend")
    assert "backend, which it leans on: connection refused since 02:45 UTC" in found.line


def test_a_process_that_is_dead_is_ours():
    found = judged(up(), process="crash loop")
    assert (found.whose, found.sure) == (Whose.OURS, Sure.LIKELY)


@pytest.mark.parametrize(
    ("known", "read", "said"),
    [
        ((), True, "nothing that it leans on is watched"),
        ((TELEGRAM, RENDER), True, "all that it leans on is up, so begin on our side"),
        ((TELEGRAM, GITHUB), True, "how GitHub stands cannot be seen"),
        ((ANTHROPIC,), True, "before ours, but nothing in the log points to it"),
        ((ANTHROPIC,), False, "before ours, but the log was not read"),
        ((replace(ANTHROPIC, state=State.DEGRADED),), True, "nothing points to those"),
    ],
)
def test_nobody_is_to_blame_without_evidence(known, read, said):
    found = judged(*known, read=read)
    assert (found.whose, found.sure, found.who) == (Whose.NOT_KNOWN, Sure.INCONCLUSIVE, "")
    assert said in found.line
    assert not found.cannot_help
    assert not found.options


# From an incident and its evidence


def incident(check="logs", code="error_rate", service="life-os"):
    event = Event(Kind.DETECTED, BEGAN, check=check, code=code, severity=Severity.P1)
    return Incident.opened(1, service, event)


def log(**said):
    return Evidence("L1", "logs", Found.SOMETHING, "", tuple(said.items()))


def leans(*known):
    return Evidence("U1", SOURCE, Found.SOMETHING, "", facts(known))


def test_from_the_evidence_of_a_night():
    logs = log(category="upstream_outage", verdict="confirmed", top_error=SAYS_529)
    service = Evidence("S1", "service", Found.SOMETHING, "", (("state", "running"),))
    found = blame(incident(), [logs, service, leans(*ALL)])
    assert (found.whose, found.sure) == (Whose.THEIRS, Sure.CONFIRMED)
    assert found.because == ("L1", "U1", "S1")


def test_without_a_category_the_commonest_error_says_it():
    found = blame(incident(), [log(top_error=f"anthropic.{SAYS_529}"), leans(ANTHROPIC)])
    assert (found.whose, found.who) == (Whose.THEIRS, "anthropic")


def test_a_database_that_answers_now_is_not_down():
    """The newest word counts."""
    answers = Evidence("B1", "database", Found.SOMETHING, "", (("state", "ok"), ("detail", "ok")))
    found = blame(incident(), [leans(gone()), answers, log(category="database_unreachable")])
    assert "back" in found.line
    assert not found.cannot_help


def test_a_database_that_just_refused_us():
    refuses = (("state", "refused"), ("detail", "connection refused"))
    evidence = [Evidence("B1", "database", Found.SOMETHING, "", refuses)]
    found = blame(incident("postgres", "refused"), evidence)
    assert (found.whose, found.sure, found.who) == (Whose.OURS, Sure.CONFIRMED, "database")
    unsure = blame(incident("http", "timeout"), evidence)
    assert unsure.sure is Sure.LIKELY
    assert not unsure.cannot_help


def test_a_log_that_could_not_be_read_accuses_nobody():
    gone_log = Evidence("", "logs", Found.UNREADABLE, "Render: HTTP 503")
    found = blame(incident(), [gone_log, leans(ANTHROPIC)])
    assert found.whose is Whose.NOT_KNOWN
    assert "the log was not read" in found.line


@pytest.mark.parametrize(("check", "code"), [("statuspage", "outage"), ("reach", "unreachable")])
def test_an_incident_of_theirs_alone(check, code):
    found = blame(incident(check, code, "anthropic"), [])
    assert (found.whose, found.sure, found.who) == (Whose.THEIRS, Sure.CONFIRMED, "anthropic")
    assert found.line == "It is them: Anthropic has an outage. Nothing of ours is seen to fail."


ENDS = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
FIELDS = ["state", "since", "sort", "ours", "code"]
NAMES = st.sampled_from([f"anthropic.{field}" for field in FIELDS]) | st.sampled_from(
    ["state", "category", "top_error", "verdict", "detail", ".", ".."]
)
WORDS = [str(word) for word in (*State, *Sort)]
VALUES = st.sampled_from(["yes", "refused", "upstream_outage", *ENDS, *WORDS])
TEXT = st.text(max_size=40) | st.just("x" * 5000) | st.just("\ud800 anthropic \x00")
EVIDENCE = st.builds(
    Evidence,
    id=st.sampled_from(["U1", "L1", "S1", "B1", ""]),
    source=st.sampled_from([SOURCE, "logs", "service", "database", "x"]),
    found=st.sampled_from(list(Found)),
    summary=TEXT,
    facts=st.lists(st.tuples(NAMES | TEXT, VALUES | TEXT), max_size=8).map(tuple),
    lines=st.lists(TEXT, max_size=2).map(tuple),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(EVIDENCE, max_size=6), st.sampled_from(sorted(TABLE)))
def test_whatever_the_evidence_it_never_raises(evidence, failing):
    found = blame(incident(*failing), evidence)
    assert found.line
    assert len(found.line) < 1000
    assert not found.cannot_help or found.sure is Sure.CONFIRMED


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.builds(
            Dependency,
            name=st.sampled_from(["anthropic", "telegram", "render", "database", "x.y"]),
            sort=st.sampled_from(list(Sort)),
            state=st.sampled_from(list(State)),
            since=st.none() | st.datetimes(timezones=st.just(UTC)),
            longer=st.booleans(),
            code=st.sampled_from(["", "refused", "auth"]),
            page=st.booleans(),
            ours=st.sampled_from([True, False, None]),
            back=st.booleans(),
        ),
        max_size=5,
        unique_by=lambda one: one.name,
    ),
    st.sampled_from([*SEVERITIES, "none"]),
    st.sampled_from(["", "running", "crashed"]),
)
def test_nobody_who_came_later_or_is_not_used_is_sure_to_be_to_blame(known, category, process):
    found = judged(*known, category=category, process=process, named="anthropic")
    if found.sure is Sure.CONFIRMED and found.who:
        [culprit] = [one for one in known if one.name == found.who]
        assert culprit.state is State.DOWN
        assert culprit.ours is not False
        assert culprit.longer or culprit.since <= BEGAN + minutes(2)
