"""Roll the service back to the deploy that ran before the one the trouble came with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.adapters.render_act import RenderAct
from bot.adapters.render_deploys import NOT_NOW, READ, course, since_then
from bot.adapters.render_live import rests_on
from bot.domain.evidence import Evidence, blocker, database_stands, found_by
from bot.domain.platform import Deploy, came_with
from bot.domain.remedy import Barred, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply, Unavailable

NOWHERE = "there is no earlier deploy to go back to"
LATE = 24 * 60.0  # minutes: after that nobody rolls back because of it
DONE = "it was rolled back already: the version before runs"
VARIABLES = "those of then come back; which differ is not known, nor shared groups"
UNSEEN = "migrations between the two"


@dataclass(frozen=True)
class Rollback(RenderAct):
    """The target is a deploy whose artifact the platform keeps; nothing is built.

    Render leaves auto-deploy on after a rollback by the API (OpenAPI, rollback-deploy), so that the
    next push would undo it: `secure` switches it off.
    """

    name: str = "rollback"
    risk: Risk = Risk.HIGH
    effect: str = (
        "Starts the earlier deploy again as it was, with its own variables and without a build; "
        "takes a minute or two. Data and database stay as they are."
    )
    radius: str = "Everybody who uses it: what came since is gone for them."
    undo: str = "Deploy the newer commit again."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered when the trouble began after a deploy that has an earlier one to go back to.

        With a migration between the two it is not offered; who types it is told so first.
        """
        known, history = found_by("service", evidence), found_by("deploys", evidence)
        if known is None or history is None:
            return None if wish is None else Barred("its deploys cannot be seen now")
        if why := _barred(known, history, stands=database_stands(evidence)):
            return None if wish is None and _is_idle(why, history) else Barred(why)
        target, since = history.fact("target") or "", _minutes(history)
        soon = since is not None and came_with(since)
        if wish is None and not (soon or (since is not None and 0 <= since <= LATE)):
            return None
        ago = history.fact("live_before_said") or "soon"
        why = f"the trouble began {ago} after the code that runs now was deployed"
        if not soon and (since is None or not 0 <= since <= LATE):
            why = "you asked for it; in time nothing points to the deploy"
        lock = found_by("database", evidence) if (pid := blocker(evidence)) else None
        if lock:
            why, soon = f"it may not help: session {pid} holds a lock in the database", False
        live = rests_on(known)
        changes = found_by("changes", evidence)
        if changes and changes.fact("undone_target") != target:
            changes = None
        if wish is None and changes and (path := _migration(changes)):
            typed = "whoever is sure types /rollback"
            return Barred(f"a migration lies between the two ({path}); {typed}")
        seen_in = tuple(e.id for e in (known, history, changes, lock) if e)
        brief = _brief(history, known, changes)
        return Reason(why, target, seen_in, live, likely=soon, brief=brief)

    async def live(self) -> Live:
        live, hosted = await asyncio.gather(super().live(), self.render.service(self.id))
        return replace(live, auto_deploy=hosted.auto_deploy)

    async def call(self, proposal: Proposal) -> Reply:
        return await self.render.roll_back(self.id, proposal.target)

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        deploys = await self.render.deploys(self.id, READ)
        old = next((d for d in deploys if d.id == proposal.target), None)
        new = since_then(deploys, before.deploy, at, self.now())
        ours = (d for d in new if d.id != proposal.target and _is_ours(d, old))
        found = next(ours, None)
        return course(found, "rollback") if found else None

    async def secure(self, before: Live) -> str | None:
        if before.auto_deploy == "off":
            return None
        was = before.auto_deploy or "unknown"
        try:
            await self.render.set_auto_deploy(self.id, "off")
        except Unavailable as gone:
            todo = f"Auto-deploy of {self.service} may still be on (switching it off: {gone})"
            raise Unavailable(f"{todo}. Off before the next push, on again after the fix") from gone
        said = f"Auto-deploy of {self.service} is off (it was “{was}”)"
        return f"{said}: switch it on again once the fix is in"


def _barred(known: Evidence, history: Evidence, *, stands: bool) -> str:
    if why := NOT_NOW.get(known.fact("state") or "suspended"):
        return why
    if history.fact("rolled_back_minutes"):
        return DONE
    if not history.fact("target"):
        return NOWHERE
    return "" if stands else "the database is in trouble, and the version before needs it too"


def _is_idle(why: str, history: Evidence) -> bool:
    """Whether nobody would look for it: then that it cannot be done is not worth a line."""
    return why is NOWHERE or float(history.fact("rolled_back_minutes") or 0) > LATE


def _migration(changes: Evidence) -> str:
    """The path of one that lies between, or ""."""
    path = changes.fact("migration") or ""
    return "" if path in {"none", "not known"} else path


def _minutes(history: Evidence) -> float | None:
    """From the live deploy's going live to the begin of the trouble."""
    text = history.fact("live_minutes_before")
    return float(text) if text else None


def _brief(
    history: Evidence, known: Evidence, changes: Evidence | None
) -> tuple[tuple[str, str], ...]:
    auto = {"off": "is off already", "": "will be switched off"}
    trigger = known.fact("auto_deploy") or ""
    return (
        ("From", f"{history.fact('live_said')}, live"),
        ("Back to", f"{history.fact('target_said')}, ran before"),
        ("Deploy", f"{history.fact('live')} → {history.fact('target')}"),
        ("Auto-deploy", auto.get(trigger, f"“{trigger}” will be switched off; a to-do remains")),
        *_taken_away(changes),
        ("Variables", VARIABLES),
    )


def _taken_away(changes: Evidence | None) -> tuple[tuple[str, str], ...]:
    """What goes with it: the commits since then, and what the database has been told by them."""
    if changes is None:
        return (("Not checked", UNSEEN),)
    many = f"{changes.fact('undone')}: {changes.fact('undone_said')}"
    if path := _migration(changes):
        warning = f"{path} stays applied: the version before may not understand the tables"
        return (("Commits undone", many), ("⚠️ Migration", warning))
    if changes.fact("migration") == "none":
        return (("Commits undone", many), ("Migrations", "none between the two"))
    return (("Commits undone", many), ("Not checked", UNSEEN))


def _is_ours(deploy: Deploy, old: Deploy | None) -> bool:
    """A new deploy called a rollback, or one of the very commit that we asked for."""
    same_code = old is not None and deploy.commit == old.commit != ""
    if deploy.trigger == "rollback":
        return same_code or old is None or not deploy.commit
    return same_code and deploy.trigger != "new_commit"
