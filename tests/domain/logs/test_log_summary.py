"""What a stretch of log amounts to."""

from datetime import UTC, datetime, timedelta

from bot.domain.logs.errors import error_events
from bot.domain.logs.lines import LogLine
from bot.domain.logs.summary import errors_between, started_at, summarise

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def line(second, text, **more):
    return LogLine(AT + timedelta(seconds=second), text, **more)


LINES = [
    line(9, "ERROR x: two"),
    line(0, "==> Running 'python -m lifeos'"),
    line(1, "Bot is running!"),
    line(2, "2026-03-02 09:00:02 INFO x: handled /start"),
    line(3, "ERROR x: one"),
    line(4, "==> Your service is live", level="info"),
    line(5, "GET / 200", level="info", kind="request"),
]


def test_summarise():
    found = summarise(LINES)
    assert (found.lines, found.errors, len(found.groups)) == (7, 2, 2)
    assert found.first_error.message == "ERROR x: one"
    assert found.last_error.message == "ERROR x: two"
    assert found.last_success.text.endswith("handled /start")
    assert (found.started_at, found.first, found.last) == (AT, AT, AT + timedelta(seconds=9))
    assert found.top.count == 1


def test_nothing():
    found = summarise([])
    assert (found.lines, found.errors, found.top, found.last_success) == (0, 0, None, None)
    assert (found.first_error, found.last_error, found.started_at) == (None, None, None)


def test_the_last_start():
    assert started_at(LINES) == AT
    assert started_at([*LINES, line(60, "==> Running 'x'")]) == AT + timedelta(seconds=60)


def test_errors_between():
    events = error_events(LINES)
    since, until = AT + timedelta(seconds=3), AT + timedelta(seconds=9)
    assert [e.message for e in errors_between(events, since, until)] == ["ERROR x: two"]
