"""PostgreSQL stops: Ann has it restarted, or it comes back by itself."""

from __future__ import annotations

from bot.sandbox import cast
from bot.sandbox.nights.cause import Right
from bot.sandbox.nights.steps import decided, paged, resolved, written
from bot.sandbox.nights.story import BROKEN, Night, Story, settled, words
from bot.sandbox.switches import BY_NAME

HEADLINE = f"🔴 P0 {cast.SERVICE} cannot reach its database"
CAUSE = Right("database_unreachable", rolls_back=False)
WANTED = ("Yes, restart database", "Restart database…")
AWAY = 300.0  # world seconds


async def restarted(story: Story) -> None:
    quiet = await stopped(story)
    card = await story.until("it is offered", lambda: story.button("Restart database…"), 60)
    story.must("before anything else", "Restart database" in story.labels(card)[0])
    await decided(story, WANTED, lambda: story.world.postgres.state == "running")
    writes = story.writes()
    story.must("no approval was carried out twice", 1 <= len(writes) <= story.approved())
    story.must("it was restarted exactly once", story.killed or len(writes) == 1)
    story.must("the database, not the service", writes[0].startswith("POST /postgres/"))
    written(story, quiet, "refused", "database restart, approved by Ann")


async def back_by_itself(story: Story) -> None:
    quiet = await stopped(story)
    await story.until("it is offered", lambda: story.button("Restart database…"), 60)
    await story.wait(AWAY)
    await BY_NAME["database-stop"].flip(story.world, on=False)
    story.mark("the database is back")
    await story.until("the proof begins", lambda: story.saying("that it is over"), 120)
    await resolved(story)
    story.must("nothing was done", not story.writes())
    written(story, quiet, "refused", "Recovered without an act of ours")


async def stopped(story: Story) -> int:
    """How many audible messages there were before it stopped."""
    await settled(story)
    quiet = len(story.audible())
    await BY_NAME["database-stop"].flip(story.world)
    story.mark(BROKEN)
    await paged(story, quiet, HEADLINE, CAUSE)
    card = words(story.saying(HEADLINE) or {})
    story.must("refused, it says", "postgres: refused" in card)
    story.must("and not that it gives no answer in time", "no answer in" not in card)
    return quiet


NIGHTS = (
    Night(
        "database-down",
        "PostgreSQL stops; Ann has it restarted",
        restarted,
        severity="P0",
        right=("restart-database",),
    ),
    Night(
        "database-back", "PostgreSQL stops and comes back by itself", back_by_itself, severity="P0"
    ),
)
