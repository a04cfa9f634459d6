"""What a log said before the trouble, and what is news after it."""

from datetime import UTC, datetime, timedelta

from bot.domain.logs.baseline import MOST, baseline, new_errors
from bot.domain.logs.lines import LogLine

BEGAN = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)


def at(seconds, text, instance=""):
    return LogLine(BEGAN + timedelta(seconds=seconds), text, instance)


def traceback(seconds, error="EOFError: Ran out of input", where="load", instance=""):
    lines = (
        "Traceback (most recent call last):",
        f'  File "/app/lifeos/memory.py", line 41, in {where}',
        "    return pickle.load(file)",
        error,
    )
    return [at(seconds + n / 10, text, instance) for n, text in enumerate(lines)]


def test_nothing_was_logged():
    found = baseline("life-os", [], BEGAN)
    assert (found.since, found.lines, found.errors, found.per_minute) == (None, 0, (), 0.0)


def test_what_is_of_the_trouble_itself_is_not_before_it():
    lines = [*traceback(-600), at(-300, "INFO fine"), *traceback(0, "KeyError: 'goal'")]
    found = baseline("life-os", lines, BEGAN)
    assert (found.lines, [(k.title, k.count) for k in found.errors]) == (
        5,
        [("EOFError: Ran out of input", 1)],
    )
    assert found.per_minute == 0.1


def test_figures_make_no_error_new_and_another_place_does():
    known = baseline(
        "life-os", [*traceback(-60), at(-50, "INFO fine"), at(-9, "ERROR db: lost 3 rows")], BEGAN
    ).marks
    assert (
        new_errors(
            [*traceback(5), at(8, "INFO fine"), at(9, "ERROR db: lost 7 rows")], known, BEGAN
        )
        == ()
    )
    [new] = new_errors(traceback(9, where="save"), known, BEGAN)
    assert (new.title, new.count) == ("EOFError: Ran out of input", 1)


def test_the_rest_of_a_traceback_that_began_before_is_not_new():
    assert new_errors(traceback(-0.2), frozenset(), BEGAN) == ()


def test_tracebacks_of_two_instances_at_once_are_read_apart():
    both = sorted([*traceback(1, instance="a"), *traceback(1.05, instance="b")], key=lambda e: e.at)
    [new] = new_errors(both, frozenset(), BEGAN)
    assert new.count == 2


def test_the_most_frequent_stands_first_and_the_number_of_kinds_is_bounded():
    words = [f"{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(26 * 20)]
    lines = [at(-900 + n, f"ERROR no {word * 4} here") for n, word in enumerate(words)]
    found = baseline("life-os", [*lines, at(-1, f"ERROR no {words[-1] * 4} here")], BEGAN)
    assert len(found.errors) == MOST
    assert found.errors[0].count == 2


def test_a_mark_tells_nothing_and_is_the_same_in_every_life():
    [one] = baseline("life-os", [at(-1, "ERROR password hunter2 refused")], BEGAN).errors
    assert one.mark == "ea9cadb1baf088a9"
