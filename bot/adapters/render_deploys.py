"""What the acts that begin a deploy share: when they may, and which deploy is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from bot.adapters.render_act import RenderAct
from bot.adapters.render_live import AHEAD, CLOCKS_APART, switch
from bot.domain.changes import is_commit
from bot.domain.evidence import Evidence, found_by
from bot.domain.platform import DEPLOY_FAILED, IN_PROGRESS, RELEASED, Deploy, newest_first
from bot.domain.remedy import Answer, Course, Effect, Live, Proposal
from bot.ports import Reply

READ = 20  # deploys
NOT_NOW = {
    "suspended": "it is suspended: it has to be resumed first",
    "deploying": "a deploy is under way",
}
UNSEEN = "how the service and its deploys are cannot be seen now"
# A database that answers, if badly, may be just why one deploys: a new password, a fixed leak.
GONE = frozenset({"refused", "timeout", "starting", "error"})
NO_DATABASE = "the database does not answer, and a new start needs it"


@dataclass(frozen=True)
class NewDeploy(RenderAct):
    """Builds the commit that is the proposal's target, and follows the deploy of it.

    The answer may be 202 with nothing, so that its deploy is known by its commit, its trigger and
    its time alone. Auto-deploy stays as it is (OpenAPI, create-deploy).
    """

    without_cache: ClassVar[bool] = False

    async def live(self) -> Live:
        live, hosted = await asyncio.gather(super().live(), self.render.service(self.id))
        return replace(live, auto_deploy=hosted.auto_deploy, state=switch(hosted))

    async def call(self, proposal: Proposal) -> Reply:
        if not is_commit(proposal.target):  # without one Render takes the newest of the branch
            return Reply(Answer.REFUSED, "never sent: it names no commit")
        reply, deploy = await self.render.deploy(
            self.id, proposal.target, clear_cache=self.without_cache
        )
        return replace(reply, note=f"{reply.note} as {deploy}") if deploy else reply

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        deploys = await self.render.deploys(self.id, READ)
        new = since_then(deploys, before.deploy, at, self.now())
        ours = [d for d in new if is_ours(d, proposal.target)]
        return course(ours[-1], "deploy") if ours else None


def since_then(deploys: Iterable[Deploy], before: str, at: datetime, now: datetime) -> list[Deploy]:
    """Those that began since a call of that time, newest first; `before` was the newest then.

    Whatever the clocks say, what is older than that one was there before the call.
    """
    deploys = newest_first(deploys)
    newest = (d.created_at for d in deploys if d.id == before and d.created_at)
    since, until = max([at - CLOCKS_APART, *newest]), now + AHEAD
    recent = (d for d in deploys if d.created_at and since <= d.created_at <= until)
    return [d for d in recent if d.id not in {"", before}]


def is_ours(deploy: Deploy, commit: str) -> bool:
    """What is pushed, or asked for by hand, comes with a trigger of its own."""
    return deploy.commit.lower() == commit.lower() and deploy.trigger in {"api", ""}


def course(deploy: Deploy, what: str) -> Effect:
    """How far a deploy that was asked for has come; `what` it is called."""
    named = f"{deploy.commit[:7] or 'it'} ({deploy.id})"
    if deploy.status in RELEASED:
        at = f" at {deploy.finished_at:%H:%M:%S} UTC" if deploy.finished_at else ""
        return Effect(Course.DONE, f"Render put {named} live{at}")
    if deploy.status in DEPLOY_FAILED:
        return Effect(Course.FAILED, f"the {what} {named} failed: {DEPLOY_FAILED[deploy.status]}")
    if deploy.status == "canceled":
        return Effect(Course.FAILED, f"the {what} {named} was canceled")
    if deploy.status in IN_PROGRESS:
        return Effect(Course.UNDER_WAY, f"Render is putting {named} in place")
    return Effect(Course.UNDER_WAY, f"the {what} {named} is {deploy.status or 'unknown'}")


def barred(evidence: Sequence[Evidence]) -> str:
    """Why nothing new may be deployed now, or ""."""
    known, history = found_by("service", evidence), found_by("deploys", evidence)
    if known is None or history is None or not known.fact("state"):
        return UNSEEN
    state = "deploying" if history.fact("under_way") else known.fact("state") or ""
    database = found_by("database", evidence)
    gone = database is not None and database.fact("state") in GONE
    return NOT_NOW.get(state) or (NO_DATABASE if gone else "")


def no_commit(commit: str) -> str:
    """Why what runs cannot be named to be built once more, or ""."""
    if not commit:
        return "which commit runs is not known"
    return "" if is_commit(commit) else "it runs an image, not a commit"
