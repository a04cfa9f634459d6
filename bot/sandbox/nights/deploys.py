"""Nights of deploys: one act mends each, tapped or typed, and those that do not fit are refused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from bot.sandbox import cast
from bot.sandbox.nights.bad_deploy import is_live
from bot.sandbox.nights.cause import Right, explained, triaged
from bot.sandbox.nights.fault import nothing, over, resolved
from bot.sandbox.nights.person import on_call, typing
from bot.sandbox.nights.story import (
    BROKEN,
    PAGED,
    Night,
    Story,
    numbers,
    settled,
    words,
)
from bot.sandbox.switches import BY_NAME
from bot.sandbox.switches.service import set_variable

TOO_LONG = 1800.0  # world seconds, of a deploy
AT_MOST = 90.0  # real seconds that one may take at any speed
DOWN, OLD = f"{cast.SERVICE} is down", f"{cast.SERVICE} did not take its last deploy"
REPORT = re.compile(r"Report: (incident-\S+\.md)")
UNDER_WAY = "a deploy is under way"
NOUNS = {
    "clear-cache": "rebuild without cache",
    "cancel-deploy": "cancellation of the deploy",
    "restart-database": "database restart",
}

Step = Callable[[Story], Awaitable[None]]
Deploy = dict[str, Any]


def types_nothing(_: Deploy) -> str:
    return ""


@dataclass(frozen=True)
class Cure:
    """A trouble that one act mends, tapped where it is offered, or typed.

    `breaks` ends when the trouble is there, `before` is what a person must do first, `ended` says
    of the newest deploy and the one before the trouble whether that is as it should be. What it
    `refuses` is typed first, and answered with the reason.
    """

    name: str
    act: str
    verb: str
    about: str
    severity: str
    says: str
    cause: Right
    breaks: Step
    ended: Callable[[Deploy, Deploy], bool]
    types: Callable[[Deploy], str] = types_nothing
    before: Step = nothing
    after: Step = nothing
    refuses: tuple[tuple[str, str], ...] = ()

    @property
    def night(self) -> Night:
        return Night(
            self.name,
            self.about,
            partial(play, self),
            brief=True,
            severity=self.severity,
            right=(self.act,),
            refuses=self.refuses,
        )


async def play(cure: Cure, story: Story) -> None:
    await settled(story)
    known, quiet, old = numbers(story), len(story.audible()), story.newest_deploy()
    await cure.breaks(story)
    story.mark(BROKEN)
    await told(story, cure, known, quiet)
    for act, why in cure.refuses:
        await refused(story, act, why)
    await cure.before(story)
    types = cure.types(old)
    if not types:
        await story.until("it is offered", lambda: story.button(f"{cure.verb}…"), 60)
    story.must("nothing is done unasked", not story.writes())
    opened = numbers(story) - known
    story.must(f"incidents opened: {len(opened)}", len(opened) == 1)
    await decided(story, cure, types, max(opened))
    story.must("with what came of it", cure.ended(story.newest_deploy(), old))
    story.must("and it runs", story.state() == "running")
    await written(story, cure, max(opened))
    await cure.after(story)


async def told(story: Story, cure: Cure, known: set[int], quiet: int) -> None:
    headline = f"{cure.severity} {cure.says}"
    await story.until(PAGED, lambda: len(story.audible()) > quiet, 90)
    await triaged(story, known)
    await story.until(f"as {headline}", lambda: story.saying(headline), 60)
    story.say(cast.ANN, "/ack")
    await explained(story, known, cure.cause)
    story.mark(f"pushes: {len(story.audible()) - quiet}")


async def refused(story: Story, act: str, why: str) -> None:
    """Whoever types an act that does not fit is told why not."""
    commit = story.world.repository.commits()[1].id if act == "deploy" else ""
    said = f"a {noun(act)} is not on offer: {why}"
    ann = asyncio.create_task(typing(story, cast.ANN, f"/act {act} {commit}".strip()))
    try:
        await story.until(f"told “{said}”", lambda: story.saying(said), 60)
    finally:
        ann.cancel()


def noun(act: str) -> str:
    return NOUNS.get(act, act)


async def decided(story: Story, cure: Cure, types: str, number: int) -> None:
    yes = f"Yes, {cure.verb.lower()}"
    wanted = (yes,) if types else (yes, f"{cure.verb}…")
    ann = asyncio.create_task(on_call(story, cast.ANN, wanted, types))
    try:
        await story.until("Ann says yes", lambda: story.tapped(yes), 90)
        await story.until("the platform is asked", story.writes, 120)
        await over(story, number)
    finally:
        ann.cancel()


async def written(story: Story, cure: Cure, number: int) -> None:
    def named() -> re.Match[str] | None:
        card: Any = resolved(story, number) or {}
        return REPORT.search(words(card))

    found = await story.until("the all-clear names its report", named, 60)
    text = (story.world.places.reports / found[1]).read_text()
    story.must("the report says who approved it", f"{noun(cure.act)}, approved by Ann" in text)


async def wrong_import(story: Story) -> None:
    before = story.newest_deploy()["id"]
    await BY_NAME["bad-deploy"].flip(story.world)
    await story.until("the wrong import is live", lambda: is_live(story, before), 120)
    await story.until("it crashes", lambda: story.state() == "crashed", 60)


async def fix_is_live(story: Story) -> None:
    """So that main may be deployed again."""
    before = story.newest_deploy()["id"]
    await BY_NAME["push-fix"].flip(story.world)
    await story.until("the fix is live", lambda: is_live(story, before), 120)


async def variable_is_lost(story: Story) -> None:
    await BY_NAME["missing-variable"].flip(story.world)


async def variable_is_set(story: Story) -> None:
    set_variable(story.world)
    story.mark("somebody sets the variable on the platform")


async def cache_is_spoiled(story: Story) -> None:
    await BY_NAME["stale-cache"].flip(story.world)
    await story.until("the build has failed", lambda: stands(story, "build_failed"), 60)


async def build_hangs(story: Story) -> None:
    await BY_NAME["hanging-build"].flip(story.world)
    await story.until("a build begins", lambda: stands(story, "build_in_progress"), 60)
    waited = timedelta(seconds=story.world.pace.real(TOO_LONG) + AT_MOST)
    story.world.service.history.backdate(waited)


async def builds_go_on(story: Story) -> None:
    await BY_NAME["hanging-build"].flip(story.world, on=False)


def stands(story: Story, status: str) -> bool:
    return bool(story.newest_deploy()["status"] == status)


def same_again(newest: Deploy, old: Deploy) -> bool:
    """The commit of before is live, by a deploy of its own."""
    commit = newest["commit"] == old["commit"]
    return bool(commit and newest["status"] == "live" and newest["id"] != old["id"])


def canceled(newest: Deploy, old: Deploy) -> bool:
    return bool(newest["status"] == "canceled" and newest["id"] != old["id"])


CURES = (
    Cure(
        "variable-lost",
        "redeploy",
        "Redeploy",
        "a variable was lost; once it is set again, Ann has it redeployed",
        "P0",
        DOWN,
        Right("missing_env_var", accuses=True, says="is not set"),
        variable_is_lost,
        same_again,
        before=variable_is_set,
    ),
    Cure(
        "stale-cache",
        "clear-cache",
        "Rebuild",
        "a deploy fails to build with what is kept of earlier builds; Ann has it built anew",
        "P2",
        OLD,
        Right("code_error", "deploy_failed", accuses=True, rolls_back=False),
        cache_is_spoiled,
        same_again,
        refuses=(
            ("cancel-deploy", "no deploy is in progress"),
            ("restart-database", "the database answers as it should"),
        ),
    ),
    Cure(
        "hanging-build",
        "cancel-deploy",
        "Cancel deploy",
        "a deploy does not come to its end; Ann has it canceled",
        "P2",
        OLD,
        Right("deploy_stuck", accuses=True, rolls_back=False),
        build_hangs,
        canceled,
        after=builds_go_on,
        refuses=tuple(
            (act, UNDER_WAY) for act in ("restart", "rollback", "deploy", "redeploy", "clear-cache")
        ),
    ),
    Cure(
        "good-commit",
        "deploy",
        "Deploy",
        "a wrong import crash-loops; Ann names the commit that was good, and it is deployed",
        "P0",
        DOWN,
        Right("import_error", accuses=True),
        wrong_import,
        same_again,
        types=lambda old: f"/act deploy {old['commit']['id'][:7]}",
        after=fix_is_live,
    ),
)
NIGHTS: tuple[Night, ...] = tuple(cure.night for cure in CURES)
