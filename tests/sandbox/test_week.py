"""A week of faults in one world: each is told in time, as what it is, as one incident."""

import pytest
from lanes import all_end_well, one_after_another

from bot.sandbox.nights.detection import NIGHTS

pytestmark = pytest.mark.timeout(900)

TOGETHER = [night.name for night in NIGHTS if night.brief]


async def test_every_fault_is_told_as_what_it_is():
    """Half of them on each store, one half with Claude and one by rules alone.

    `make nights` plays all on both, and those with a long proof.
    """
    told, ruled = TOGETHER[::2], TOGETHER[1::2]
    played = await all_end_well(
        one_after_another("sqlite", told, asks_claude=True), one_after_another("postgres", ruled)
    )
    assert played == [*told, *ruled]
