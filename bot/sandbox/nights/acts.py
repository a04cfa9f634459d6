"""Acts beside restart and rollback: a night in which each is right, and where each is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.sandbox import cast
from bot.sandbox.claude.message import SENTENCES
from bot.sandbox.nights.cause import newest
from bot.sandbox.nights.fault import over
from bot.sandbox.nights.person import on_call
from bot.sandbox.nights.story import BROKEN, PAGED, Night, Story, numbers, settled, words
from bot.sandbox.switches import BY_NAME
from bot.sandbox.traffic import ask_again_and_again

DOWN = f"P0 {cast.SERVICE} is down"
RETYPE_EVERY = 8.0  # real seconds
ASKED_OFF = "I cannot answer questions"  # what Life OS says while the feature is off
# The watchdog takes clocks to differ by five real seconds: what is set sooner after the begin of a
# deploy may be part of it.
SURELY_LATER = timedelta(seconds=6)


SUSPENDED = (
    ("suspend", "it is suspended already"),
    ("feature", "it has to be resumed first"),
    ("scale", "it has to be resumed first"),
)


async def begun(story: Story, switch: str, headline: str) -> set[int]:
    """It is broken and paged; return the incidents that were there before."""
    await settled(story)
    known, quiet = numbers(story), len(story.audible())
    await BY_NAME[switch].flip(story.world)
    story.mark(BROKEN)
    await story.until(PAGED, lambda: len(story.audible()) > quiet, 90)
    await story.until(f"as {headline}", lambda: story.saying(headline), 60)
    story.say(cast.ANN, "/ack")
    look = "What was found"
    await story.until("it is looked into", lambda: look in words(newest(story, known)), 60)
    return known


async def yes(story: Story, *wanted: str) -> None:
    """Ann taps the first of these that she sees, until it is done."""
    ann = asyncio.create_task(on_call(story, cast.ANN, wanted))
    done = len(story.writes())
    try:
        await story.until(f"Ann taps {wanted[0]}", lambda: story.tapped(wanted[0]), 90)
        await story.until("the platform is asked", lambda: len(story.writes()) > done, 60)
    finally:
        ann.cancel()


async def typed(story: Story, text: str, answer: str) -> None:
    """Ann types it, and is told why not; nothing is sent."""
    before, said = len(story.writes()), len(story.messages())

    def told() -> bool:
        return any(answer in words(m) for m in story.messages()[said:])

    story.say(cast.ANN, text)
    await story.until(f"{text}: {answer}", told, 60)
    story.must("and nothing is sent", len(story.writes()) == before)


async def asked(story: Story, text: str, question: str, *wanted: str) -> None:
    """Ann types it, reads what will be done, and says yes."""
    typing = asyncio.create_task(again_and_again(story, text))
    try:
        await story.until(f"{text}: {question}", lambda: story.saying(question), 60)
    finally:
        typing.cancel()
    await yes(story, *wanted)


async def again_and_again(story: Story, text: str) -> None:
    """While something new fails it is looked into anew, and nothing can be asked for meanwhile."""
    while True:
        story.say(cast.ANN, text)
        await asyncio.sleep(RETYPE_EVERY)


async def ended(story: Story, known: set[int], proved: Callable[[], object]) -> None:
    opened = numbers(story) - known
    story.must(f"incidents opened: {len(opened)}", len(opened) == 1)
    await over(story, max(opened))
    story.must("what was proved holds", proved())


def sent(story: Story, since: int, *ends: str) -> None:
    """Exactly these calls, in this order: none twice, none besides."""
    calls = story.writes()[since:]
    right = len(calls) == len(ends) and all(c.endswith(e) for c, e in zip(calls, ends, strict=True))
    story.must(f"sent: {', '.join(call.rpartition('/')[2] for call in calls)}", right)


async def suspended(story: Story) -> None:
    since = len(story.writes())
    known = await begun(story, "suspend", DOWN)
    await story.until("it is offered", lambda: story.button("Resume"), 60)
    for (act, why), wish in zip(SUSPENDED, ("", " ask off", " 1"), strict=True):
        await typed(story, f"/act {act}{wish}", why)
    await yes(story, "Resume")
    await ended(story, known, lambda: story.state() == "running")
    sent(story, since, "/resume")


async def stopped_on_purpose(story: Story) -> None:
    """It can only do harm until somebody has put the database right."""
    since = len(story.writes())
    known = await begun(story, "crash-loop", DOWN)
    stops = "Stops every instance of life-os"
    await asked(story, "/act suspend", stops, "Yes, suspend")
    await story.until("it stands still", lambda: story.world.service.suspended, 30)
    resume = await story.until("resuming is offered at once", lambda: story.button("Resume"), 60)
    story.must("and stands as a to-do", "is suspended: resume it" in words(story.same(resume)))
    await BY_NAME["crash-loop"].flip(story.world, on=False)
    await yes(story, "Resume")
    await ended(story, known, lambda: story.state() == "running")
    sent(story, since, "/suspend", "/resume")


async def two_copies(story: Story) -> None:
    since = len(story.writes())
    known = await begun(story, "second-copy", cast.SERVICE)
    await typed(story, "/act scale 3", "polls Telegram")
    await yes(story, "Yes, scale", "Scale…")
    await ended(story, known, lambda: len(story.world.service.serving) == 1)
    sent(story, since, "/scale")


async def feature_off(story: Story) -> None:
    """Claude is away: the questions are switched off, then on again."""
    since = len(story.writes())
    story.world.doings.begin("asking", ask_again_and_again(story.world.telegram))
    try:
        known = await begun(story, "claude-away", f"{cast.SERVICE} fails for several users")
        await story.until("it is them", lambda: story.button("Switch feature"), 90)
        await typed(story, "/restart", "restart is not on offer")
        await yes(story, "Yes, switch feature", "Switch feature…")
        await answered(story, "nobody meets an error any more", ASKED_OFF)
        await BY_NAME["claude-away"].flip(story.world, on=False)
        story.mark("Claude is back")
        await ended(story, known, lambda: story.state() == "running")
        await answered(story, "questions are still switched off", ASKED_OFF)
        story.say(cast.ANN, "/todo")
        todo = "on again once Anthropic is back"
        await story.until("it is not forgotten", lambda: story.saying(todo), 60)
        await switched_on_again(story)
    finally:
        story.world.doings.end("asking")
    sent(story, since, f"/{cast.ASK_VARIABLE}", "/deploys", f"/{cast.ASK_VARIABLE}", "/deploys")


async def switched_on_again(story: Story) -> None:
    known = numbers(story)
    story.say(cast.ANN, "/incident ask is switched off")
    await story.until("it is offered", lambda: story.button("Switch feature"), 60)
    question = f"Switches ask of {cast.SERVICE} on"
    await asked(story, "/act feature ask on", question, "Yes, switch feature")
    await ended(story, known, lambda: story.state() == "running")
    await answered(story, "questions are answered again", *SENTENCES)


async def answered(story: Story, what: str, *texts: str) -> None:
    """From now on somebody who asks Life OS is told one of these."""
    before = len(heard(story))

    def told() -> bool:
        return any(text in said for said in heard(story)[before:] for text in texts)

    await story.until(what, told, 120)


def heard(story: Story) -> list[str]:
    """What the watched bot has said to its user."""
    chat = story.world.telegram.messages(cast.UMA.id)
    return [words(m) for m in chat if m["from"]["is_bot"]]


async def bad_setting(story: Story) -> None:
    since = len(story.writes())
    known = await begun(story, "wrong-setting", DOWN)
    await story.until("some time has passed", lambda: deployed_long_ago(story), 30)
    setting = f"/act set-variable {cast.TICK_VARIABLE}=2"
    await asked(story, setting, "in place of “often”", "Yes, set variable")
    await story.until("a redeploy is offered", lambda: story.button("Redeploy…"), 60)
    await yes(story, "Yes, redeploy", "Redeploy…")
    await ended(story, known, lambda: story.state() == "running")
    sent(story, since, f"/{cast.TICK_VARIABLE}", "/deploys")


def deployed_long_ago(story: Story) -> bool:
    newest = story.world.service.history.latest
    return newest is not None and datetime.now(UTC) - newest.created_at > SURELY_LATER


REFUSALS: Sequence[tuple[str, str]] = (
    ("resume", "it is not suspended"),
    ("scale 2", "a second copy would fight the first"),
    ("scale 1", "it has 1 instance already"),
    ("scale many", "a whole number of instances"),
    ("feature ask on", "ask is switched on already"),
    ("feature chat off", "it needs a feature (ask) and on or off"),
    (f"set-variable {cast.TICK_VARIABLE}=2", "is “2” already"),
    ("set-variable DATABASE_URL=x", "only what the settings call settable"),
    ("set-variable", "it needs a name and a value"),
)


async def wrong_acts(story: Story) -> None:
    """Nothing is wrong, and somebody tries everything: each time the reason why not."""
    await settled(story)
    known, since = numbers(story), len(story.writes())
    story.say(cast.ANN, "/incident just trying things")
    await story.until("it is open", lambda: numbers(story) - known, 60)
    await story.until("and looked into", lambda: story.button("Restart"), 60)
    for wish, why in REFUSALS:
        await typed(story, f"/act {wish}", why)
    story.say(cast.ANN, "/resolve tried it all")
    await story.until("it is over", lambda: story.saying("tried it all"), 60)
    sent(story, since)


NIGHTS = (
    Night(
        "suspended",
        "somebody suspends it; Ann resumes it with one tap",
        suspended,
        brief=True,
        severity="P0",
        right=("resume",),
        refuses=SUSPENDED,
    ),
    Night(
        "stopped-on-purpose",
        "it crashes at every start; Ann suspends it until that is put right",
        stopped_on_purpose,
        brief=True,
        severity="P0",
        right=("suspend", "resume"),
    ),
    Night(
        "two-copies",
        "scaled to two, its copies fight for the messages; Ann scales it back",
        two_copies,
        brief=True,
        severity="P1",
        right=("scale",),
    ),
    Night(
        "feature-off",
        "Claude is down; Ann switches the questions off, and on again later",
        feature_off,
        brief=True,
        severity="P1",
        right=("feature",),
    ),
    Night(
        "bad-setting",
        "a variable is set wrong; Ann sets it right and redeploys",
        bad_setting,
        brief=True,
        severity="P0",
        right=("set-variable", "redeploy"),
    ),
    Night(
        "wrong-acts",
        "somebody asks for acts that do not fit, and is told why not",
        wrong_acts,
        brief=True,
        refuses=tuple((wish.split()[0], why) for wish, why in REFUSALS),
    ),
)
