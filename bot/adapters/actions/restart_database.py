"""Restart the hosted PostgreSQL: asked for once, and proved by its own time of start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.postgres import Probe
from bot.adapters.render_act import RenderAct
from bot.domain.evidence import Evidence, answers_inside, found_by
from bot.domain.remedy import UNKNOWN, Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply, Unavailable

CLOCKS_APART = timedelta(seconds=5)  # how far the database's clock may be behind ours
DOWN = {"refused", "timeout", "error"}  # nobody is served: a restart interrupts nothing
STUCK = {"saturated", "slow"}  # some are served, and a restart cuts them off
OFF = {"suspended", "maintenance_in_progress", "recovery_in_progress", "creating"}


@dataclass(frozen=True)
class RestartDatabase(RenderAct):
    """`id` is the platform's (dpg-…). The restart answers 202 and nothing else."""

    probe: Probe
    name: str = "restart-database"
    risk: Risk = Risk.HIGH
    effect: str = (
        "Stops PostgreSQL and starts it again: every connection is cut, open transactions are "
        "rolled back, committed data stays. Takes a minute or so."
    )
    radius: str = "Whoever uses the database, for a minute or so."
    undo: str = "Nothing to undo: committed data stays."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered when the database does not answer as it should and the platform runs it."""
        known = found_by("database", evidence)
        if known is None:
            return None if wish is None else Barred("how the database is cannot be seen now")
        state, hosted = known.fact("state") or "", known.fact("hosted") or ""
        if state not in DOWN | STUCK:
            return None if wish is None else Barred(_in_vain(known, state))
        if answers_inside(evidence):
            return Barred("the service itself reaches it: only from here it does not answer")
        if hosted in OFF:
            return Barred(f"Render says that it is {hosted.replace('_', ' ')}")
        served = "nobody is served" if state in DOWN else "this cuts off those still served"
        why = f"{served}: {known.fact('detail')}"
        brief = (("Database", self.id), ("Render says", hosted or "nothing about it"))
        live = Live(restart=known.fact("started") or UNKNOWN)
        return Reason(why, self.id, (known.id,), live, likely=state in DOWN, brief=brief)

    async def live(self) -> Live:
        """The time of its start, as far as it answers at all."""
        return Live(restart=await self._started() or UNKNOWN)

    async def call(self, proposal: Proposal) -> Reply:
        return await self.render.restart_postgres(proposal.target)

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        started = await self._started()
        if not started or started == before.restart:
            return None
        when = datetime.fromisoformat(started)
        if when < at - CLOCKS_APART:
            return None
        return Effect(Course.DONE, f"PostgreSQL says that it started at {when:%H:%M:%S} UTC")

    async def _started(self) -> str:
        found = await self.probe.figures()
        if found.blind:
            raise Unavailable(found.detail)
        return found.started_at.isoformat() if found.started_at else ""


def _in_vain(known: Evidence, state: str) -> str:
    if state == "ok":
        return "the database answers as it should"
    return f"a fresh start of it would change nothing: {known.fact('detail')}"
