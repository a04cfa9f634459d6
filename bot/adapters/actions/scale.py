"""Scale the service: more instances share its load, or fewer of them cost less."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.render_act import RenderAct
from bot.adapters.render_deploys import NOT_NOW
from bot.adapters.render_live import SUSPENDED, rests_on
from bot.domain.evidence import Evidence, found_by
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply

MOST = 10  # instances; Render takes up to 100 (docs, scaling), a slip of the finger should not
NEARLY_FULL = 90  # percent of the limit, in every look of the last minutes
UNSEEN = "how many instances it has cannot be seen now"
MORE, FEWER = "each one is paid for.", "what the stopped ones are doing is cut off."
FULL_CPU = "its CPU has been near its limit all the time: one more instance shares the load"
FULL_MEMORY = "its memory has long been nearly full: one more helps against load, not a leak"
POLLS = "its bot polls Telegram: a second copy would fight the first for the messages (409)"


@dataclass(frozen=True)
class Fitting:
    """A number of instances that the evidence, or a person, asks for."""

    wanted: int
    why: str
    likely: bool = False


@dataclass(frozen=True)
class Scale(RenderAct):
    """The target is the number of instances. `polls`: its bot asks Telegram for its messages.

    Render ignores the call while autoscaling is on, and answers 202 all the same (OpenAPI,
    scale-service).
    """

    polls: bool = False
    name: str = "scale"
    risk: Risk = Risk.HIGH
    effect: str = "Runs as many instances as you say; each one is paid for."
    radius: str = "Whoever is served by an instance that is stopped; else nobody."
    undo: str = "Scale it back."
    takes: str = "INSTANCES"

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered with one more when every instance has long been near a limit of its own.

        And with one where several fight for a bot's messages.
        """
        known = found_by("service", evidence)
        now = int(known.fact("scaled_to") or 0) if known else 0
        if known is None or not now:
            return None if wish is None else Barred(UNSEEN)
        fits = self._fitting(known, now)
        if wish is None and fits is None:
            return None
        wanted = fits.wanted if fits and wish is None else _number(wish or "")
        if why := self._barred(known, now, wanted):
            return Barred(why)
        asked = fits if fits and fits.wanted == wanted else Fitting(wanted, "you asked for it")
        what = f"Runs {_listed(wanted)} of {self.service} in place of {now}"
        return Reason(
            asked.why,
            str(wanted),
            (known.id,),
            rests_on(known, _scaled(now)),
            likely=asked.likely,
            brief=(("Service", self.id), ("Instances", f"{now} → {wanted}")),
            effect=f"{what}; {MORE if wanted > now else FEWER}",
            undo=f"Scale it back to {now}.",
        )

    def _fitting(self, known: Evidence, now: int) -> Fitting | None:
        """How many the evidence asks for."""
        if self.polls and now > 1:
            why = f"its bot polls Telegram, and {now} instances fight for its messages"
            return Fitting(1, why, likely=True)
        if _percent(known, "cpu") >= NEARLY_FULL:
            return Fitting(now + 1, FULL_CPU, likely=True)
        full = _percent(known, "memory") >= NEARLY_FULL
        return Fitting(now + 1, FULL_MEMORY) if full else None

    def _barred(self, known: Evidence, now: int, wanted: int) -> str:
        if why := NOT_NOW.get(known.fact("state") or ""):
            return why
        if not 1 <= wanted <= MOST:
            return f"it needs a whole number of instances, from 1 to {MOST}"
        if known.fact("autoscaled"):
            return "autoscaling is on, and Render ignores any other number then"
        if wanted > 1 and (why := self._alone(known)):
            return why
        return f"it has {_listed(now)} already" if wanted == now else ""

    def _alone(self, known: Evidence) -> str:
        """Why there can be one instance only, or ""."""
        if known.fact("disk"):
            return "it has a disk, which only one instance can have"
        if known.fact("plan") == "free":  # Render's docs, free
            return "its plan is the free one, which has one instance"
        return POLLS if self.polls else ""

    async def state(self) -> str:
        hosted = await self.render.service(self.id)
        if hosted.suspended:
            return SUSPENDED
        return _scaled(hosted.instances) if hosted.instances else ""

    async def call(self, proposal: Proposal) -> Reply:
        wanted = _number(proposal.target)
        if not 1 <= wanted <= (1 if self.polls else MOST):
            return Reply(Answer.REFUSED, "never sent: no number of instances that it may have")
        return await self.render.scale(self.id, wanted)

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        wanted = _number(proposal.target)
        hosted, running = await asyncio.gather(
            self.render.service(self.id), self.render.instances(self.id)
        )
        if hosted.instances != wanted:
            return None
        if len(running) == wanted:
            return Effect(Course.DONE, f"Render runs {_listed(wanted)}, as asked")
        said = f"Render wants {_listed(wanted)} now; {len(running)} there so far"
        return Effect(Course.UNDER_WAY, said)

    async def secure(self, before: Live) -> str | None:
        """Who pays for more should be asked again by day."""
        hosted = await self.render.service(self.id)
        was = _number(before.state.rpartition(" ")[2])
        if not 0 < was < hosted.instances:
            return None
        return (
            f"{self.service} runs {_listed(hosted.instances)} instead of {was}: scale it back "
            f"to {was} when the load is over"
        )


def _percent(known: Evidence, what: str) -> int:
    return int((known.fact(f"{what}_throughout") or "0").removesuffix(" %"))


def _number(text: str) -> int:
    """What was typed as a number of instances; 0: it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) else 0


def _scaled(instances: int) -> str:
    return f"scaled to {instances}"


def _listed(instances: int) -> str:
    return "1 instance" if instances == 1 else f"{instances} instances"
