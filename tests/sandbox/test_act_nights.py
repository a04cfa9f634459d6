"""Each act in a night in which it is right, and refused with a reason where it does not fit."""

import pytest

from bot.sandbox.nights.acts import NIGHTS
from bot.sandbox.play import play_together

pytestmark = pytest.mark.timeout(900)

SPEED = 200.0
NAMES = [night.name for night in NIGHTS]


@pytest.mark.parametrize(("store", "nights"), [("sqlite", NAMES[::2]), ("postgres", NAMES[1::2])])
async def test_every_act_has_its_night(store, nights):
    """Half of them on each store; `make nights` plays all on both."""
    played = [one async for one in play_together(nights, speed=SPEED, store=store, told=print)]
    wrong = [one for one in played if not one.ok]
    assert not wrong, "\n".join(
        "\n".join([f"{one.night}: {one.why}", *one.watchdog_log[-60:]]) for one in wrong
    )
    assert [one.night for one in played] == nights
