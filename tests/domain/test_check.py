"""What a run of looks amounts to: newest first, o passed, x failed, b could not be seen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.check import Patience, Result, Seen, Verdict, doubt, judge

NOW = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
SEEN = {"o": Seen.PASS, "x": Seen.FAIL, "b": Seen.BLIND}
HEALTHY, FAILING, BLIND, UNSURE = Verdict


def looks(newest_first):
    return [
        Result("life-os", "http", SEEN[letter], NOW - timedelta(minutes=n))
        for n, letter in enumerate(newest_first)
    ]


@pytest.mark.parametrize(
    ("newest_first", "verdict"),
    [
        ("", UNSURE),
        ("o", UNSURE),
        ("oo", HEALTHY),
        ("ooxxx", HEALTHY),
        ("oxxx", UNSURE),  # one good look ends nothing yet
        ("ooo", HEALTHY),
        ("x", UNSURE),
        ("xx", UNSURE),
        ("xxo", UNSURE),
        ("xxx", FAILING),
        ("xxxoo", FAILING),
        ("xoxx", UNSURE),
        ("xxoxx", UNSURE),
        ("xoo", UNSURE),  # one bad look begins nothing yet
        ("b", UNSURE),
        ("bb", UNSURE),
        ("bbb", BLIND),
        ("bbbxxx", BLIND),
        ("bbbooo", BLIND),
        ("boo", UNSURE),  # what is not seen is not healthy
        ("bboo", UNSURE),
        ("bxxx", FAILING),  # and does not end a failure
        ("bbxxx", FAILING),
        ("xbxbx", FAILING),
        ("xbbbxx", FAILING),
        ("xxbo", UNSURE),
        ("obo", HEALTHY),
        ("obbbo", HEALTHY),
        ("obx", UNSURE),
        ("xbbb", UNSURE),
        ("obbb", UNSURE),
    ],
)
def test_the_verdict(newest_first, verdict):
    assert judge(looks(newest_first), Patience(failures=3, passes=2)) is verdict


@pytest.mark.parametrize(
    ("patience", "newest_first", "verdict"),
    [
        (Patience(1, 1), "x", FAILING),
        (Patience(1, 1), "o", HEALTHY),
        (Patience(1, 1), "b", BLIND),
        (Patience(1, 1), "ox", HEALTHY),
        (Patience(2, 3), "xx", FAILING),
        (Patience(2, 3), "oo", UNSURE),
        (Patience(2, 3), "ooo", HEALTHY),
        (Patience(2, 3), "bb", BLIND),
    ],
)
def test_the_patience_is_the_checks_own(patience, newest_first, verdict):
    assert judge(looks(newest_first), patience) is verdict


def test_hysteresis_both_ways():
    """A check that comes and goes changes no verdict into its opposite without a run."""
    history, told = "", []
    for letter in "oooxoxxoxxxoxoobooo":
        history = letter + history
        told.append(judge(looks(history), Patience(3, 2, turns=99)))
    turns = [v for v in told if v is not UNSURE]
    assert [turns[n] for n in range(len(turns)) if n == 0 or turns[n] is not turns[n - 1]] == [
        HEALTHY,
        FAILING,
        HEALTHY,
    ]


@pytest.mark.parametrize(
    ("newest_first", "verdict"),
    [
        ("xoxoxox", FAILING),  # four times, never twice in a row
        ("oxoxoxox", FAILING),
        ("oooxoxoxox", FAILING),
        ("xoxoxo", UNSURE),
        ("ooxxxxxxxxoooo", HEALTHY),  # one long failure is one turn
        ("xbxbxbx", FAILING),  # four in a row: what was not seen does not part them
        ("o" * 14 + "xoxoxox", HEALTHY),  # so long ago that the first of the four is out of sight
        ("o" * 13 + "xoxoxox", FAILING),
    ],
)
def test_what_comes_and_goes(newest_first, verdict):
    assert judge(looks(newest_first), Patience(3, 2)) is verdict


def test_a_failure_must_also_last_where_it_is_said_so():
    patience = Patience(failures=2, passes=2, lasts=timedelta(minutes=3))
    assert judge(looks("xxx"), patience) is UNSURE  # two minutes from the first to the last
    assert judge(looks("xxxx"), patience) is FAILING
    assert doubt(looks("xxx"), patience) == 3
    assert doubt(looks("xxxx"), patience) is None


@pytest.mark.parametrize(
    ("newest_first", "so_far"),
    [
        ("", None),
        ("o", 1),
        ("oo", None),
        ("ooo", None),
        ("x", 1),
        ("xx", 2),
        ("xbxo", 2),
        ("xxx", None),
        ("xxxx", None),
        ("oxxx", 1),
        ("ooxxx", None),
        ("bxx", None),  # a blind look is not confirmed in haste
        ("bbb", None),
    ],
)
def test_what_is_in_doubt(newest_first, so_far):
    assert doubt(looks(newest_first), Patience(failures=3, passes=2)) == so_far


NIGHTS = st.text("oxb", max_size=12)
PATIENCE = st.builds(Patience, st.integers(1, 4), st.integers(1, 4))
TURNS = Patience().turns


patient = settings(deadline=None)  # a busy machine is no failure


@patient
@given(NIGHTS, PATIENCE)
def test_healthy_only_on_what_was_just_seen_to_pass(newest_first, patience):
    sighted = newest_first.replace("b", "")
    if judge(looks(newest_first), patience) is HEALTHY:
        assert newest_first.startswith("o")
        assert sighted.startswith("o" * patience.passes)


@patient
@given(NIGHTS, PATIENCE)
def test_failing_only_after_enough_failures_in_a_row_or_after_many_turns(newest_first, patience):
    if judge(looks(newest_first), patience) is FAILING:
        sighted = newest_first.replace("b", "")
        run = sighted.startswith("x" * patience.failures)
        assert run or len([part for part in sighted.split("o") if part]) >= TURNS


@patient
@given(NIGHTS, PATIENCE)
def test_blind_only_after_enough_blind_looks_and_then_always(newest_first, patience):
    dark = newest_first.startswith("b" * patience.failures)
    assert (judge(looks(newest_first), patience) is BLIND) == dark
