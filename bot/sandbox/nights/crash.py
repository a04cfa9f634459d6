"""The process dies with a traceback and stays down until somebody restarts it."""

from __future__ import annotations

from bot.sandbox import cast
from bot.sandbox.nights.cause import Right
from bot.sandbox.nights.steps import decided, paged, written
from bot.sandbox.nights.story import BROKEN, Night, Story, settled
from bot.sandbox.switches import BY_NAME

HEADLINE = f"🔴 P0 {cast.SERVICE} is down for everyone"
CAUSE = Right("code_error")
WANTED = ("Yes, restart", "Restart…")


async def play(story: Story) -> None:
    await settled(story)
    quiet = len(story.audible())
    await BY_NAME["crash"].flip(story.world)
    story.mark(BROKEN)
    await story.until("the process has died", lambda: story.state() == "crashed", 30)
    await paged(story, quiet, HEADLINE, CAUSE)
    await story.until("a restart is offered", lambda: story.button("Restart…"), 40)
    await decided(story, WANTED, lambda: story.state() == "running")
    done = len(story.writes())
    story.must("no approval was carried out twice", 1 <= done <= story.approved())
    story.must("it was restarted exactly once", story.killed or done == 1)
    written(story, quiet)
    story.must("the report quotes the traceback", quoted(story))


def quoted(story: Story) -> bool:
    text = next(story.world.places.reports.glob("incident-*.md")).read_text()
    return "UnpicklingError" in text or "EOFError" in text


NIGHT = Night(
    "crash",
    "the process dies with a traceback; Ann restarts it",
    play,
    severity="P0",
    right=("restart",),
)
