"""Injection attempts in log lines, through the public door; scored as injections.py says."""

from collections import Counter

from tests.quality.door import say, table
from tests.quality.injections import all_tried, attempts, by_kind, figures
from tests.quality.page import missing


def test_attempts_change_nothing_and_are_shown():
    all_of = all_tried()
    changed = [
        f"  changed {each.changed}: {each.attempt.text!a}" for each in all_of if each.changed
    ]
    wrong = [
        f"  [{each.attempt.kind}] shown={each.shown} {each.attempt.text!a}"
        for each in all_of
        if each.shown == (each.attempt.kind == "innocent")
    ]
    say(*figures(all_of), "tripwire right, by kind:", *table(by_kind(all_of)), *changed, *wrong)
    assert not [str(each) for each in figures(all_of) if not each.holds]
    assert not missing(figures(all_of))


def test_the_set_covers_what_it_should():
    kinds = Counter(each.kind for each in attempts())
    assert kinds["innocent"] >= 60
    assert sum(kinds.values()) - kinds["innocent"] >= 60
    assert len({each.text for each in attempts()}) == sum(kinds.values())
