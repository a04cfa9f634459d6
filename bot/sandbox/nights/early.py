"""No night may call it over early: not before the whole proof, and not soon after an act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.sandbox import cast
from bot.sandbox.nights.story import NUMBER, Story
from bot.sandbox.plan import whole_proof
from bot.sandbox.seen import Step

OVER = "resolved after"
STEPS = ("back", "watch", "health", "regression", "regression", "regression")
SLACK = 0.05  # real seconds: clocks of two processes, and a timer that may fire a moment early


def never_early(story: Story) -> None:
    """Of every all-clear so far: by what the watchdog wrote, and by what reached the others."""
    least = whole_proof(story.world.pace, brief=story.world.brief) - SLACK
    if not story.killed:  # then lines of its log are lost, and what is left is not the whole
        for steps in proofs(story.world.watchdog.seen.steps):
            took = (steps[-1].at - steps[0].at).total_seconds()
            story.must("every step held, in order", tuple(s.phase for s in steps[:-1]) == STEPS)
            story.must(f"the proof took {took:.2f} s", took >= least)
    acts = [call.at for call in story.world.render.journal if call.method == "POST"]
    for at in cleared(story):
        since = min(((at - act).total_seconds() for act in acts if act < at), default=least)
        story.must(f"no all-clear soon after an act: {since:.2f} s", since >= least)


def proofs(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The steps of each proof that held, with the word that it is over at its end."""
    held: dict[int, list[Step]] = {}
    for step in steps:
        if step.phase == "back" or step.came == "persisted":
            held[step.incident] = []
        held.setdefault(step.incident, []).append(step)
        if step.came == "recovered":
            yield held.pop(step.incident)


def cleared(story: Story) -> list[datetime]:
    """When the watchdog's first word of each all-clear reached Telegram."""
    calls: Any = story.world.telegram.journal
    said: dict[tuple[str, ...], datetime] = {}
    for call in calls:
        text = str(call.params.get("text", "")) if call.status else ""
        if OVER in text and str(call.params.get("chat_id")) == str(cast.ON_CALL_CHAT):
            told = (text.partition("\n")[0], *NUMBER.findall(text))
            said.setdefault(told, datetime.fromisoformat(call.at))
    return list(said.values())
