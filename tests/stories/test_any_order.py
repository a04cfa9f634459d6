"""In any order of people, crashes and the platform: no act without a valid yes, none twice."""

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.domain.moves import Kind
from tests.stories.any_order import AnyOrder, seen

LIVES, STEPS, ENOUGH = 10, 100, 10_000  # of a run, of each life, in all
MOST_RUNS = 40  # the same lives each time: what is green once stays green
# What a run must have met, or it proves little.
MET = {
    "calls",
    *(Kind.DETECTED, Kind.TRIAGED, Kind.ASKED, Kind.DENIED, Kind.APPROVED, Kind.WITHDRAWN),
    *(Kind.STARTED, Kind.ANSWERED, Kind.RAN, Kind.UNKNOWN, Kind.FAILED, Kind.LEFT, Kind.HEALED),
    *(Kind.PERSISTED, Kind.RECOVERED, Kind.OVERRIDDEN, Kind.REPORTED, Kind.ACKNOWLEDGED),
}


@pytest.mark.timeout(900)
def test_any_order():
    seen.clear()
    lives = settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    for number in range(MOST_RUNS):  # of more in one run hypothesis would make most of a few
        if seen["steps"] >= ENOUGH and not MET - set(seen):
            break
        run_state_machine_as_test(seed(number)(AnyOrder), settings=lives)
    assert seen["steps"] >= ENOUGH
    assert MET - set(seen) == set()
