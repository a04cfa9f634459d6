"""The process dies and nobody answers: it is done by itself; or somebody is there after all."""

from __future__ import annotations

from bot.sandbox import cast
from bot.sandbox.nights.crash import CAUSE, HEADLINE, WANTED
from bot.sandbox.nights.steps import decided, paged, resolved, written
from bot.sandbox.nights.story import BROKEN, Night, Story, settled, words
from bot.sandbox.switches import BY_NAME

TOLD = """
[autopilot]  # real minutes: a restart and its pages take as long at any speed
acts = ["restart"]
after_minutes = 0.25
"""
PATIENCE = 15.0  # real seconds: that of the settings
ANNOUNCED = "by myself unless somebody says no"
RESTART = "/restart"


async def nobody(story: Story) -> None:
    await settled(story)
    quiet = len(story.audible())
    await dies(story, quiet)
    await story.until("it is announced", lambda: story.saying(ANNOUNCED), PATIENCE + 30)
    story.must("nothing is done before its time", not story.writes())
    story.must("it is heard", ANNOUNCED in words(story.audible()[-1]))
    await story.until("its time stands there", lambda: story.saying("🤖 At "), 30)
    await story.until("the platform is asked", story.writes, PATIENCE + 60)
    await story.until("it is told", lambda: story.saying("by myself at"), 60)
    story.must("by whom, and why", story.saying("nobody answered for"))
    await resolved(story)
    story.must("it runs", story.state() == "running")
    done = story.writes()
    story.must("it was restarted exactly once", [RESTART in one for one in done] == [True])
    written(story, quiet, "done by the autopilot", "Approved (autopilot): restart")


async def somebody(story: Story) -> None:
    """A silence keeps it from being announced; then Ben takes the incident under its eyes."""
    await settled(story)
    quiet = len(story.audible())
    story.say(cast.ANN, "/silence life-os telegram 2h because of a test")
    await story.until("it is silenced", lambda: story.saying("Silence until"), 30)
    await dies(story, quiet)
    await story.wait(PATIENCE * 1.5 / story.world.pace.real(1))
    story.must("nothing is announced while it is silenced", not story.saying("🤖"))
    story.say(cast.ANN, "/unsilence 1")
    await story.until("it is announced", lambda: story.saying(ANNOUNCED), PATIENCE + 30)
    story.say(cast.BEN, "/ack")
    await story.until("it is called off", lambda: story.saying("Nothing is done by itself"), 30)
    await story.wait(PATIENCE * 1.5 / story.world.pace.real(1))
    story.must("nothing was done", not story.writes())
    await story.until("a restart is offered", lambda: story.button("Restart…"), 60)
    await decided(story, WANTED, lambda: story.state() == "running")
    story.must("only what Ann approved was done", 1 <= len(story.writes()) <= story.approved())
    written(story, quiet, "Not done without a person", "approved by Ann")


async def dies(story: Story, quiet: int) -> None:
    await BY_NAME["crash"].flip(story.world)
    story.mark(BROKEN)
    await story.until("the process has died", lambda: story.state() == "crashed", 30)
    await paged(story, quiet, HEADLINE, CAUSE)


NIGHTS = (
    Night(
        "autopilot",
        "the process dies and nobody answers; it is restarted by itself, announced, once",
        nobody,
        severity="P0",
        told=TOLD,
    ),
    Night(
        "autopilot-called-off",
        "the same, but a silence, then somebody who has it, keeps it from being done by itself",
        somebody,
        severity="P0",
        told=TOLD,
    ),
)
