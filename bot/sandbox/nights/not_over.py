"""Nights in which an act seems to help, and it is not over: that must be said, and never hidden."""

from __future__ import annotations

import asyncio
import re

from bot.sandbox import cast
from bot.sandbox.nights import bad_deploy, crash
from bot.sandbox.nights.detection import claude_in_use
from bot.sandbox.nights.person import on_call
from bot.sandbox.nights.steps import decided, never_resolved, paged, resolved, written
from bot.sandbox.nights.story import BROKEN, Night, Story, settled, words
from bot.sandbox.switches import BY_NAME

AGAIN = 8 * 60.0  # world seconds after the restart
PROOF_ENDS = 15 * 60.0  # world seconds later the proof of the restart would have been whole
GOES_ON = 6 * 60.0  # world seconds that the new error stays
RESTARTS = 2
LATE = 6  # world minutes that it may take to be found
FAILED_AGAIN = re.compile(r"(?:(\d+) min ?)?(?:(\d+) s )?after the restart")


async def comes_back(story: Story) -> None:
    await settled(story)
    quiet = len(story.audible())
    await break_it(story)
    await paged(story, quiet, crash.HEADLINE, crash.CAUSE)
    await story.until("a restart is offered", lambda: story.button("Restart…"), 40)
    await approved(story, crash.WANTED)
    await story.until("it is back", lambda: story.saying("Back: every check passed"), 60)
    await story.wait(AGAIN)
    never_resolved(story)
    await break_it(story)
    await story.until("it says that it is not over", lambda: story.saying("it is not over"), 60)
    card = await story.until("and when", lambda: story.saying("after the restart:"), 30)
    story.must("about the minute", at_the_minute(story, words(card)))
    tried = "it says what was tried"
    await story.until(tried, lambda: story.saying("Tried: restart"), 30)
    await story.wait(PROOF_ENDS)
    never_resolved(story)
    story.must("it is still down", story.state() == "crashed")
    await decided(story, crash.WANTED, lambda: story.state() == "running")
    done = len(story.writes())
    story.must("no approval was carried out twice", done <= story.approved())
    story.must("it was restarted once more", done == RESTARTS)
    written(story, quiet, "Tried: restart", "Not over", "restart, approved by Ann")


async def break_it(story: Story) -> None:
    await BY_NAME["crash"].flip(story.world)
    story.mark(BROKEN)
    await story.until("the process has died", lambda: story.state() == "crashed", 30)


async def approved(story: Story, wanted: tuple[str, ...]) -> None:
    """Ann taps until the act is under way or done."""
    ann = asyncio.create_task(on_call(story, cast.ANN, wanted))
    try:
        await story.until("Ann says yes", lambda: story.tapped(wanted[0]), 60)
        await story.until("the platform is asked", story.writes, 120)
        await story.until("its effect is looked for", lambda: story.saying("that it is over"), 180)
    finally:
        ann.cancel()


def at_the_minute(story: Story, card: str) -> bool:
    """Clocks are real: what the card says is shorter by the speed of the world."""
    said = FAILED_AGAIN.search(card)
    if said is None:
        return False
    real = 60 * int(said[1] or 0) + int(said[2] or 0)
    minutes = real * story.world.pace.speed / 60
    story.mark(f"after {minutes:.0f} minutes of the world")
    return AGAIN / 60 - 1 <= minutes <= AGAIN / 60 + LATE


async def new_error(story: Story) -> None:
    """Every question ends with a traceback since the rollback; no check is about that."""
    await settled(story)
    await claude_in_use(story)
    quiet, good = len(story.audible()), story.newest_deploy()
    await BY_NAME["bad-deploy"].flip(story.world)
    await story.until("it is live", lambda: bad_deploy.is_live(story, good["id"]), 120)
    await story.until("it crashes", lambda: story.state() == "crashed", 60)
    story.mark(BROKEN)
    await paged(story, quiet, bad_deploy.HEADLINE, bad_deploy.CAUSE)
    await story.until("a rollback is offered", lambda: story.button("Roll back…"), 60)
    await approved(story, bad_deploy.WANTED)
    # Then all that people said meanwhile is answered: what fails is a question now and then.
    await story.until("it stays up", lambda: story.saying("Stayed up for"), 120)
    story.world.claude.switch("rate_limited", on=True)
    story.mark("every question fails")
    await says_that_it_is_new(story)
    await story.wait(GOES_ON)
    never_resolved(story)
    story.world.claude.switch("rate_limited", on=False)
    story.mark("questions are answered again")
    await resolved(story)
    story.must("nothing more was done", sum(w.startswith("POST") for w in story.writes()) == 1)
    written(story, quiet, "a new error since the rollback", "was not enough")


async def says_that_it_is_new(story: Story) -> None:
    limit = story.world.pace.real(22 * 60) + 60
    said = "a new error since the rollback"
    page = await story.until("it says so", lambda: story.saying(said), limit)
    story.must("and which", "RateLimitError" in words(page))
    await story.until("on the card", lambda: story.saying("is back, with a new error"), 30)
    await story.until("and what was tried", lambda: story.saying("Tried: rollback"), 30)


NIGHTS = (
    Night(
        "comes-back",
        "the fault returns eight minutes after the restart: it is not over",
        comes_back,
        severity="P0",
        fastest=60.0,
    ),
    Night(
        "new-error",
        "a new error appears after the rollback, though every check passes",
        new_error,
        severity="P0",
        fastest=32.0,
    ),
)
