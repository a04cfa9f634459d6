"""Everything that can fail, one night each: how bad it is, and how few messages it takes."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.sandbox import cast
from bot.sandbox.nights.cause import ACCUSED, Right
from bot.sandbox.nights.fault import Darkness, Fault
from bot.sandbox.nights.steps import refused
from bot.sandbox.nights.story import BROKEN, PAGED, Night, Story, settled, words
from bot.sandbox.switches import BY_NAME
from bot.sandbox.traffic import ask_again_and_again

IMPORTED = 60.0  # real seconds: the first question makes Life OS load the SDK


async def claude_in_use(story: Story) -> None:
    """Somebody's question has been answered: what follows fails because of Claude alone."""

    def is_answered() -> bool:
        chat = story.world.telegram.messages(cast.UMA.id)
        asked = [n for n, m in enumerate(chat) if words(m).startswith("/ask")]
        return bool(asked) and len(chat) > asked[0] + 1

    await story.until("Claude has been asked", is_answered, IMPORTED)


async def claude_is_asked_much(story: Story) -> None:
    await claude_in_use(story)
    story.world.doings.begin("asking", ask_again_and_again(story.world.telegram))


async def asking_ends(story: Story) -> None:
    story.world.doings.end("asking")


async def it_says_that_it_flaps(story: Story) -> None:
    await story.until("the card says that it flaps", lambda: story.saying("flapping"), 120)


async def a_restart_of_it_is_refused(story: Story) -> None:
    await refused(story, "/restart database", "a fresh start of it would change nothing")


FAULTS = (
    Fault(
        "crash-loop",
        "crash-loop",
        "it dies again after every start",
        "P0",
        f"{cast.SERVICE} is down",
        cause=Right("code_error", "crash_loop"),
        also="failed",
        pushes=4,
    ),
    Fault(
        "out-of-memory",
        "leak",
        "memory really grows until the platform kills it",
        "P0",
        f"{cast.SERVICE} is down",
        cause=Right("out_of_memory"),
        also="memory",
        pushes=5,
        within=120,
        brief=False,  # it comes back and grows again: after a short proof that is another incident
    ),
    Fault(
        "deaf-poller",
        "hang",
        "it lives, its page answers, and it reads no messages",
        "P0",
        f"{cast.SERVICE} hears nobody",
        cause=Right("hang"),
        within=90,
    ),
    Fault(
        "missing-variable",
        "missing-variable",
        "a deploy lost a variable: it ends at every start",
        "P0",
        f"{cast.SERVICE} is down",
        cause=Right("missing_env_var", accuses=True, says="is not set"),
        pushes=4,
        within=90,
    ),
    Fault(
        "wrong-password",
        "wrong-password",
        "the database rejects the password",
        "P0",
        f"{cast.SERVICE} cannot reach its database",
        cause=Right("database_auth", says="no code cause", rolls_back=False, strict=True),
        also="rejects the password",
        after=a_restart_of_it_is_refused,
    ),
    Fault(
        "too-many-connections",
        "database-full",
        "every connection of the database is taken",
        "P0",
        f"{cast.SERVICE} cannot reach its database",
        cause=Right("database_saturated"),
        also="every connection is taken",
        pushes=2,
    ),
    Fault(
        "blocked-locks",
        "database-locks",
        "a forgotten session holds a lock that all writes wait for",
        "P0",
        cast.SERVICE,
        cause=Right("deadlock", "hang"),  # until the lock is seen, it only hangs
        also="report.py",
        pushes=2,
        within=90,
    ),
    Fault(
        "slow-database",
        "database-slow",
        "each answer of the database takes long",
        "P2",
        f"{cast.SERVICE} has a slow database",
        cause=Right("database_slow"),
        also="(limit 700 ms)",
        within=90,
    ),
    Fault(
        "upstream-outage",
        "claude-away",
        "Claude is down, and says so on its status page",
        "P1",
        f"{cast.SERVICE} fails for several users",
        cause=Right(
            "upstream_outage", unsaid="Claude is overloaded", rolls_back=False, strict=True
        ),
        also="statuspage",
        within=120,
        before=claude_is_asked_much,
        after=asking_ends,
    ),
    Fault(
        "rate-limit-loop",
        "rate-limit",
        "Claude refuses every call as too many",
        "P1",
        f"{cast.SERVICE} is held back by rate limits",
        cause=Right("upstream_rate_limit"),
        within=120,
        before=claude_in_use,
    ),
    Fault(
        "flapping",
        "flap",
        "it goes down and comes back again and again",
        "P0",
        f"{cast.SERVICE} is down",
        cause=Right("crash_loop"),
        pushes=5,
        stands=0,
        after=it_says_that_it_flaps,
        brief=False,
        fastest=60.0,  # so that the proof lasts longer than it stays up
    ),
    Fault(
        "certificate",
        "certificate",
        "its certificate ends in a few days",
        "P2",
        f"{cast.SERVICE} has a certificate that ends soon",
        cause=Right("tls", says="no code cause", rolls_back=False, strict=True),
    ),
    Fault(
        "disk-full",
        "disk-full",
        "it cannot write to its disk any more",
        "P1",
        f"{cast.SERVICE} has no room left on its disk",
        cause=Right("disk_full"),
        within=90,
    ),
)


async def harmless_deploy(story: Story) -> None:
    """Other words for a greeting go live, and all is well after it."""
    before = story.newest_deploy()["id"]
    await BY_NAME["harmless-deploy"].flip(story.world)

    def is_live() -> bool:
        newest = story.newest_deploy()
        return bool(newest["id"] != before and newest["status"] == "live")

    await story.until("a harmless deploy is live", is_live, 120)
    await settled(story)


async def harmless_deploy_that_claude_blames(story: Story) -> None:
    await harmless_deploy(story)
    await BY_NAME["claude-accuses"].flip(story.world)


async def claude_is_fair_again(story: Story) -> None:
    await BY_NAME["claude-accuses"].flip(story.world, on=False)


async def was_it_the_deploy(story: Story) -> None:
    """A person asks; the answer rests on what was looked at, and accuses nobody."""
    asked = "was it the last deploy?"
    story.say(cast.ANN, f"/ask {asked}")

    def answer() -> str | None:
        said = words(story.saying(asked) or {})
        return said if "as of" in said else None

    said = await story.until("the question is answered", answer, 90)
    story.must("the answer names what it rests on", re.search(r"\b[A-Z]\d\b", said))
    story.must("the answer accuses no deploy", not ACCUSED.search(said))


async def nobody_deployed_for_days(story: Story) -> None:
    story.world.service.history.backdate(timedelta(days=3))


# Whoever accuses the newest deploy is wrong.
async def a_rollback_is_greyed_out(story: Story) -> None:
    """The version before would not reach the database either."""
    said = "No rollback: the database does not answer, and the version before needs it too"
    await story.until("a rollback is greyed out, with its reason", lambda: story.saying(said), 30)
    await claude_is_fair_again(story)


INNOCENT = (
    Fault(
        "decoy-deploy",
        "database-stop",
        "a harmless deploy goes live, then PostgreSQL stops; Claude, if asked, blames the deploy",
        "P0",
        f"{cast.SERVICE} cannot reach its database",
        cause=Right("database_unreachable", says="no code cause", rolls_back=False, strict=True),
        also="refused",
        before=harmless_deploy_that_claude_blames,
        after=a_rollback_is_greyed_out,
    ),
    Fault(
        "no-code-cause",
        "disk-full",
        "nobody has deployed for days, and the disk is full",
        "P1",
        f"{cast.SERVICE} has no room left on its disk",
        cause=Right("disk_full", says="no code cause", rolls_back=False, strict=True),
        within=90,
        before=nobody_deployed_for_days,
    ),
    Fault(
        "innocent-commit",
        "wrong-password",
        "a harmless deploy goes live, then the database rejects the password",
        "P0",
        f"{cast.SERVICE} cannot reach its database",
        cause=Right("database_auth", says="no code cause", rolls_back=False, strict=True),
        also="rejects the password",
        before=harmless_deploy,
        after=was_it_the_deploy,
    ),
)
DARKNESSES = (
    Darkness(
        "render-api-down",
        "render-away",
        "Render's API fails: nothing is known, and nothing is claimed",
        "I cannot see Render's API",
        "I see Render's API again",
        heard_meanwhile=True,
    ),
    Darkness(
        "our-network-down",
        "network-away",
        "the watchdog's own network hangs: that is no failure of the service",
        "I cannot see anything",
        "I see the outside again",
        heard_meanwhile=False,
        least=20.0,  # so that looks come to their end while it hangs
    ),
)


async def storm(story: Story) -> None:
    """Many fail at once: one page names them all, and is told to the end."""
    await settled(story)
    quiet, count = len(story.audible()), story.world.targets.count
    switch = BY_NAME["storm"]
    await switch.flip(story.world, on=True)
    story.mark(BROKEN)
    await story.until(PAGED, lambda: len(story.audible()) > quiet, 60)
    everything = f"{count} services fail at once"
    found = await story.until("it names them all", lambda: story.saying(everything), 60)
    names = [f"target-{n} " for n in range(1, count + 1)]
    named = sum(name in words(found) for name in names)
    story.must(f"incidents opened: {named}, each by its name", named == count)
    await story.wait(240)
    pushes = len(story.audible()) - quiet
    story.must(f"pushes: {pushes}", pushes <= STORM_FROM)
    await switch.flip(story.world, on=False)
    story.mark("it is repaired")
    well = f"All {count} services are well again"
    await story.until("it says that they are well", lambda: story.saying(well), 240)


STORM_FROM = 5  # until so many fail, each has a page of its own
STORM = Night(
    "storm",
    "twenty sites fail at once, an incident each: one page names them all",
    storm,
    brief=True,
    severity="P1",
    targets=20,
)
NIGHTS: tuple[Night, ...] = (*(one.night for one in (*INNOCENT, *FAULTS, *DARKNESSES)), STORM)
