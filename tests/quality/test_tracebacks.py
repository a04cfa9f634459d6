"""Labelled traceback texts through the public door; scored as tracebacks/score.py says."""

from tests.quality.door import say, table
from tests.quality.page import missing
from tests.quality.tracebacks.cases import cases
from tests.quality.tracebacks.score import all_judged, by_kind, figures, judged


def test_tracebacks_are_read():
    all_of = all_judged()
    wrong = [each for each in all_of if not each.right]
    say(*figures(all_of), "texts exactly right, by kind:", *table(by_kind(all_of)), *wrong)
    assert not [str(each) for each in figures(all_of) if not each.holds]
    assert not missing(figures(all_of))


def group(event, **other):
    kind, message = event.raised
    functions = [f"app/x.py:{name}" for name in event.functions]
    said = {"type": kind, "message": message, "functions": functions, "count": event.count}
    return said | {"root": event.root[0], "raised": kind} | other


def test_who_knows_the_labels_is_right():
    for case in cases():
        for label in case.labels:
            assert judged(case, {"groups": [group(event) for event in label]}).right, case.name


def test_who_is_a_little_wrong_is_wrong():
    plain = {"type": None, "message": "x", "functions": [], "count": 1}
    for case in cases():
        label = max(case.labels, key=len)
        groups = [group(event) for event in label]
        strange = group(label[0], type="Strange", raised="Strange") if label else None
        assert judged(case, {"groups": [*groups, plain]}).right, case.name
        assert not label or not judged(case, {"groups": [strange, *groups[1:]]}).right, case.name
        assert not label or not judged(case, {"groups": [group(label[0], count=9)]}).right
        assert not judged(case, {"groups": [*groups, plain | {"type": "Strange"}]}).right


def test_the_set_covers_what_it_should():
    texts = cases()
    assert len(texts) >= 120
    assert len({case.name for case in texts}) == len(texts)
    assert sum(case.hard for case in texts) >= 50
    assert sum(not case.hard for case in texts) >= 50


def test_the_labels_are_sound():
    """A place is a function of its event, and stands in its text."""
    for case in cases():
        for event in (event for label in case.labels for event in label):
            assert not event.place or event.place in event.functions, case.name
            assert event.place in case.text, case.name
