"""A scripted person on call: taps what is offered, and taps again when nothing comes of it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence

from bot.sandbox.cast import Somebody
from bot.sandbox.nights.story import Story

REACTION = 0.6  # real seconds between two looks at the phone
PATIENCE = 5.0  # real seconds until a command is typed again


async def on_call(story: Story, who: Somebody, wanted: Sequence[str], types: str = "") -> None:
    """Tap the first of the wanted buttons on the newest card that has any, for ever.

    Taps get lost while the watchdog is away (Telegram keeps them 150 s), so a button that still
    stands there is tapped again, as people do; and what was typed in vain is typed again.
    """
    typed = -math.inf
    while True:
        await asyncio.sleep(REACTION)
        if await taps(story, who, wanted) or not types or story.writes():
            continue
        if time.monotonic() - typed > PATIENCE:
            story.say(who, types)
            typed = time.monotonic()


async def taps(story: Story, who: Somebody, wanted: Sequence[str]) -> bool:
    for message in reversed(story.messages()):
        labels = story.labels(message)
        want = next((w for w in wanted if any(w in label for label in labels)), None)
        if want:
            await story.tap_label(who, message, want)
            return True
    return False


async def typing(story: Story, who: Somebody, text: str) -> None:
    while True:
        story.say(who, text)
        await asyncio.sleep(PATIENCE)
