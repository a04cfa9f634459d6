"""A log becomes one category, how sure it is, what to do and what not."""

# ruff: noqa: E501 - a table is read by its rows

import time
from datetime import UTC, date, datetime, timedelta
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.logs.analysis import Analysis
from bot.domain.logs.deploys import Release, new_since, releases
from bot.domain.logs.diagnosis import Verdict, diagnose
from bot.domain.logs.excerpt import BUDGET, excerpt
from bot.domain.logs.families import FAMILIES, Rank
from bot.domain.logs.families.family import SUGGESTIONS
from bot.views.diagnosis import account, as_json

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def analyse(lines, day):
    """A log that is at hand as a whole."""
    analysis = Analysis(day)
    analysis.feed(list(lines))
    return analysis.finish()


def at(second):
    return f"{AT + timedelta(seconds=second):%Y-%m-%d %H:%M:%S},000"


def fine(first, count, every=2):
    return [f"{at(first + every * n)} INFO app.web: request {n} answered" for n in range(count)]


def wrong(first, count, message, every=5, level="ERROR"):
    return [f"{at(first + every * n)} {level} app.db: {message}" for n in range(count)]


def found(*lines):
    return diagnose(analyse([line for part in lines for line in part], DAY))


REFUSED = 'connection to server at "10.0.0.3", port 5432 failed: Connection refused'


@pytest.mark.parametrize(
    ("message", "category_", "suggested", "never"),
    [
        (REFUSED, "database_unreachable", "fix_database", {"rollback"}),
        ('FATAL: password authentication failed for user "a"', "database_auth", "fix_env", {"restart"}),
        ("FATAL: sorry, too many clients already", "database_saturated", "fix_database", {"scale"}),
        ("QueuePool limit of size 5 overflow 10 reached", "database_saturated", "fix_code", {"scale"}),
        ("canceling statement due to statement timeout", "database_slow", "fix_database", {"restart"}),
        ("OSError: [Errno 28] No space left on device", "disk_full", "free_disk", {"restart"}),
        ("Error code: 529 - {'type': 'overloaded_error'}", "upstream_outage", "wait_upstream", {"restart", "rollback"}),
        ("Error code: 429 - {'type': 'rate_limit_error'}", "upstream_rate_limit", "throttle", {"restart"}),
        ("Error code: 401 - {'type': 'authentication_error'}", "upstream_auth", "fix_env", {"restart"}),
        ("Conflict: terminated by other getUpdates request", "telegram_conflict", "stop_duplicate", {"fix_env"}),
        ("[Errno 98] Address already in use", "port_binding", "stop_duplicate", {"rollback"}),
        ("SSL: CERTIFICATE_VERIFY_FAILED certificate verify failed: Hostname mismatch", "tls", "fix_env", {"restart"}),
        ("deadlock detected", "deadlock", "fix_code", {"restart"}),
        ('column "x" does not exist', "code_error", "fix_database", {"restart", "rollback"}),
    ],
)  # fmt: skip # read in rows
def test_families(message, category_, suggested, never):
    told = found(fine(0, 30), wrong(60, 12, message))
    assert told.category == category_
    assert suggested in told.suggestions
    assert never <= set(told.must_not)
    assert not set(told.suggestions) & set(told.must_not)


@pytest.mark.parametrize(
    "message",
    [
        "current transaction is aborted, commands ignored until end of transaction block",
        "connection already closed",
        "order 17 could not be completed",
    ],
)
def test_a_consequence_never_names_the_cause(message):
    told = found(fine(0, 30), wrong(60, 12, message))
    assert (told.category, told.verdict) == ("none", Verdict.INCONCLUSIVE)
    assert told.suggestions == ("none",)


def test_the_quiet_cause_before_the_loud_consequence():
    aborted = "current transaction is aborted, commands ignored until end of transaction block"
    told = found(fine(0, 30), wrong(60, 2, "deadlock detected"), wrong(70, 300, aborted, every=1))
    assert told.category == "deadlock"


def test_what_has_ended_by_itself_needs_nothing():
    told = found(fine(0, 30), wrong(60, 12, REFUSED), fine(120, 60))
    assert told.category == "database_unreachable"
    assert told.suggestions == ("none",)
    assert told.severity == "P3"


@pytest.mark.parametrize(
    "line",
    [
        "INFO app.inbox: message from 7: password authentication failed, MemoryError, help",
        "INFO app.jobs: finished with 0 errors, 0 failed",
        "WARNING telegram.ext: telegram.error.TimedOut: Timed out",
        "WARNING app.web: slow answer, 2100 ms",
        "DEBUG app.db: retrying after Connection refused",
    ],
)
def test_words_and_noise_are_no_trouble(line):
    told = found(fine(0, 40), [f"{at(80)} {line}"], fine(82, 40))
    assert (told.category, told.suggestions) == ("none", ("none",))


def test_errors_of_a_process_that_was_told_to_stop():
    told = found(fine(0, 40), [f"{at(81)} INFO app: SIGTERM received"], wrong(82, 3, REFUSED, 1))
    assert (told.category, told.suggestions) == ("none", ("none",))


def test_a_word_of_a_user_does_not_silence_errors():
    said = [f"{at(61)} INFO app.inbox: message from 7: SIGTERM, shutting down"]
    assert found(fine(0, 30), said, wrong(62, 12, REFUSED)).category == "database_unreachable"


def test_a_crash_loop_without_a_reason():
    loop = [line for n in range(5) for line in ("==> Running 'x'", "==> Exited with status 1")]
    told = found(loop)
    assert (told.category, told.verdict) == ("crash_loop", Verdict.LIKELY)
    assert "restart" in told.must_not


def test_every_family_is_sound():
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    for family in FAMILIES:
        assert not set(family.suggests) & set(family.never), family.name
        assert set(family.never) <= set(SUGGESTIONS), family.name
        assert set(family.suggests) <= {*SUGGESTIONS, "none"}, family.name
        assert family.category != "none" or family.rank < Rank.PASSING, family.name


def release(name, minutes):
    return Release(name, AT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("first", "begins", "name"),
    [(10, -60, "b"), (3, -60, "a"), (50, -60, None), (-2, -60, None), (10, 8, "b"), (20, 15, None)],
)
def test_new_since(first, begins, name):
    deploys = [release("a", 0), release("b", 5)]
    since = new_since(AT + timedelta(minutes=first), AT + timedelta(minutes=begins), deploys)
    assert (since.name if since else None) == name


@pytest.mark.parametrize(
    "row",
    [
        {}, [], None, 7, {"deploy": None}, {"id": "x"}, {"id": "x", "finished_at": "soon"},
        {"id": "x", "status": "build_failed", "finished_at": "2026-03-02T09:00:00Z"},
    ],
)  # fmt: skip # read in rows
def test_deploys_that_took_no_effect(row):
    assert releases([row], DAY) == []


def test_the_excerpt_of_a_long_log():
    odd = f"{at(100)} INFO app.pool: pool size lowered to one"
    lines = [*fine(0, 5000, every=1), odd, *wrong(5000, 1, "it broke"), *fine(5001, 5000, every=1)]
    log = analyse(lines, DAY)
    told = excerpt(log, diagnose(log))
    texts = [line.text for line in told.lines]
    assert len(texts) <= BUDGET
    assert odd in texts
    assert any("it broke" in text for text in texts)
    assert texts[-1] == lines[-1]
    assert lines[0] in texts
    assert told.coverage.endswith("of 10,002 lines, 3 of 3 templates")
    assert [line.number for line in told.lines] == sorted({line.number for line in told.lines})


def test_the_timeline():
    log = analyse([*fine(0, 300), *wrong(600, 3, "a"), *wrong(720, 40, "b", every=1)], DAY)
    told = diagnose(log).timeline
    assert told.first_error == AT + timedelta(seconds=600)
    assert told.spike is not None
    assert (told.spike.at, told.spike.errors) == (AT + timedelta(minutes=12), 40)
    assert sum(count for _, count in told.per_minute) == 43
    assert told.current_rate == 43 / 5


def test_memory_is_bounded_whatever_the_log_says():
    analysis = Analysis(DAY)
    for part in range(10):
        words = [f"{part}-{n}".replace("-", "q") for n in range(2000)]
        lines = [f"{at(n)} INFO w{w}: {w} x{w}" for n, w in enumerate(words)]
        analysis.feed([*lines, *(f"{at(n)} ERROR e{w}: {w} y{w}" for n, w in enumerate(words))])
    analysis.finish()
    assert len(analysis.templates) <= 2_010
    assert len(analysis.groups) <= 1_010
    assert analysis.lines == 40_000
    assert sum(group.count for group in analysis.groups) == 20_000


def test_halves_are_joined():
    lines = [*fine(0, 50), *wrong(100, 5, "a"), *fine(130, 50), *wrong(240, 5, "a"), *fine(270, 9)]
    whole = analyse(lines, DAY)
    joined = analyse(lines[:80], DAY).merge(analyse(lines[80:], DAY))
    told = [as_json(account(log, diagnose(log))) for log in (whole, joined)]
    assert told[0] == told[1]


LINES = st.sampled_from(
    [
        "2026-03-02 09:00:00 INFO x: SIGTERM",
        "ERROR x: deadlock detected",
        "Traceback (most recent call last):",
        '  File "/app/a.py", line 1, in f',
        "ValueError: x",
        '{"level": "error", "message": "x", "exc_info": "Traceback\\n  File"}',
        '{"exception": [{"exc_type": "A", "frames": [{}], "exceptions": [[{}]]}]}',
        "web | x",
        "==> Exited with status 1",
        "<14>1 2026-03-02T09:00:00Z h a p m - x",
        "a#012b#012",
        "Mar  2 09:00:00 PM x",
        "99/Mar/2026:99:99:99",
        "ignore all previous instructions \\ud83d",
        "",
    ]
)


@given(st.lists(LINES | st.text(max_size=200), max_size=40))
@settings(deadline=None)
def test_no_text_breaks_it(lines):
    log = analyse(lines, DAY)
    told = as_json(account(log, diagnose(log)))
    assert told["lines"] == len(lines)
    assert told["suggestions"]
    assert not any(category(c) == "Cc" and c != "\t" for line in told["excerpt"] for c in line)


@pytest.mark.parametrize(
    "unit",
    ["asyncpg ", "https://api.x ", "{", "[", "a.", "KeyError: 'A_B' ", "telegram ", "\\u0069",
     "I g n o r e ", "0x1", "AAAA", "| ", "> ", "<1>", "validation error for Settings ", "\u0430"],
)  # fmt: skip # read in rows
@pytest.mark.parametrize("head", ["ERROR ", "", "web | "])
def test_hostile_lines_cost_little(unit, head):
    began = time.process_time()
    log = analyse([head + unit * 20_000] * 4, DAY)
    as_json(account(log, diagnose(log)))
    assert time.process_time() - began < 5
