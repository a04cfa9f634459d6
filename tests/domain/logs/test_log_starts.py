"""Which instance came last, and whether it said that it works."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.logs.lines import LogLine
from bot.domain.logs.starts import REMEMBERED, Start, running, starts

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARKER = "Bot is running!"


def at(second):
    return AT + timedelta(seconds=second)


def line(second, text, instance="old", **more):
    return LogLine(at(second), text, instance=instance, **more)


def start(second, instance="old"):
    return line(second, "==> Running 'python -m lifeos'", instance)


def says(second, instance="old"):
    return line(second, f"INFO lifeos: {MARKER}", instance)


def seen(*lines, known=(), marker=MARKER):
    return starts(dict(known), lines, marker)


def test_nothing():
    assert seen() == {}
    assert running({}) is None


def test_a_start_and_its_end():
    found = seen(start(0), line(1, "INFO loading"))
    assert found == {"old": Start(at(0), at(0))}
    assert not running(found).reached_its_end
    found = seen(says(2), known=found)
    assert found == {"old": Start(at(0), at(0), at(2))}
    assert running(found).reached_its_end


@pytest.mark.parametrize("order", [1, -1])
def test_lines_come_in_any_order(order):
    lines = [start(0), says(2), start(5), says(9)]
    assert seen(*lines[::order]) == {"old": Start(at(0), at(5), at(9))}


def test_it_is_started_again_and_must_say_it_again():
    found = seen(start(0), says(2), start(60))
    assert not running(found).reached_its_end
    assert running(seen(says(61), known=found)).reached_its_end


def test_an_end_in_the_very_moment_of_the_start_is_one():
    assert running(seen(start(0), says(0))).reached_its_end


def test_the_instance_that_came_last_is_the_running_one():
    found = seen(start(0), says(2), start(60, "new"))
    assert running(found) == found["new"]
    assert not running(found).reached_its_end


def test_one_that_is_leaving_may_be_started_again_and_again():
    """The new version runs; the one before it still falls and is started until it is ended."""
    found = seen(start(0), start(60, "new"), says(62, "new"))
    for second in (70, 90, 120):
        found = seen(start(second), known=found)
        assert running(found) == Start(at(60), at(60), at(62))
    assert found["old"] == Start(at(0), at(120))


def test_what_another_instance_says_is_not_its_own_end():
    found = seen(start(0), start(60, "new"), says(62))
    assert not running(found).reached_its_end
    assert found["old"].reached_its_end


def test_the_same_lines_may_come_again():
    lines = [start(0), says(2), start(60, "new"), says(62, "new"), start(70)]
    once = seen(*lines)
    assert seen(*lines, known=once) == once
    assert seen(*lines[:2], known=once) == once  # and only the early ones: nothing goes back


def test_what_is_known_stays_as_it_is():
    known = {"old": Start(at(0), at(0))}
    assert starts(known, [says(2)], MARKER) != known
    assert known == {"old": Start(at(0), at(0))}


def test_without_an_instance_there_is_one():
    found = seen(start(0, ""), says(2, ""), start(60, ""))
    assert found == {"": Start(at(0), at(60), at(2))}
    assert not running(found).reached_its_end


def test_without_a_marker_no_end_is_looked_for():
    found = seen(start(0), says(2), marker=None)
    assert found == {"old": Start(at(0), at(0))}


@pytest.mark.parametrize(
    "said",
    [
        says(2, "other"),  # it was never seen to start
        line(2, f"==> {MARKER}"),  # the platform's words, not the program's
        line(2, "INFO lifeos: bot is running"),
    ],
)
def test_what_is_no_end_of_it(said):
    assert seen(start(0), said) == {"old": Start(at(0), at(0))}


def test_the_platforms_own_line_may_hold_the_marker():
    found = seen(line(0, f"==> Running 'echo {MARKER}'"))
    assert found == {"old": Start(at(0), at(0))}


def test_the_newest_instances_are_remembered():
    many = [start(n, f"i{n}") for n in range(REMEMBERED + 5)]
    found = seen(*many)
    assert len(found) == REMEMBERED == 20
    assert running(found) == Start(at(24), at(24))
    assert "i4" not in found
    assert "i5" in found
