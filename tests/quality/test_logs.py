"""Labelled logs through the public door; scored as logs/score.py says."""

from collections import Counter

from tests.quality.door import say, table
from tests.quality.logs.labels import ACTS, CALM, TRUTH, logs
from tests.quality.logs.score import all_judged, by_kind, figures, judged
from tests.quality.page import missing


def test_logs_are_diagnosed():
    all_of = all_judged()
    wrong = [each for each in all_of if not each.right]
    say(*figures(all_of), "right in everything, by kind:", *table(by_kind(all_of)), *wrong)
    assert not [str(each) for each in figures(all_of) if not each.holds]
    assert not missing(figures(all_of))


def report(log, category, suggestions, verdict="likely"):
    excerpt = [line for line in log.text.splitlines() if any(e.search(line) for e in log.keep)]
    said = {"category": category, "verdict": verdict, "suggestions": suggestions}
    return said | {"excerpt": excerpt[:100]}


def test_who_knows_the_labels_is_right():
    for log in logs():
        category = log.kind if log.kind in TRUTH else CALM
        right = report(log, category, sorted(log.must)[:1])
        assert judged(log, right).right, judged(log, right)


def test_who_suggests_everything_or_nothing_is_wrong():
    for log in logs():
        category = log.kind if log.kind in TRUTH else CALM
        assert not judged(log, report(log, category, ACTS.split())).right, log.name
        assert not log.must or not judged(log, report(log, category, [])).right or CALM in log.must
    calm = [log for log in logs() if log.kind in {"healthy", "unclear"}]
    assert all(
        judged(log, report(log, "hang", ["restart"], "inconclusive")).accused for log in calm
    )
    assert all(judged(log, report(log, "hang", [])).accused for log in calm)


def test_the_set_covers_what_it_should():
    kinds = Counter(log.kind for log in logs())
    assert sum(kinds.values()) >= 70
    assert all(kinds[category] >= 3 for category in TRUTH if category != CALM)
    assert kinds["healthy"] >= 10
    assert kinds["unclear"] >= 6


def test_the_labels_are_sound():
    """A decisive pattern is in its log; nothing must be said that may not be said."""
    for log in logs():
        assert all(each.search(log.text) for each in log.keep), log.name
        assert not log.must & log.never, log.name
        assert log.categories <= set(TRUTH), log.name
        assert log.must | log.never <= {*ACTS.split(), CALM}, log.name


def test_the_same_logs_every_time():
    assert [log.text for log in logs()] == [log.text for log in logs()]
