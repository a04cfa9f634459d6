"""An hour in which nothing is wrong: not a single incident may open."""

from __future__ import annotations

import asyncio

from bot.sandbox import cast
from bot.sandbox.nights.story import Night, Story, settled, words

HOUR = 3600.0  # world seconds


async def play(story: Story) -> None:
    await settled(story)
    said, quiet = len(story.messages()), len(story.audible())
    await asyncio.sleep(story.world.pace.real(HOUR))
    story.mark("an hour has passed")
    new = [words(m) for m in story.messages()[said:]]
    story.must(f"the watchdog kept silent{f' but said {new[0]!r}' if new else ''}", not new)
    story.must("pushes: 0", len(story.audible()) == quiet)
    story.must("it did nothing to the service", not story.writes())
    story.say(cast.ANN, "/report")
    await story.until("no incident was opened", lambda: story.saying("no incident yet"), 20)
    story.must("the service was used meanwhile", used(story))


def used(story: Story) -> bool:
    """Uma's messages were answered by the watched bot."""
    chat = story.world.telegram.messages(cast.UMA.id)
    answers = [m for m in chat if m["from"]["id"] != cast.UMA.id]
    return len(answers) > 1


NIGHT = Night("nothing-wrong", "a quiet hour in which no incident may open", play)
