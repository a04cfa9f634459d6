"""What must be seen of the cause: the right one or none, in time, and nobody accused in vain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.sandbox.nights.story import PAGED, Story, numbers, words
from bot.sandbox.seen import Note

TRIAGED = "triage is on the card"
TRIAGE_WITHIN = 10.0  # real seconds after the page: what the product promises, at any speed
NOT_KNOWN = "none"
HEADS = {
    "confirmed": "🔎 Cause:",
    "likely": "🔎 Likely cause:",
    "inconclusive": "🔎 Cause not known:",
}
ACCUSED = re.compile(r"• (?:perhaps )?deploy |suspect: |new since deploy")
PERHAPS = re.compile(r"• (perhaps deploy [^\n]*)")
FIRMLY = re.compile(r"• deploy |new since deploy")
ROLLBACK = "Roll back"
INVENTED = "drop_database"  # an act that no list has


@dataclass(frozen=True)
class Right:
    """The category that the card may name, or `else_`; besides, only "not known" is right.

    `accuses`: a deploy has brought it, and may be named. Of another one "perhaps" may be said, as
    nights of one world, with their deploys, follow each other within minutes; not where one is
    `strict`: there an innocent deploy lies in wait. `says` must stand on the card. `unsaid` is
    the line on a Claude that fails, if it is asked. `rolls_back`: a rollback may be offered.
    """

    category: str
    else_: str = ""
    accuses: bool = False
    says: str = ""
    unsaid: str = ""
    rolls_back: bool = True
    strict: bool = False


async def triaged(story: Story, known: set[int]) -> None:
    """The first evidence stands on the card of the newest incident, soon after the page."""
    look = "What was found"
    await story.until(TRIAGED, lambda: look in words(newest(story, known)), 40)
    at = {what: when for when, what in story.marks}
    took = at[TRIAGED] - at[PAGED]
    story.must(f"triage took {took:.1f} s", took <= TRIAGE_WITHIN or story.killed)


async def explained(story: Story, known: set[int], right: Right) -> None:
    """All looks are done, and the card says what they make of it."""
    look = "explained" if story.world.asks_claude else "investigated"
    note = await story.until(
        f"it is {look}", lambda: settled(story, known, look) or story.killed, 90
    )
    if not isinstance(note, Note):
        return  # with a killed watchdog the line of its log may be lost, not the note
    said = f"cause: {note.category}, {note.sure}"
    story.must(said, note.category in {right.category, right.else_ or NOT_KNOWN, NOT_KNOWN})
    await story.until("the card says so", lambda: tells(story, known), 30)
    unsaid = right.unsaid if story.world.asks_claude else ""
    for text in filter(None, (right.says, unsaid)):
        await story.until(f"it says “{text}”", partial(shown, story, known, text), 30)
    await fair(story, known, right)


def tells(story: Story, known: set[int]) -> bool:
    """What the newest look made of it: more may have begun to fail meanwhile."""
    notes = [n for n in story.world.watchdog.seen.notes if n.incident not in known]
    return HEADS[notes[-1].sure] in words(newest(story, known))


async def fair(story: Story, known: set[int], right: Right) -> None:
    """On the card of the last look: until then new errors may be said to be new since a deploy."""
    if not right.accuses:
        await story.until(
            "no deploy is accused in vain", lambda: not accusations(story, known, right), 30
        )
    card = newest(story, known)
    for accused in PERHAPS.findall(words(card)):
        story.mark(f"it says: {accused}")
    said, labels = words(card), " ".join(story.labels(card))
    story.must("no rollback in vain", right.rolls_back or ROLLBACK not in labels)
    story.must("no act is invented", INVENTED not in f"{said} {labels}")


def accusations(story: Story, known: set[int], right: Right) -> list[str]:
    pattern = ACCUSED if right.strict else FIRMLY
    return pattern.findall(words(newest(story, known)))


def shown(story: Story, known: set[int], text: str) -> bool:
    return text in words(newest(story, known))


def settled(story: Story, known: set[int], look: str) -> Note | None:
    notes = [n for n in story.world.watchdog.seen.notes if n.incident not in known]
    return next((n for n in reversed(notes) if n.look == look), None)


def newest(story: Story, known: set[int]) -> dict[str, Any]:
    """The card of the newest incident that is not one of the known."""
    opened = numbers(story) - known
    return story.saying(f"Incident #{max(opened)}") or {} if opened else {}
