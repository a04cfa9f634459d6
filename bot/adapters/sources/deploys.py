"""What was deployed last, how long before the trouble began, and what one could go back to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.render import Render
from bot.domain.deploys import WAITING, under_way, usual_length
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.platform import RELEASED, Deploy, came_at, live_deploy, newest_first, way_back

READ = 20  # deploys: far enough back for one that ran
SHORT = 7  # characters of a commit id, as git abbreviates it
SHOWN = 60  # characters of it in the summary
LONGEST = 120  # characters of a commit message that are quoted


@dataclass(frozen=True)
class Deploys:
    """Evidence D1. Raises Unavailable."""

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    name: str = "deploys"

    async def gather(self, incident: Incident) -> Evidence:
        deploys = newest_first(await self.render.deploys(self.id, READ))
        if not deploys:
            return Evidence("D1", self.name, Found.NOTHING, "nothing was ever deployed")
        now, before = self.now(), _minutes_before(deploys[0], incident.began_at)
        target = way_back(deploys)
        shown = [*deploys[:2], *([target] if target and target not in deploys[:2] else [])]
        lines = tuple(_line(deploy, now) for deploy in shown)
        facts = {
            **_newest(deploys, before),
            **_code(deploys),
            **_under_way(deploys, now),
            **_way_back(deploys, target, incident.began_at, now),
            **_running(deploys, self.service),
        }
        summary = _summary(deploys[0], before)
        return Evidence("D1", self.name, Found.SOMETHING, summary, tuple(facts.items()), lines)


def _minutes_before(deploy: Deploy, began: datetime) -> float | None:
    """Minutes from the end of the deploy to the begin of the trouble; negative when after it."""
    at = deploy.finished_at or deploy.created_at
    return (began - at).total_seconds() / 60 if at else None


def _summary(latest: Deploy, before: float | None) -> str:
    commit = _commit(latest) if latest.commit else "no commit"
    said = f"latest is {latest.status}: {commit}"
    if before is None:
        return said
    when = "before" if before >= 0 else "after"
    return f"{said}, {_length(abs(before))} {when} the trouble began"


def _commit(deploy: Deploy) -> str:
    title = deploy.message.partition("\n")[0][:SHOWN]
    return f"{deploy.commit[:SHORT]} “{title}”"


def _newest(deploys: Sequence[Deploy], before: float | None) -> dict[str, str]:
    facts = {}
    for name, deploy in zip(("latest", "previous"), deploys, strict=False):
        facts[name] = deploy.id
        facts[f"{name}_commit"] = deploy.commit
        facts[f"{name}_status"] = deploy.status
    facts["latest_trigger"] = deploys[0].trigger
    if before is not None:
        facts["minutes_before"] = f"{before:.0f}"
    return facts


def _code(deploys: Sequence[Deploy]) -> dict[str, str]:
    """The commits, newest deploy first; whether one that failed to build had been built before."""
    live, latest = live_deploy(deploys), deploys[0]
    facts = {"commits": ",".join(dict.fromkeys(d.commit for d in deploys if d.commit))}
    if live is not None:
        facts["live_commit"] = live.commit
    if latest.status == "build_failed":
        built = any(d.commit == latest.commit != "" and d.status in RELEASED for d in deploys)
        facts["built_before"] = "yes" if built else "no"
    return facts


def _under_way(deploys: Sequence[Deploy], now: datetime) -> dict[str, str]:
    """What is being deployed and for how many minutes; how long that usually takes; what waits."""
    going, usual = under_way(deploys), usual_length(deploys)
    if going is None:
        return {}
    waiting = [d.id for d in deploys if d.status in WAITING and d.id != going.id]
    facts = {
        "under_way": going.id,
        "under_way_commit": going.commit,
        "under_way_status": going.status,
        "waiting": ",".join(waiting),
    }
    if going.created_at:
        facts["under_way_minutes"] = f"{(now - going.created_at).total_seconds() / 60:.1f}"
    if usual is not None:
        facts["usual_minutes"] = f"{usual.total_seconds() / 60:.1f}"
    return facts


def _way_back(
    deploys: Sequence[Deploy], target: Deploy | None, began: datetime, now: datetime
) -> dict[str, str]:
    """What a rollback would leave and what it would go back to; or that it was done already."""
    live = live_deploy(deploys)
    if live is not None and live.trigger == "rollback" and live.finished_at:
        return {"rolled_back_minutes": f"{(now - live.finished_at).total_seconds() / 60:.1f}"}
    if target is None or live is None:
        return {}
    facts = {
        "live": live.id,
        "live_said": f"{_commit(live)}{_aged(live, now)}",
        "target": target.id,
        "target_said": f"{_commit(target)}{_aged(target, now)}",
    }
    came = came_at(deploys)
    if came is None:
        return facts
    before = (began - came).total_seconds() / 60
    said = _length(max(before, 0))
    return {**facts, "live_minutes_before": f"{before:.1f}", "live_before_said": said}


def _running(deploys: Sequence[Deploy], service: str) -> dict[str, str]:
    """Whose code runs now, since when, and when its deploy was made: times as ISO 8601."""
    live = live_deploy(deploys)
    if live is None or not live.commit:
        return {}
    facts = {"runs": live.id, "runs_commit": live.commit, "runs_said": _commit(live)}
    times = {"runs_since": live.finished_at or live.created_at, "runs_made": live.created_at}
    told = {name: at.isoformat() for name, at in times.items() if at}
    return {**facts, **told, "runs_service": service}


def _line(deploy: Deploy, now: datetime) -> str:
    first = deploy.message.partition("\n")[0][:LONGEST]
    return (
        f"{deploy.id} {deploy.status}{_aged(deploy, now)}: {deploy.commit[:SHORT]} {first}".rstrip()
    )


def _aged(deploy: Deploy, now: datetime) -> str:
    at = deploy.created_at
    return f", {_length((now - at).total_seconds() / 60)} old" if at else ""


def _length(minutes: float) -> str:
    if minutes < 1:
        return "under 1 min"
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes:.0f} min"
    hours = minutes / 60
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"  # noqa: PLR2004 - two days
