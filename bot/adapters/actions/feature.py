"""Switch a feature off while what it leans on is down, and on again when that is back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.render_act import RenderAct
from bot.adapters.render_deploys import READ, barred, course, is_ours, no_commit, since_then
from bot.adapters.render_live import rests_on
from bot.adapters.render_variables import read_variables
from bot.domain.evidence import Evidence, found_by
from bot.domain.features import OFF, ON, Feature, Turn, turn_for
from bot.domain.platform import RELEASED
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.domain.variables import DEPLOYS, known, read, wanted_by
from bot.domain.why.dependencies import spelt
from bot.ports import Reply, Unavailable


@dataclass(frozen=True)
class SwitchFeature(RenderAct):
    """One approval, two calls: the variable is set, then the live commit is deployed with it.

    `call` is entered once, and each call is made once at most: the second only when the first is
    known to have worked, by reading the variable back or else by its answer. Whatever ends it
    between the two, a crash too, the rest is seen, never done: the variable and the deploy that
    should follow are looked for, and a variable without a deploy after `seen_within` is a failure
    that says so.
    """

    features: Sequence[Feature] = ()
    seen_within: timedelta = timedelta(minutes=2)
    name: str = "feature"
    risk: Risk = Risk.HIGH
    effect: str = "Sets the feature's variable and deploys the live commit once more with it."
    radius: str = "Whoever uses the feature; the rest goes on."
    undo: str = "Switch it the other way."
    takes: str = "NAME on|off"

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered off while its upstream is down, and on when that is well again."""
        variables = read(evidence)
        if variables is None:
            return None if wish is None else Barred("its variables cannot be seen now")
        id, stand = variables
        turn = turn_for(self.features, stand, evidence)
        if wish is not None:
            asked = self._asked(wish)
            if isinstance(asked, Barred):
                return asked
            same = turn and (turn.feature, turn.way) == (asked.feature, asked.way)
            turn = turn if same else asked
        if turn is None:
            return None
        late = turn.feature.variable in stand.waiting
        if turn.feature.stands(stand) == turn.way and not late:
            return Barred(f"{turn.feature.name} is switched {turn.way} already")
        if turn.feature.variable in stand.hidden:
            return Barred("what its variable is now may be a secret: switch it on the dashboard")
        return self._reason(turn, evidence, id)

    def _asked(self, wish: str) -> Turn | Barred:
        name, _, way = wish.strip().rpartition(" ")
        feature = next((f for f in self.features if f.name == name.strip()), None)
        if feature is None or way not in {ON, OFF}:
            names = ", ".join(f.name for f in self.features)
            return Barred(f"it needs a feature ({names}) and on or off")
        return Turn(feature, way, "you asked for it")

    def _reason(self, turn: Turn, evidence: Sequence[Evidence], id: str) -> Reason | Barred:
        service, history = found_by("service", evidence), found_by("deploys", evidence)
        stand, feature = read(evidence), turn.feature
        if (why := barred(evidence)) or service is None or history is None or stand is None:
            return Barred(why)
        commit = history.fact("live_commit") or ""
        if why := no_commit(commit):
            return Barred(why)
        value, names = feature.value(turn.way), self._names
        return Reason(
            turn.why,
            f"{feature.variable}={value}{DEPLOYS}{commit}",
            (service.id, history.id, id),
            rests_on(service, stand[1].state(names)),
            likely=turn.likely,
            brief=(
                ("Was", stand[1].said(feature.variable)),
                ("People lose" if turn.way == OFF else "People get", feature.purpose),
            ),
            effect=(
                f"Switches {feature.name} of {self.service} {turn.way}: sets {feature.variable} "
                f"to “{value}” and deploys commit {commit[:7]} once more with it; takes some "
                "minutes."
            ),
            undo=f"Switch {feature.name} {OFF if turn.way == ON else ON}: the same way back.",
        )

    @property
    def _names(self) -> Sequence[str]:
        return [f.variable for f in self.features]

    async def state(self) -> str:
        values = await read_variables(self.render, self.id, self._names)
        return known(values).state(self._names)

    async def call(self, proposal: Proposal) -> Reply:
        name, value, commit = wanted_by(proposal)
        mine = any((f.variable, v) == (name, value) for f in self.features for v in (f.on, f.off))
        if not mine or no_commit(commit):
            return Reply(Answer.REFUSED, "never sent: it is no feature of the settings")
        said = await self.render.set_variable(self.id, name, value)
        if not await self._is_set(said, name, value):
            return said
        try:
            reply, deploy = await self.render.deploy(self.id, commit)
        except PermissionError as refusal:
            reply, deploy = Reply(Answer.REFUSED, str(refusal)), ""
        note = f"{name} is set; {reply.note}{f' as {deploy}' if deploy else ''}"
        # A deploy that was refused leaves the variable set: "not done" would be half of the truth.
        unclear = Answer.UNCLEAR if reply.answer is Answer.REFUSED else reply.answer
        return Reply(unclear, note)

    async def _is_set(self, said: Reply, name: str, value: str) -> bool:
        """Read back: a deploy that begins before the variable is there would go without it."""
        if said.answer is Answer.REFUSED:
            return False
        try:
            return await self.render.variable(self.id, name) == value
        except Unavailable:
            return said.answer is Answer.ACCEPTED

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        name, value, commit = wanted_by(proposal)
        current, deploys = await asyncio.gather(
            self.render.variable(self.id, name), self.render.deploys(self.id, READ)
        )
        new = since_then(deploys, before.deploy, at, self.now())
        ours = next((d for d in reversed(new) if is_ours(d, commit)), None)
        if current != value:
            said = f"{name} is not “{value}” at Render (any more)"
            return Effect(Course.UNDER_WAY, f"{said}; a deploy began") if ours else None
        there = f"{name} is “{value}” at Render"
        if ours is None:
            # Whatever was begun with the variables of now takes it up as well; a rollback does not.
            ours = next((d for d in new if d.trigger != "rollback" and d.status in RELEASED), None)
        if ours is None:
            return self._without_deploy(there, at)
        seen = course(ours, "deploy")
        stays = "; it stays so for the next deploy" if seen.course is Course.FAILED else ""
        return Effect(seen.course, f"{there}; {seen.note}{stays}")

    def _without_deploy(self, there: str, at: datetime) -> Effect:
        if self.now() - at <= self.seen_within:
            return Effect(Course.UNDER_WAY, f"{there}; no deploy is seen yet")
        return Effect(
            Course.FAILED,
            f"{there}, but no deploy has begun: what runs has not taken it up; a redeploy does",
        )

    async def secure(self, before: Live) -> str | None:
        """Name what has been switched off, for whoever reads the list when all is well again."""
        now = known(await read_variables(self.render, self.id, self._names))
        was = before.state.removeprefix("set to ").split(", ")
        off = [
            f
            for f in self.features
            if f.stands(now) == OFF and before.state and f"{f.variable}={f.off}" not in was
        ]
        return "; ".join(self._todo(f) for f in off) or None

    def _todo(self, feature: Feature) -> str:
        once = f"once {spelt(feature.upstream)} is back" if feature.upstream else "when it is over"
        typed = f"/act {self.name} {feature.name} on"
        return f"Switch {feature.name} of {self.service} on again {once} ({typed})"
