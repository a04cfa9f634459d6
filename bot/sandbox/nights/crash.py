"""The process dies with a traceback and stays down until somebody restarts it."""

from __future__ import annotations

import asyncio

from bot.sandbox import cast
from bot.sandbox.nights.person import on_call
from bot.sandbox.nights.story import Night, Story, settled, words
from bot.sandbox.switches import BY_NAME

HEADLINE = f"🔴 P0 {cast.SERVICE} is down for everyone"
SECTIONS = ("Summary", "Timeline", "Impact", "Root cause", "Resolution", "Prevention", "Lessons")
WANTED = ("Yes, restart", "Restart…")


async def play(story: Story) -> None:
    await settled(story)
    quiet = len(story.audible())
    await BY_NAME["crash"].flip(story.world)
    story.mark("the service is crashed")
    await down(story, quiet)
    ann = asyncio.create_task(on_call(story, cast.ANN, WANTED))
    try:
        await put_right(story)
    finally:
        ann.cancel()
    await counted(story, quiet)


async def down(story: Story, quiet: int) -> None:
    world = story.world
    await story.until("the process has died", lambda: world.snapshot_state() == "crashed", 30)
    await story.until("the page has arrived", lambda: len(story.audible()) > quiet, 60)
    await story.until("it says P0 and for whom", lambda: story.saying(HEADLINE), 20)
    await story.until("triage is on the card", lambda: story.saying("What was found"), 40)
    await story.until("a restart is offered", lambda: story.button("Restart…"), 40)
    story.must("nothing is done unasked", not story.writes())


async def put_right(story: Story) -> None:
    """Every step of the proof takes its scaled time; slow machines get some more."""
    await story.until("Ann says yes", lambda: story.tapped("Yes, restart"), 60)
    await story.until("the platform is asked to restart", story.writes, 120)
    await story.until("its effect is looked for", lambda: story.saying("that it is over"), 120)
    proof = story.world.pace.real(22 * 60) * 2 + 240
    await story.until("the all-clear has arrived", lambda: story.saying("resolved after"), proof)
    await story.until("the report has arrived", lambda: the_report(story), 60)
    await story.until("the all-clear names it", lambda: story.saying("Report: incident-"), 60)


async def counted(story: Story, quiet: int) -> None:
    report = the_report(story)
    done, approved = len(story.writes()), story.approved()
    story.must("no approval was carried out twice", 1 <= done <= approved)
    story.must("it was restarted exactly once", story.killed or done == 1)
    story.must("the service runs", story.world.snapshot_state() == "running")
    files = list(story.world.places.reports.glob("incident-*.md"))
    story.must("one report is on disk", len(files) == 1)
    text = files[0].read_text()
    story.must("it has the seed's sections", all(f"## {name}" in text for name in SECTIONS))
    story.must("it quotes the traceback", "UnpicklingError" in text or "EOFError" in text)
    story.must("the file in the chat is that report", report and files[0].name in str(report))
    pages = [words(m) for m in story.audible()[quiet:]]
    story.must("one incident was opened", not any("#2" in page for page in pages))
    story.must("and it was resolved with proof", "every check passes" in pages[-1])


def the_report(story: Story) -> object:
    return next((m["document"] for m in story.messages() if "document" in m), None)


NIGHT = Night("crash", "the process dies with a traceback; Ann restarts it", play)
