"""Resume a suspended service: the platform deploys once more what was live."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.render_act import RenderAct
from bot.adapters.render_deploys import READ, course, since_then
from bot.adapters.render_live import SUSPENDED, rests_on, switch
from bot.domain.evidence import Evidence, found_by
from bot.domain.remedy import Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply

UNSEEN = "how the service is cannot be seen now"
# Suspenders as the API names them (OpenAPI, service): what only they, or a payment, can lift.
LIFTED_BY_OTHERS = {
    "billing": "it is suspended for want of payment: the dashboard's billing page lifts that",
    "admin": "Render has suspended it: only Render lifts that",
    "hipaa_enablement": "Render keeps it suspended while the workspace is changed",
    "parent_service": "it is suspended with the service that it belongs to: resume that one",
}
CRASHED = "stuck_crashlooping"


@dataclass(frozen=True)
class Resume(RenderAct):
    """That Render deploys what was live once it is resumed is inferred; instances do as well."""

    name: str = "resume"
    risk: Risk = Risk.LOW
    effect: str = (
        "Lifts the suspension: Render deploys once more what was live; takes a minute or two."
    )
    radius: str = "Everybody who uses it: it is there again."
    undo: str = "Suspend it again."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered while it is suspended, unless only others can lift that."""
        known = found_by("service", evidence)
        if known is None or known.fact("state") != SUSPENDED:
            seen = known is not None and known.fact("state")
            return None if wish is None else Barred("it is not suspended" if seen else UNSEEN)
        by = (known.fact("suspended_by") or "").split(",")
        for one in by:
            if why := LIFTED_BY_OTHERS.get(one):
                return Barred(why)
        live = rests_on(known, SUSPENDED)
        brief = (("Suspended by", ", ".join(filter(None, by)) or "not known"),)
        likely = CRASHED not in by
        return Reason(_why(by), self.id, (known.id,), live, likely=likely, brief=brief)

    async def state(self) -> str:
        return switch(await self.render.service(self.id))

    async def call(self, proposal: Proposal) -> Reply:
        return await self.render.resume(proposal.target)

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        hosted, deploys, instances = await asyncio.gather(
            self.render.service(self.id),
            self.render.deploys(self.id, READ),
            self.render.instances(self.id),
        )
        if hosted.suspended:
            return None
        new = since_then(deploys, before.deploy, at, self.now())
        if ours := next((d for d in new if d.trigger == "service_resumed"), None):
            return course(ours, "deploy of what was live")
        lifted = "Render says that it is not suspended any more"
        if instances:
            return Effect(Course.DONE, f"{lifted}, and {_listed(len(instances))}")
        return Effect(Course.UNDER_WAY, f"{lifted}; no instance runs yet")


def _why(by: Sequence[str]) -> str:
    if CRASHED in by:
        return "Render stopped it after repeated crashes: what crashed it will do so again"
    if "user" in by:
        return "somebody suspended it: if that was on purpose, ask why before you resume it"
    return "it is suspended, and Render does not say by whom"


def _listed(instances: int) -> str:
    return "an instance runs" if instances == 1 else f"{instances} instances run"
