"""Nights that people put right themselves, led by the card, and that are seen to be over."""

from __future__ import annotations

import re

from bot.sandbox import cast
from bot.sandbox.nights.cause import Right
from bot.sandbox.nights.steps import paged, resolved, written
from bot.sandbox.nights.story import BROKEN, Night, Story, buttons, settled, words
from bot.sandbox.switches import BY_NAME

WAY = "Look after the database"
LETTER = re.compile(rf"^([A-J]) {WAY}", re.MULTILINE)
STEPS = 3
ADDED = "I have added it"
STILL = "Nothing was done"


async def way_chosen(story: Story) -> None:
    """Ann chooses what no act does, Ben ticks a step of it, and the proof is of what they did."""
    await settled(story)
    quiet = len(story.audible())
    await BY_NAME["database-full"].flip(story.world)
    story.mark(BROKEN)
    headline = f"🔴 P0 {cast.SERVICE} cannot reach its database"
    await paged(story, quiet, headline, Right("database_saturated"))
    card = await story.until("the way out is named", lambda: story.saying(WAY), 60)
    letter = LETTER.search(words(card))
    story.must("by its letter", letter)
    await tapped(story, cast.ANN, f"{letter[1]} 🧭" if letter else "")
    for step in range(1, STEPS + 1):
        who = cast.BEN if step == 2 else cast.ANN  # noqa: PLR2004 - one step is his
        await tapped(story, who, f"{step} done")
    await tapped(story, cast.ANN, "verify now")
    await BY_NAME["database-full"].flip(story.world, on=False)
    story.mark("it is repaired")
    await resolved(story)
    story.must("nothing was asked of the platform", not story.writes())
    written(story, quiet, "Way out chosen (Ann)", "Step done (Ben)", "3 of 3 steps")


async def variable_added(story: Story) -> None:
    """Ann says too early that she has added it; then she has, and the redeploy takes it up."""
    await settled(story)
    quiet = len(story.audible())
    await BY_NAME["missing-variable"].flip(story.world)
    story.mark(BROKEN)
    headline = f"🔴 P0 {cast.SERVICE} is down for everyone"
    await paged(story, quiet, headline, Right("missing_env_var", accuses=True))
    await story.until("the card says where it is added", lambda: story.saying("read names"), 60)
    await too_early(story)
    story.must("nothing was done", not story.writes())
    file = story.world.disk.folder / cast.JOURNAL
    story.world.service.settings.env[cast.JOURNAL_VARIABLE] = str(file)
    story.mark("Ann adds it on the dashboard")
    await tapped(story, cast.ANN, ADDED)
    asked = await story.until("it asks", lambda: story.button("Yes, redeploy"), 30)
    story.must("the question rests on the names of now", "was started without" in words(asked))
    await tapped(story, cast.ANN, "Yes, redeploy")
    await resolved(story)
    story.must("it runs", story.state() == "running")
    story.must(
        "one deploy was asked for", [w.split("/")[-1] for w in story.writes()] == ["deploys"]
    )
    written(story, quiet, "Approved (Ann): redeploy")


async def tapped(story: Story, who: cast.Somebody, label: str) -> None:
    message = await story.until(f"“{label}” can be tapped", lambda: story.button(label), 60)
    await story.tap_label(who, message, label)


async def too_early(story: Story) -> None:
    """The tap is answered at once, and by nothing else."""
    message = await story.until(f"“{ADDED}” can be tapped", lambda: story.button(ADDED), 60)
    data = next(b["callback_data"] for b in buttons(message) if ADDED in b["text"])
    telegram = story.world.telegram
    tap = telegram.tap(cast.ANN.id, cast.ON_CALL_CHAT, message["message_id"], data)
    await story.until("it is still missing", lambda: STILL in (telegram.tapped(tap).text or ""), 30)


NIGHTS = (
    Night(
        "way-chosen",
        "what no act does: Ann chooses the way, two people tick its steps, and it helps",
        way_chosen,
        severity="P0",
    ),
    Night(
        "variable-added",
        "a variable is gone: Ann adds it, and says so; its redeploy takes it up",
        variable_added,
        severity="P0",
    ),
)
