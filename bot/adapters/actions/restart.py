"""Restart the service: cures what a fresh start cures, called once and then only observed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.adapters.render_live import AHEAD, RESTARTED, read_live
from bot.domain.evidence import Evidence, Found
from bot.domain.remedy import Answer, Live, Proposal, Reason, Risk
from bot.ports import Reply

CLOCKS_APART = timedelta(seconds=5)  # how far the platform's clock may be behind ours
NOT_NOW = frozenset({"suspended", "deploying"})
NEARLY_FULL = 0.9  # of the memory limit


@dataclass(frozen=True)
class Restart:
    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    name: str = "restart"
    risk: Risk = Risk.HIGH
    effect: str = (
        "Replaces every running instance with a fresh one of the same deploy; "
        "takes about a minute; unsaved work in memory is lost."
    )

    def suits(self, evidence: Sequence[Evidence]) -> Reason | None:
        """Offered whenever the service is known and can be restarted now."""
        known = next((e for e in evidence if e.source == "service"), None)
        state = known.fact("state") if known and known.found is Found.SOMETHING else None
        if known is None or state is None or state in NOT_NOW:
            return None
        database = next((e for e in evidence if e.source == "database"), None)
        why, seen_in = _why(known, database)
        return Reason(why, self.id, seen_in, _live_of(known))

    async def live(self) -> Live:
        return await read_live(self.render, self.id, self.now())

    async def run(self, proposal: Proposal) -> Reply:
        try:
            return await self.render.restart(proposal.target)
        except PermissionError as refusal:
            return Reply(Answer.REFUSED, str(refusal))

    async def effect_since(self, before: Live, at: datetime) -> str | None:
        since, now = at - CLOCKS_APART, self.now()
        events = await self.render.events(self.id, since, now + AHEAD, kind=RESTARTED)
        new = [
            e for e in events if e.kind == RESTARTED and e.at >= since and e.id != before.restart
        ]
        if new:
            return f"Render recorded the restart at {new[0].at:%H:%M:%S} UTC ({new[0].id})"
        instances = {one.id for one in await self.render.instances(self.id)}
        if instances and before.instances and instances.isdisjoint(before.instances):
            return f"every instance is new: {', '.join(sorted(instances))}"
        return None


def _why(known: Evidence, database: Evidence | None) -> tuple[str, tuple[str, ...]]:
    """A short reason that promises nothing, and the evidence it rests on."""
    if database and database.fact("state") not in {None, "ok", "slow"}:
        return "it may not help while the database is in trouble", (known.id, database.id)
    if known.fact("state") != "running":
        return f"it is {known.fact('state')}; a fresh start may bring it back", (known.id,)
    if _memory_share(known) >= NEARLY_FULL:
        return "its memory is nearly full; a fresh start empties it", (known.id,)
    return "a fresh start clears whatever is stuck in memory", (known.id,)


def _memory_share(known: Evidence) -> float:
    used, limit = known.fact("memory_mb"), known.fact("memory_limit_mb")
    return float(used) / float(limit) if used and limit and float(limit) else 0.0


def _live_of(known: Evidence) -> Live:
    instances = tuple(filter(None, (known.fact("instances") or "").split(",")))
    return Live(known.fact("deploy") or "", known.fact("restart") or "", instances)
