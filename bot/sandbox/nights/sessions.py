"""A report locks a table: ended by Ann where it has our own role, left alone where it has not."""

from __future__ import annotations

import asyncio

from bot.sandbox import cast
from bot.sandbox.nights.cause import Right
from bot.sandbox.nights.fault import Fault
from bot.sandbox.nights.person import on_call
from bot.sandbox.nights.steps import refused
from bot.sandbox.nights.story import Story

WANTED = ("Yes, end session", "End session…")
WHOSE = "belongs to “reports”, the watchdog is “lifeos”: it ends only its own"


async def ann_ends_it(story: Story) -> None:
    """It is offered before what is blunter, asked back, and done in seconds."""
    card = await story.until("its end is offered", lambda: story.button("End session…"), 60)
    story.must("before anything else", "End session" in story.labels(card)[0])
    before = story.writes()
    ann = asyncio.create_task(on_call(story, cast.ANN, WANTED))
    try:
        await story.until("Ann says yes", lambda: story.tapped(WANTED[0]), 60)
        await story.until("it is ended", lambda: not story.world.meddling.locked, 30)
        await story.until("that is seen", lambda: story.saying("is not there any more"), 60)
    finally:
        ann.cancel()
    asked = [text for _, text in story.seen if "End a session in the database of" in text]
    story.must("the question named it", asked and all("report.py" in text for text in asked))
    story.must("the platform was asked for nothing", story.writes() == before)


async def nobody_ends_it(story: Story) -> None:
    """Whose it is stands on the card; typed, it is refused for the same reason."""
    await story.until("whose it is is said", lambda: story.saying(WHOSE), 60)
    story.must("its end is not offered", not story.button("End session…"))
    await refused(story, "/act end-session", WHOSE)
    story.must("it is still there", story.world.meddling.locked)


NIGHTS = tuple(
    fault.night
    for fault in (
        Fault(
            "forgotten-session",
            "database-locks",
            "a forgotten session of our own role locks a table; Ann ends it",
            "P0",
            cast.SERVICE,
            cause=Right("deadlock", "hang"),  # until the lock is seen, it only hangs
            also="report.py",
            pushes=2,
            within=90,
            after=ann_ends_it,
            right=("end-session",),
        ),
        Fault(
            "session-of-others",
            "database-locks-other",
            "the same session with another role: not ours to end",
            "P0",
            cast.SERVICE,
            cause=Right("deadlock", "hang"),
            also="report.py",
            pushes=2,
            within=90,
            after=nobody_ends_it,
            refuses=(("end-session", WHOSE),),
        ),
    )
)
