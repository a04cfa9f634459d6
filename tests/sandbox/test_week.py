"""A week of faults in one world: each is told in time, as what it is, as one incident."""

import pytest

from bot.sandbox.nights.detection import NIGHTS
from bot.sandbox.play import play_together

pytestmark = pytest.mark.timeout(900)

SPEED = 200.0
TOGETHER = [night.name for night in NIGHTS if night.brief]


@pytest.mark.parametrize(
    ("store", "claude", "nights"),
    [("sqlite", True, TOGETHER[::2]), ("postgres", False, TOGETHER[1::2])],
)
async def test_every_fault_is_told_as_what_it_is(store, claude, nights):
    """Half of them on each store, one half with Claude and one by rules alone.

    `make nights` plays all on both, and those with a long proof.
    """
    options = {"speed": SPEED, "store": store, "asks_claude": claude}
    played = [one async for one in play_together(nights, **options, told=print)]
    wrong = [one for one in played if not one.ok]
    assert not wrong, "\n".join(
        "\n".join([f"{one.night}: {one.why}", *one.watchdog_log[-60:]]) for one in wrong
    )
    assert [one.night for one in played] == nights
