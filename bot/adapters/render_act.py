"""What the acts on one thing at Render share: how it stands, and that a refusal of ours is told."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.adapters.render import Render
from bot.adapters.render_live import read_live
from bot.domain.remedy import Answer, Live, Proposal
from bot.ports import Reply


@dataclass(frozen=True)
class RenderAct(ABC):
    """`service` is what people call it, `id` what Render calls it."""

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]

    @abstractmethod
    async def call(self, proposal: Proposal) -> Reply:
        """Ask Render for it, once. Raises PermissionError, before there is a request."""

    async def state(self) -> str:
        """What it rests on beside its deploy and its restart. Raises Unavailable."""
        return ""

    async def live(self) -> Live:
        live, state = await asyncio.gather(
            read_live(self.render, self.id, self.now()), self.state()
        )
        return replace(live, state=state)

    async def run(self, proposal: Proposal) -> Reply:
        try:
            return await self.call(proposal)
        except PermissionError as refusal:
            return Reply(Answer.REFUSED, str(refusal))

    async def secure(self, before: Live) -> str | None:
        """Nothing is left behind."""
        return None
