"""Each act in the night where it is right and in one where it is refused, and what comes after it.

Every night is played on one of the two stores, in turn; `make nights` plays all of them on both.
The stores keep the watchdog's own records and nothing else, and tests/adapters/store holds both to
the same examples. The two play at the same time, since most of a night is waiting for real
processes: at a higher speed it would take as long.
"""

import asyncio

import pytest

from bot.sandbox.nights import acts, autopilot, deploys, guided, inside, not_over, sessions
from bot.sandbox.play import play, play_together

pytestmark = pytest.mark.timeout(900)

SPEED = 200.0
TOLD = (*acts.NIGHTS, *deploys.NIGHTS, *sessions.NIGHTS, *inside.NIGHTS)
BRIEF = [night.name for night in TOLD if night.brief]
ALONE = {  # with their whole proof, each in a world of its own; both stores take about as long
    "sqlite": ("new-error", "way-chosen", "variable-added"),
    "postgres": ("autopilot-called-off", "comes-back", "autopilot"),
}


async def test_each_act_is_right_in_one_night_and_refused_in_another():
    stores = {"sqlite": BRIEF[::2], "postgres": BRIEF[1::2]}
    await both(one_after_another(store, nights) for store, nights in stores.items())


async def test_what_seems_to_help_is_proved_or_said_not_to_be_over():
    told = {n.name for module in (not_over, guided, autopilot) for n in module.NIGHTS}
    assert {night for nights in ALONE.values() for night in nights} == told
    await both(each_alone(store, nights) for store, nights in ALONE.items())


async def one_after_another(store, nights):
    return [one async for one in play_together(nights, speed=SPEED, store=store, told=print)]


async def each_alone(store, nights):
    return [await play(night, speed=SPEED, store=store, told=print) for night in nights]


async def both(lanes):
    played = [one for lane in await asyncio.gather(*lanes) for one in lane]
    wrong = [one for one in played if not one.ok]
    assert not wrong, "\n".join(
        "\n".join([f"{one.night} ({one.store}): {one.why}", *one.watchdog_log[-60:]])
        for one in wrong
    )
