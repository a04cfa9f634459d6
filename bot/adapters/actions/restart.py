"""Restart the service: cures what a fresh start cures, called once and then only observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.adapters.render_act import RenderAct
from bot.adapters.render_live import AHEAD, CLOCKS_APART, RESTARTED, rests_on
from bot.domain.evidence import Evidence, blocker, database_stands, found_by
from bot.domain.platform import came_with
from bot.domain.remedy import Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply

NOT_NOW = {
    "suspended": "it is suspended: it has to be resumed first",
    "deploying": "a deploy is under way, which starts it afresh anyway",
}
NEARLY_FULL = 0.9  # of the memory limit


@dataclass(frozen=True)
class Restart(RenderAct):
    name: str = "restart"
    risk: Risk = Risk.HIGH
    effect: str = (
        "Replaces every running instance with a fresh one of the same deploy; "
        "takes about a minute; unsaved work in memory is lost."
    )
    radius: str = "Everybody who uses it, for about a minute."
    undo: str = "Nothing to undo: the version and the data stay."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered whenever the service is known and can be restarted now."""
        known, database, history = (
            found_by(source, evidence) for source in ("service", "database", "deploys")
        )
        if known is None or not known.fact("state"):
            return None if wish is None else Barred("how the service is cannot be seen now")
        if why := NOT_NOW.get(known.fact("state") or ""):
            return Barred(why)
        stands = database_stands(evidence)
        why, likely = _why(known, history, stands=stands)
        seen_in = (known.id, database.id) if database and not stands else (known.id,)
        if database and stands and (pid := blocker(evidence)):
            why = f"it may not help: session {pid} holds a lock in the database"
            likely, seen_in = False, (known.id, database.id)
        brief = (("Service", self.id), ("Deploy", known.fact("deploy") or "unknown"))
        return Reason(why, self.id, seen_in, _live_of(known), likely=likely, brief=brief)

    async def call(self, proposal: Proposal) -> Reply:
        return await self.render.restart(proposal.target)

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        since, now = at - CLOCKS_APART, self.now()
        events = await self.render.events(self.id, since, now + AHEAD, kind=RESTARTED)
        since = max([since, *(e.at for e in events if e.id == before.restart)])
        new = [e for e in events if e.at >= since and e.id not in {"", before.restart}]
        if new:
            seen = f"Render recorded the restart at {new[0].at:%H:%M:%S} UTC ({new[0].id})"
            return Effect(Course.DONE, seen)
        instances = {one.id for one in await self.render.instances(self.id)}
        if instances and before.instances and instances.isdisjoint(before.instances):
            return Effect(Course.DONE, f"every instance is new: {', '.join(sorted(instances))}")
        return None


def _why(known: Evidence, history: Evidence | None, *, stands: bool) -> tuple[str, bool]:
    """A short reason that promises nothing, and whether the evidence points to it."""
    if not stands:
        return "it may not help while the database is in trouble", False
    if history and _came_with_a_deploy(history):
        return (
            "it may not help: the trouble began with the newest deploy, and that would stay",
            False,
        )
    if known.fact("state") != "running":
        return f"it is {known.fact('state')}; a fresh start may bring it back", True
    if _memory_share(known) >= NEARLY_FULL:
        return "its memory is nearly full; a fresh start empties it", True
    return "a fresh start clears whatever is stuck in memory", True


def _came_with_a_deploy(history: Evidence) -> bool:
    """There is an earlier deploy to go back to, and the trouble began soon after the live one."""
    since = history.fact("live_minutes_before")
    return since is not None and came_with(float(since))


def _memory_share(known: Evidence) -> float:
    used, limit = known.fact("memory_mb"), known.fact("memory_limit_mb")
    return float(used) / float(limit) if used and limit and float(limit) else 0.0


def _live_of(known: Evidence) -> Live:
    instances = tuple(filter(None, (known.fact("instances") or "").split(",")))
    return replace(rests_on(known), instances=instances)
