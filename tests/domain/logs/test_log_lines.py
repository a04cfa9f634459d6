"""One line: clean, bounded, with its level."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.logs.lines import LONGEST, Level, LogLine, clean, said_level

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("\x1b[31mERROR\x1b[0m boom", "ERROR boom"),
        ("\x1b[1;38;5;196mred\x1b[m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("bell\x07 null\x00 back\x08", "bell null back"),
        ("tab\tstays", "tab\tstays"),
        ("  indent stays  ", "  indent stays"),
        ("\u202eevil\u2066 zero\u200bwidth\ufeff", "evil zerowidth"),
        ("half \ud800 surrogate", "half � surrogate"),
        ("windows\r", "windows"),
        ("", ""),
    ],
)
def test_clean(raw, seen):
    assert clean(raw) == seen


def test_a_long_line_is_cut_and_says_so():
    cut = clean("x" * 10_000)
    assert len(cut) == LONGEST
    assert cut.endswith("…")


@given(st.text())
def test_clean_is_idempotent_and_printable(text):
    once = clean(text)
    assert clean(once) == once
    assert "\x1b" not in once
    once.encode()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2026-03-02 09:14:06,914 INFO lifeos: handled", Level.INFO),
        ("2026-03-02 09:14:06,914 - lifeos.db - ERROR - pool exhausted", Level.ERROR),
        ("[ERROR] boom", Level.ERROR),
        ("CRITICAL:root:out", Level.CRITICAL),
        ("2026-03-02T09:14:06Z|WARN|x", Level.WARNING),
        ('{"level": "error", "msg": "x"}', Level.ERROR),
        ("ts=1 level=info msg=x", Level.INFO),
        ("FATAL:  the database system is starting up", Level.CRITICAL),
        ("INFO: saw an ERROR page", Level.INFO),
        ("there was an error", Level.NONE),
        ("one two three four five six seven eight ERROR", Level.NONE),
        ("level=whatever", Level.NONE),
        ("", Level.NONE),
    ],
)
def test_said_level(text, level):
    assert said_level(text) is level


@pytest.mark.parametrize(
    ("text", "label", "weight"),
    [
        ("INFO fine", "error", Level.INFO),
        ("Traceback", "error", Level.ERROR),
        ("hello", "", Level.NONE),
        ("hello", "purple", Level.NONE),
    ],
)
def test_what_the_line_says_beats_what_the_platform_thinks(text, label, weight):
    assert LogLine(AT, text, level=label).weight is weight
