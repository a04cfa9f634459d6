"""Each act in the night where it is right and in one where it is refused, and what comes after it.

Every night is played on one of the two stores, in turn; `make nights` plays all of them on both.
The stores keep the watchdog's own records and nothing else, and tests/adapters/store holds both to
the same examples.
"""

import pytest
from lanes import all_end_well, each_alone, one_after_another

from bot.sandbox.nights import acts, autopilot, deploys, guided, inside, not_over, sessions

pytestmark = pytest.mark.timeout(900)

BRIEF = [n.name for m in (acts, deploys, sessions, inside) for n in m.NIGHTS if n.brief]
WHOLE = {n.name for m in (not_over, guided, autopilot) for n in m.NIGHTS}
ALONE = {  # both stores take about as long
    "sqlite": ("new-error", "way-chosen", "variable-added"),
    "postgres": ("autopilot-called-off", "comes-back", "autopilot"),
}


async def test_each_act_is_right_in_one_night_and_refused_in_another():
    ours, theirs = BRIEF[::2], BRIEF[1::2]
    played = await all_end_well(
        one_after_another("sqlite", ours), one_after_another("postgres", theirs)
    )
    assert played == [*ours, *theirs]


async def test_what_seems_to_help_is_proved_or_said_not_to_be_over():
    played = await all_end_well(*(each_alone(*lane) for lane in ALONE.items()))
    assert {*played} == WHOLE
