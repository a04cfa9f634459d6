"""Life OS does not reach its database, and we do: a look from inside tells; not while suspended."""

from __future__ import annotations

from bot.sandbox import cast
from bot.sandbox.nights.cause import Right
from bot.sandbox.nights.detection import nobody_deployed_for_days
from bot.sandbox.nights.fault import Fault, over
from bot.sandbox.nights.steps import refused
from bot.sandbox.nights.story import BROKEN, PAGED, Night, Story, numbers, settled, words

NO_JOB = "it is suspended: no job runs in it"
LOOK = "Check from inside"
FOUND = "UTC: nothing listens at the address of the database"  # from inside at that time
BEGUN = "that it is over"  # what a card says while a proof is under way


async def ann_looks(story: Story) -> None:
    """One tap; what it saw is on the card, and nothing is called mended."""
    card = await story.until("a look from inside is offered", lambda: story.button(LOOK), 60)
    story.must("before anything else", LOOK in story.labels(card)[0])
    before = story.writes()
    await story.tap_label(cast.ANN, card, LOOK)
    await story.until("it is on the card", lambda: FOUND in words(story.same(card)), 120)
    asked = story.writes()[len(before) :]
    story.must("one job, once", len(asked) == 1 and asked[0].endswith("/jobs"))
    said = words(story.same(card))
    story.must("no proof has begun", BEGUN not in said)


async def suspended(story: Story) -> None:
    """Somebody suspends it: no job runs in it, so that is refused with the reason."""
    await settled(story)
    known, quiet = numbers(story), len(story.audible())
    story.world.service.ask_suspend()
    story.mark(BROKEN)
    await story.until(PAGED, lambda: len(story.audible()) > quiet, 60)
    await story.until("it is suspended, it says", lambda: story.saying("is suspended"), 60)
    await story.until("it was looked into", lambda: story.saying("What was found"), 40)
    before = story.writes()
    await refused(story, "/act database-check", NO_JOB)
    story.must("and nothing was asked of the platform", story.writes() == before)
    story.world.service.ask_resume()
    story.mark("it is resumed")
    await over(story, max(numbers(story) - known))


NIGHTS = (
    Fault(
        "way-between",
        "database-way",
        "Life OS does not reach its database, we do; Ann looks from inside",
        "P0",
        cast.SERVICE,
        cause=Right("database_unreachable", rolls_back=False),
        pushes=3,
        within=90,
        before=nobody_deployed_for_days,  # else a rollback might bring back a better address
        after=ann_looks,
        right=("database-check",),
    ).night,
    Night(
        "no-look-inside",
        "somebody suspends it; a look from inside is refused",
        suspended,
        brief=True,
        severity="P0",
        refuses=(("database-check", NO_JOB),),
    ),
)
