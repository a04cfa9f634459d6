"""Set one variable that the settings call no secret; a deploy, another act, takes it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.render_act import RenderAct
from bot.adapters.render_deploys import UNSEEN
from bot.adapters.render_live import rests_on
from bot.adapters.render_variables import read_variables
from bot.domain.evidence import Evidence, found_by
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.domain.variables import Known, known, read, wanted_by, why_not
from bot.ports import Reply

DEPLOYING = "a deploy is under way, and may take it up or not"
NO_VALUE = "it needs a name and a value, as in LOG_LEVEL=DEBUG"


@dataclass(frozen=True)
class SetVariable(RenderAct):
    """The target is `NAME=VALUE`. Setting one begins no deploy (OpenAPI, update-env-var)."""

    settable: Sequence[str] = ()
    name: str = "set-variable"
    risk: Risk = Risk.HIGH
    effect: str = "Sets a variable at Render; what runs keeps the old value until a deploy."
    radius: str = "Nobody before the next deploy; then everybody who uses it."
    undo: str = "Set it back, and redeploy."
    takes: str = "NAME=VALUE"

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Never offered: which value is right only a person knows."""
        if wish is None:
            return None
        name, _, value = (part.strip() for part in wish.partition("="))
        service, variables = found_by("service", evidence), read(evidence)
        if why := self._refused(name, value):
            return Barred(why)
        if service is None or variables is None:
            return Barred(UNSEEN if service is None else "its variables cannot be seen now")
        id, stand = variables
        if why := _not_now(service, stand, name, value):
            return Barred(why)
        return self._reason(service, id, stand, name, value)

    def _refused(self, name: str, value: str) -> str:
        if not name or not value:
            return NO_VALUE
        if name not in self.settable:
            return f"only what the settings call settable: {', '.join(self.settable)}"
        return why_not(name, value)

    def _reason(self, service: Evidence, id: str, stand: Known, name: str, value: str) -> Reason:
        was = stand.values.get(name)
        instead = f"in place of “{was}”" if was is not None else "which is not set"
        back = f"Set {name} to “{was}” again" if was is not None else f"Delete {name} there"
        return Reason(
            "you asked for it",
            f"{name}={value}",
            (service.id, id),
            rests_on(service, stand.state(self.settable)),
            likely=False,
            brief=(("Was", was or "not set"), ("Will be", value), ("Then", "redeploy")),
            effect=(
                f"Sets {name} of {self.service} to “{value}” at Render, {instead}. What runs does "
                "not change before a deploy takes it up."
            ),
            undo=f"{back}, and redeploy.",
            mends=False,
        )

    async def state(self) -> str:
        values = await read_variables(self.render, self.id, self.settable)
        return known(values).state(self.settable)

    async def call(self, proposal: Proposal) -> Reply:
        name, value, _ = wanted_by(proposal)
        if why := self._refused(name, value):
            return Reply(Answer.REFUSED, f"never sent: {why}")
        return await self.render.set_variable(self.id, name, value)

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        name, value, _ = wanted_by(proposal)
        if await self.render.variable(self.id, name) != value:
            return None
        return Effect(Course.DONE, f"{name} is “{value}” at Render now; a redeploy takes it up")


def _not_now(service: Evidence, stand: Known, name: str, value: str) -> str:
    if service.fact("state") == "deploying":
        return DEPLOYING
    if name in stand.hidden:
        return f"what {name} is now may be a secret: set it on the dashboard"
    return f"{name} is “{value}” already" if stand.values.get(name) == value else ""
