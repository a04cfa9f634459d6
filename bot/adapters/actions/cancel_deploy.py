"""Cancel a deploy that does not come to an end: what runs goes on running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.render_act import RenderAct
from bot.adapters.render_deploys import READ
from bot.adapters.render_live import rests_on
from bot.domain.deploys import under_way
from bot.domain.evidence import Evidence, found_by
from bot.domain.length import about
from bot.domain.platform import DEPLOY_FAILED, RELEASED
from bot.domain.remedy import Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply

TIMES_AS_LONG = 2.0  # as usual, and at least so much longer:
LONGER_BY = timedelta(minutes=5)


@dataclass(frozen=True)
class CancelDeploy(RenderAct):
    """`within` is how long a deploy may take where the usual time is not known."""

    within: timedelta = timedelta(minutes=20)
    name: str = "cancel-deploy"
    risk: Risk = Risk.HIGH
    effect: str = "Ends the deploy in progress before it goes live; what runs goes on running."
    radius: str = "Whoever waits for that version."
    undo: str = "Deploy its commit again."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered when a deploy takes much longer than the ones before it took."""
        known, history = found_by("service", evidence), found_by("deploys", evidence)
        if known is None or history is None:
            return None if wish is None else Barred("its deploys cannot be seen now")
        deploy = history.fact("under_way") or ""
        if not deploy:
            return None if wish is None else Barred("no deploy is in progress")
        if wish and wish != deploy:
            return Barred(f"the deploy in progress is {deploy}")
        stuck = self._is_stuck(history)
        if wish is None and not stuck:
            return None
        live = rests_on(known, _busy(deploy))
        return Reason(
            _why(history),
            deploy,
            (known.id, history.id),
            live,
            likely=stuck,
            brief=_brief(history),
            effect=(
                f"Ends {_named(history)} of {self.service} before it goes live; what runs goes "
                "on running."
            ),
        )

    async def state(self) -> str:
        going = under_way(await self.render.deploys(self.id, READ))
        return _busy(going.id) if going else "not deploying"

    async def call(self, proposal: Proposal) -> Reply:
        return await self.render.cancel_deploy(self.id, proposal.target)

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        id = proposal.target
        deploys = await self.render.deploys(self.id, READ)
        status = next((d.status for d in deploys if d.id == id), "")
        if status == "canceled":
            return Effect(Course.DONE, f"Render canceled the deploy {id}")
        if status in RELEASED:
            return Effect(Course.FAILED, f"the deploy {id} went live before it was canceled")
        if status in DEPLOY_FAILED:
            return Effect(Course.FAILED, f"the deploy {id} ended first: {DEPLOY_FAILED[status]}")
        return None

    def _is_stuck(self, history: Evidence) -> bool:
        took, usual = _length(history, "under_way_minutes"), _length(history, "usual_minutes")
        if took is None or usual is None:
            return took is not None and took > self.within
        return took > self.within or took > max(TIMES_AS_LONG * usual, usual + LONGER_BY)


def _busy(deploy: str) -> str:
    return f"busy with deploy {deploy}"


def _length(history: Evidence, fact: str) -> timedelta | None:
    text = history.fact(fact)
    return timedelta(minutes=float(text)) if text else None


def _why(history: Evidence) -> str:
    took, usual = _length(history, "under_way_minutes"), _length(history, "usual_minutes")
    if took is None:
        return "a deploy is in progress"
    said = f"a deploy has been in progress for {about(took)}"
    return f"{said}; usually it takes {about(usual)}" if usual else said


def _named(history: Evidence) -> str:
    commit = (history.fact("under_way_commit") or "")[:7]
    return f"deploy {history.fact('under_way')}" + (f" ({commit})" if commit else "")


def _brief(history: Evidence) -> tuple[tuple[str, str], ...]:
    waiting = history.fact("waiting")
    then = f"{waiting} waits and starts at once" if waiting else "no other deploy waits"
    return (
        ("Deploy", history.fact("under_way") or ""),
        ("Commit", history.fact("under_way_commit") or "not known"),
        ("Step", (history.fact("under_way_status") or "not known").replace("_", " ")),
        ("Then", then),
    )
