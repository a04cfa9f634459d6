"""A deploy with a wrong import goes live and crashes at every start; Ann rolls it back."""

from __future__ import annotations

from bot.sandbox import cast
from bot.sandbox.nights.cause import Right
from bot.sandbox.nights.steps import decided, paged, written
from bot.sandbox.nights.story import BROKEN, Night, Story, settled, words
from bot.sandbox.switches import BY_NAME

HEADLINE = f"🔴 P0 {cast.SERVICE} is down for everyone"
CAUSE = Right("import_error", accuses=True)
WANTED = ("Yes, roll back", "Roll back…")


async def play(story: Story) -> None:
    await settled(story)
    quiet, good = len(story.audible()), story.newest_deploy()
    await BY_NAME["bad-deploy"].flip(story.world)
    story.mark("the bad version is pushed")
    await story.until("it is live", lambda: is_live(story, good["id"]), 120)
    bad = story.newest_deploy()
    await story.until("it crashes", lambda: story.state() == "crashed", 60)
    story.mark(BROKEN)
    await paged(story, quiet, HEADLINE, CAUSE)
    offers = await story.until("a rollback is offered", lambda: story.button("Roll back…"), 60)
    story.must("before anything else", "Roll back" in story.labels(offers)[0])
    await decided(story, WANTED, lambda: story.state() == "running")
    asked_for_both(story, str(good["id"]), str(bad["id"]))
    put_right(story, good, bad)
    written(story, quiet, "ImportError", "To do: Auto", "rollback, approved by Ann")
    await remembered(story)


def is_live(story: Story, before: object) -> bool:
    newest = story.newest_deploy()
    return bool(newest["id"] != before and newest["status"] == "live")


def asked_for_both(story: Story, good: str, bad: str) -> None:
    """The question named what it goes from and what it goes back to."""
    asked = [text for _, text in story.seen if "Back to" in text]
    story.must("the question named both deploys", any(good in t and bad in t for t in asked))


def put_right(story: Story, good: dict[str, object], bad: dict[str, object]) -> None:
    service = story.world.service
    posts = [w for w in story.writes() if w.startswith("POST")]
    story.must("no approval was carried out twice", 1 <= len(posts) <= story.approved())
    story.must("it was rolled back exactly once", story.killed or len(posts) == 1)
    story.must("by the platform's rollback", posts[0].endswith("/rollback"))
    newest = story.newest_deploy()
    story.must("a third deploy is live", newest["id"] not in {good["id"], bad["id"]})
    story.must("with the commit before", newest["commit"] == good["commit"])
    story.must("auto-deploy is off", service.settings.auto_deploy_trigger == "off")


async def remembered(story: Story) -> None:
    """What the quick fix left to do is on the list until somebody says that it is done."""
    story.say(cast.ANN, "/todo")
    await story.until("the to-do is listed", lambda: story.saying("thing left to do"), 60)
    card = await story.until("and on the card", lambda: story.button("To-do is done"), 60)
    await story.tap_label(cast.ANN, card, "To-do is done")
    gone = "the to-do is gone from the card"
    await story.until(gone, lambda: "Still to do" not in words(story.same(card)), 60)


NIGHT = Night(
    "bad-deploy",
    "a deploy with a wrong import crash-loops; Ann rolls it back",
    play,
    severity="P0",
    right=("rollback",),
)
