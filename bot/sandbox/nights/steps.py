"""The steps that nights share: the page, the decision, the proof, the report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bot.sandbox import cast
from bot.sandbox.nights.announced import as_announced
from bot.sandbox.nights.cause import Right, explained, triaged
from bot.sandbox.nights.early import never_early
from bot.sandbox.nights.person import on_call
from bot.sandbox.nights.story import PAGED, Story, numbers, words

SECTIONS = ("Summary", "Timeline", "Impact", "Root cause", "Resolution", "Prevention", "Lessons")


async def paged(story: Story, quiet: int, headline: str, cause: Right) -> None:
    """The page comes, says what is broken for users, and why; nothing is done yet."""
    await story.until(PAGED, lambda: len(story.audible()) > quiet, 60)
    await triaged(story, set())
    await story.until("it says what is broken", lambda: story.saying(headline), 30)
    await explained(story, set(), cause)
    story.must("nothing is done unasked", not story.writes())


async def decided(story: Story, wanted: Sequence[str], proved: Callable[[], object]) -> None:
    """Ann taps the first of the wanted buttons that she sees, until it is proved to be over."""
    ann = asyncio.create_task(on_call(story, cast.ANN, wanted))
    try:
        await story.until("Ann says yes", lambda: story.tapped(wanted[0]), 60)
        await story.until("the platform is asked", story.writes, 120)
        await story.until("its effect is looked for", lambda: story.saying("that it is over"), 180)
        await resolved(story)
        story.must("what was proved holds", proved())
    finally:
        ann.cancel()


async def resolved(story: Story) -> None:
    """Every step of the proof takes its scaled time; slow machines get some more."""
    proof = story.world.pace.real(22 * 60) * 2 + 240
    await story.until("the all-clear has arrived", lambda: story.saying("resolved after"), proof)
    never_early(story)
    as_announced(story)
    await story.until("the report has arrived", lambda: the_report(story), 60)
    await story.until("the all-clear names it", lambda: story.saying("Report: incident-"), 60)


async def refused(story: Story, typed: str, why: str) -> None:
    """Ann types it, and is told why not."""
    before = len(story.messages())
    story.say(cast.ANN, typed)

    def answer() -> bool:
        return any(why in str(m.get("text")) for m in story.messages()[before:])

    await story.until(f"{typed} is refused: {why}", answer, 30)


def never_resolved(story: Story) -> None:
    story.must("nobody was told that it is over", not story.saying("resolved after"))


def written(story: Story, quiet: int, *quotes: str) -> None:
    """One incident, one report, with the seed's sections and what was quoted."""
    files = list(story.world.places.reports.glob("incident-*.md"))
    story.must("one report is on disk", len(files) == 1)
    text = files[0].read_text()
    story.must("it has the seed's sections", all(f"## {name}" in text for name in SECTIONS))
    for quote in quotes:
        story.must(f"the report says “{quote}”", quote in text)
    story.must("the file in the chat is that report", files[0].name in str(the_report(story)))
    pages = [words(m) for m in story.audible()[quiet:]]
    story.must(f"pushes: {len(pages) - 1}", len(pages) > 1)
    story.must(f"incidents opened: {len(numbers(story))}", len(numbers(story)) == 1)
    story.must("and it was resolved with proof", "every check passes" in pages[-1])


def the_report(story: Story) -> object:
    return next((m["document"] for m in story.messages() if "document" in m), None)
