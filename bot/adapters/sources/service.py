"""How the service stands now: state, deploy, restarts, failures, memory, CPU."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.adapters.render_answers import Series
from bot.adapters.render_live import AHEAD, LOOK_BACK, RESTARTED, read_live
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.platform import (
    Deploy,
    Happening,
    Hosted,
    LoopRule,
    Standing,
    fresh_start,
    in_progress,
    newest_first,
    standing,
)
from bot.domain.remedy import Live
from bot.ports import Unavailable

DAY = timedelta(hours=24)
METRICS_BACK = timedelta(minutes=10)
ENOUGH = 5  # values: fewer say nothing of a length of time
METRICS = ("memory", "memory-limit", "cpu", "cpu-limit")
MEGABYTE = 1024 * 1024
STATES = {"crash_loop": "crash loop", "out_of_memory": "crashed", "deploy_failed": "running"}


@dataclass(frozen=True)
class ServiceState:
    """Evidence S1. Raises Unavailable when the state itself cannot be read; metrics may lack."""

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    loop: LoopRule = field(default_factory=LoopRule)
    name: str = "service"

    async def gather(self, incident: Incident) -> Evidence:  # noqa: ARG002 - the port's form
        now = self.now()
        hosted, deploys, events, live, figures = await asyncio.gather(
            self.render.service(self.id),
            self.render.deploys(self.id),
            self.render.events(self.id, now - LOOK_BACK, now + AHEAD),
            read_live(self.render, self.id, now),
            self._figures(now),
        )
        found = standing(
            events,
            deploys,
            now,
            suspended=hosted.suspended,
            suspenders=hosted.suspenders,
            loop=self.loop,
        )
        state = _state(found, deploys)
        facts = {
            "state": state,
            "auto_deploy": hosted.auto_deploy,
            "plan": hosted.plan,
            **_lasting(live),
            **_set_up(hosted),
            **_usage(figures, live.instances),
            **_throughout(figures, live.instances),
            **_history(events, deploys, now, running=state == "running"),
        }
        summary = _summary(found, facts)
        return Evidence("S1", self.name, Found.SOMETHING, summary, tuple(facts.items()))

    async def _figures(self, now: datetime) -> dict[str, tuple[Series, ...]]:
        """Each metric that can be read: a triage must not fail for want of one."""
        asked = (self.render.metrics(name, self.id, now - METRICS_BACK, now) for name in METRICS)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        found = {}
        for name, answer in zip(METRICS, answers, strict=True):
            if isinstance(answer, BaseException):
                if not isinstance(answer, Unavailable):
                    raise answer
                continue
            found[name] = answer
        return found


def _state(found: Standing, deploys: Sequence[Deploy]) -> str:
    if found.code == "suspended":
        return "suspended"
    if in_progress(newest_first(deploys)):
        return "deploying"
    return STATES.get(found.code, found.code) or "running"


def _lasting(live: Live) -> dict[str, str]:
    """The facts that an approval rests on."""
    instances = ",".join(live.instances)
    return {"deploy": live.deploy, "restart": live.restart, "instances": instances}


def _set_up(hosted: Hosted) -> dict[str, str]:
    """What decides how many instances there are, and who has stopped them all."""
    facts = {
        "suspended_by": ",".join(hosted.suspenders) if hosted.suspended else "",
        "scaled_to": str(hosted.instances or ""),
        "autoscaled": "yes" if hosted.autoscaled else "",
        "disk": "yes" if hosted.disk else "",
    }
    return {name: value for name, value in facts.items() if value}


def _usage(figures: dict[str, tuple[Series, ...]], instances: Sequence[str]) -> dict[str, str]:
    highest = {name: _highest(series, instances) for name, series in figures.items()}
    memory, limit = highest.get("memory"), highest.get("memory-limit")
    cpu, cores = highest.get("cpu"), highest.get("cpu-limit")
    facts = {}
    if memory is not None:
        facts["memory_mb"] = f"{memory / MEGABYTE:.0f}"
    if limit:
        facts["memory_limit_mb"] = f"{limit / MEGABYTE:.0f}"
    if cpu is not None:
        facts["cpu"] = f"{100 * cpu / (cores or 1):.0f} %"
    return facts


def _throughout(figures: dict[str, tuple[Series, ...]], instances: Sequence[str]) -> dict[str, str]:
    """The least that any running instance has used in all that time, of its limit."""
    facts = {}
    for name in ("memory", "cpu"):
        least, limit = _lowest(figures.get(name, ()), instances), figures.get(f"{name}-limit", ())
        most = _highest(limit, instances)
        if least is not None and most:
            facts[f"{name}_throughout"] = f"{100 * least / most:.0f} %"
    return facts


def _lowest(series: Sequence[Series], instances: Sequence[str]) -> float | None:
    running = [s for s in series if s.instance in instances]
    if not running or any(len(s.points) < ENOUGH for s in running):
        return None
    return min(value for s in running for _, value in s.points)


def _highest(series: Sequence[Series], instances: Sequence[str]) -> float | None:
    """The newest value of the running instance that has most; limits are per instance."""
    running = [s for s in series if s.points and s.instance in instances]
    newest = [s.points[-1][1] for s in running or series if s.points]
    return max(newest, default=None)


def _history(
    events: Sequence[Happening], deploys: Sequence[Deploy], now: datetime, *, running: bool
) -> dict[str, str]:
    today = [event for event in events if event.at > now - DAY]
    failures = [event for event in today if event.kind == "server_failed"]
    restarts = [event for event in today if event.kind == RESTARTED]
    facts = {"restarts": str(len(restarts)), "failures": str(len(failures))}
    if restarts:
        facts["last_restart"] = restarts[-1].at.isoformat()
    if failures:
        facts["last_failure"] = failures[-1].at.isoformat()
    up = [event.at for event in events if event.kind == "server_available"]
    since = max([fresh_start(events, deploys), *up[-1:]])
    if running and since.year > 1970:  # noqa: PLR2004 - before that nothing is known
        facts["up_since"] = since.isoformat()
    return facts


def _summary(found: Standing, facts: dict[str, str]) -> str:
    said = [found.detail]
    if up := facts.get("up_since"):
        said.append(f"up since {_clock(up)}")
    if (memory := facts.get("memory_mb")) and (limit := facts.get("memory_limit_mb")):
        said.append(f"{memory} of {limit} MB")
    if cpu := facts.get("cpu"):
        said.append(f"CPU {cpu}")
    last = f" (last {_clock(facts['last_restart'])})" if "last_restart" in facts else ""
    failures, restarts = (
        counted(facts["failures"], "failure"),
        counted(facts["restarts"], "restart"),
    )
    said.append(f"{failures}, {restarts}{last} in 24 h")
    return ", ".join(said)


def _clock(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%d %b %H:%M} UTC"


def counted(number: str, noun: str) -> str:
    return f"{number} {noun}" if number == "1" else f"{number} {noun}s"
