"""Suspend a service: every instance is stopped until somebody resumes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.render_act import RenderAct
from bot.adapters.render_live import SUSPENDED, SWITCHED_ON, rests_on, switch
from bot.domain.evidence import Evidence, found_by
from bot.domain.remedy import Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply


@dataclass(frozen=True)
class Suspend(RenderAct):
    """It ends no trouble: it limits harm at the price of an outage, and only a person weighs that.

    Also where two copies fight for one Telegram token it is the other copy that has to stop, and
    which one that is stands in no evidence.
    """

    name: str = "suspend"
    risk: Risk = Risk.HIGH
    effect: str = "Stops every instance; nothing of it runs until it is resumed."
    radius: str = "Everybody who uses it: it is gone until it is resumed."
    undo: str = "Resume it; that deploys what was live and takes a minute or two."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Never offered; asked for by name while it is not suspended."""
        if wish is None:
            return None
        known = found_by("service", evidence)
        if known is None or not known.fact("state"):
            return Barred("how the service is cannot be seen now")
        if known.fact("state") == SUSPENDED:
            return Barred("it is suspended already")
        return Reason(
            "you asked for it",
            self.id,
            (known.id,),
            rests_on(known, SWITCHED_ON),
            likely=False,
            brief=(("Service", self.id), ("It is", known.fact("state") or "")),
            effect=(
                f"Stops every instance of {self.service}, and a deploy in progress with them; "
                "nothing of it runs until it is resumed."
            ),
            mends=False,
        )

    async def state(self) -> str:
        return switch(await self.render.service(self.id))

    async def call(self, proposal: Proposal) -> Reply:
        return await self.render.suspend(proposal.target)

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        hosted, instances = await asyncio.gather(
            self.render.service(self.id), self.render.instances(self.id)
        )
        if not hosted.suspended:
            return None
        if instances:
            return Effect(Course.UNDER_WAY, "Render says that it is suspended; instances still run")
        return Effect(Course.DONE, "Render says that it is suspended, and no instance runs")

    async def secure(self, before: Live) -> str | None:
        if before.state == SUSPENDED:
            return None
        return f"{self.service} is suspended: resume it as soon as it does no harm"
