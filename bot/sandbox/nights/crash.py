"""The process dies with a traceback and stays down until somebody restarts it."""

from __future__ import annotations

from bot.sandbox import cast
from bot.sandbox.nights.story import Night, Story, settled, words
from bot.sandbox.switches import BY_NAME

HEADLINE = f"🔴 P0 {cast.SERVICE} is down for everyone"
SECTIONS = ("Summary", "Timeline", "Impact", "Root cause", "Resolution", "Prevention", "Lessons")


async def play(story: Story) -> None:
    await settled(story)
    quiet = len(story.audible())
    await BY_NAME["crash"].flip(story.world)
    story.mark("the service is crashed")
    await down(story, quiet)
    await restart(story)
    await proved(story)
    await counted(story, quiet)


async def down(story: Story, quiet: int) -> None:
    world = story.world
    await story.until("the process has died", lambda: world.snapshot_state() == "crashed", 30)
    await story.until("the page has arrived", lambda: len(story.audible()) > quiet, 60)
    await story.until("it says P0 and for whom", lambda: story.saying(HEADLINE), 20)
    await story.until("triage is on the card", lambda: story.saying("What was found"), 40)


async def restart(story: Story) -> None:
    message, data = await story.until("a restart is offered", lambda: story.button("Restart…"), 40)
    story.tap(cast.ANN, message, data)
    message, data = await story.until("it asks again", lambda: story.button("Yes, restart"), 40)
    story.must("nothing is done before the yes", not story.writes())
    story.tap(cast.ANN, message, data)
    await story.until("the platform is asked to restart", story.writes, 40)
    await story.until("the restart is seen", lambda: story.saying("checking that it is over"), 90)


async def proved(story: Story) -> None:
    """Every step of the proof takes its scaled time; slow machines get some more."""
    pace = story.world.pace
    proof = pace.real(22 * 60) * 2 + 120
    await story.until("the all-clear has arrived", lambda: story.saying("resolved after"), proof)
    await story.until("the report has arrived", lambda: the_report(story), 30)
    await story.until("the all-clear names it", lambda: story.saying("Report: incident-"), 30)


async def counted(story: Story, quiet: int) -> None:
    report = the_report(story)
    story.must("the service was restarted exactly once", len(story.writes()) == 1)
    story.must("the service runs", story.world.snapshot_state() == "running")
    files = list(story.world.places.reports.glob("incident-*.md"))
    story.must("one report is on disk", len(files) == 1)
    text = files[0].read_text()
    story.must("it has the seed's sections", all(f"## {name}" in text for name in SECTIONS))
    story.must("it quotes the traceback", "UnpicklingError" in text or "EOFError" in text)
    story.must("the file in the chat is that report", report and files[0].name in str(report))
    pages = [words(m) for m in story.audible()[quiet:]]
    cards = [p for p in pages if "Incident #" in p and "↻" not in p]
    story.must("one incident was opened", len(cards) == 1)
    story.must("and it was resolved with proof", "every check passes" in (pages[-1] or ""))


def the_report(story: Story) -> object:
    return next((m["document"] for m in story.messages() if "document" in m), None)


NIGHT = Night("crash", "the process dies with a traceback; Ann restarts it", play)
