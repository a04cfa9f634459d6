"""How a service stands on its platform, told from what the platform recorded about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from .check import SETTLING
from .length import about

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

# Deploy statuses as the Render API spells them; others stay unknown and prove nothing.
IN_PROGRESS = frozenset(
    {"created", "queued", "build_in_progress", "pre_deploy_in_progress", "update_in_progress"}
)
DEPLOY_FAILED = {
    "build_failed": "its build failed",
    "pre_deploy_failed": "its pre-deploy command failed",
    "update_failed": "its new version did not start",
}
# The old version runs for 60 s beside the new one and may then take up to 300 s to end (Render's
# docs, deploys).
SOON = 30.0  # minutes
CLOCKS_APART = 1.0  # minutes
LEAVES_WITHIN = timedelta(seconds=360)
RELEASED = frozenset({"live", "deactivated"})


@dataclass(frozen=True)
class Deploy:
    """One deploy; `status` and `trigger` are the platform's own words."""

    id: str
    status: str
    trigger: str = ""
    commit: str = ""
    message: str = ""  # untrusted: written by whoever wrote the commit
    created_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Failure:
    """Why an instance failed: a code of the severity table and a line for people."""

    code: str
    detail: str


@dataclass(frozen=True)
class Happening:
    """One event that the platform recorded; `kind` is its own word for it."""

    id: str
    kind: str
    at: datetime
    deploy: str = ""
    outcome: str = ""  # of a deploy that ended: succeeded, failed, canceled
    instance: str = ""
    by: str = ""
    failure: Failure | None = None


@dataclass(frozen=True)
class Hosted:
    """The service as the platform describes it."""

    id: str
    name: str
    kind: str = ""
    owner: str = ""
    plan: str = ""
    suspended: bool = False
    suspenders: tuple[str, ...] = ()
    url: str = ""
    auto_deploy: str = ""  # commit, checksPass or off
    instances: int = 0  # that it was scaled to by hand; 0: not told
    autoscaled: bool = False  # then the platform chooses how many
    disk: bool = False  # then it has one instance, and a deploy stops it first


class Standing(NamedTuple):
    """Whether it stands; if not, a code of the severity table; and a line for people.

    Of one that stands the code may be SETTLING: a start or a deploy may be felt now.
    """

    ok: bool
    code: str
    detail: str


@dataclass(frozen=True)
class LoopRule:
    """How many failures in how short a time are a crash loop."""

    failures: int = 3
    within: timedelta = timedelta(minutes=10)


def standing(
    events: Iterable[Happening],
    deploys: Sequence[Deploy],
    now: datetime,
    *,
    suspended: bool = False,
    suspenders: Sequence[str] = (),
    loop: LoopRule = LoopRule(),
    settles_within: timedelta = timedelta(),
    deploy_within: timedelta | None = None,
) -> Standing:
    """Say how the service stands, from its events and its newest deploys in any order.

    A start may be felt for `settles_within`; a deploy that takes longer than `deploy_within` is
    stuck.
    """
    if suspended:
        return Standing(ok=False, code="suspended", detail=_suspended_by(suspenders))
    history = sorted(events, key=lambda e: e.at)
    deploys = newest_first(deploys)
    since = fresh_start(history, deploys)
    failures = own_failures(history, deploys, since)
    fault = _looping(failures, now, loop) or _fallen(failures, history)
    if fault:
        also = f"; deploy {deploys[0].id} is in progress" if in_progress(deploys) else ""
        return Standing(ok=False, code=fault.code, detail=f"{fault.detail}{also}")
    if found := _deployed(deploys, now, deploy_within):
        return found
    code = SETTLING if now - since < settles_within else ""
    return Standing(ok=True, code=code, detail="running")


def in_progress(deploys: Sequence[Deploy]) -> bool:
    """Whether the first of them, the newest, has not come to its end."""
    return bool(deploys) and deploys[0].status in IN_PROGRESS


def newest_first(deploys: Iterable[Deploy]) -> list[Deploy]:
    """Sort by creation: the platform promises no order."""
    return sorted(deploys, key=lambda d: d.created_at or LONG_AGO, reverse=True)


def live_deploy(deploys: Iterable[Deploy]) -> Deploy | None:
    """The deploy whose version runs now."""
    return next((d for d in newest_first(deploys) if d.status == "live"), None)


def way_back(deploys: Sequence[Deploy]) -> Deploy | None:
    """The deploy to roll back to: the newest that ran before the live one, with other code.

    None also when the live one is a rollback already: the one before it is what was left.
    """
    live = live_deploy(deploys)
    if live is None or live.trigger == "rollback" or not live.created_at:
        return None
    before = [d for d in newest_first(deploys) if (d.created_at or LONG_AGO) < live.created_at]
    ran = (d for d in before if d.status == "deactivated" and d.commit)
    return next((d for d in ran if d.commit != live.commit), None)


def came_at(deploys: Sequence[Deploy]) -> datetime | None:
    """When the code that runs now was first put in place: deploying it again changes nothing."""
    live = live_deploy(deploys)
    if live is None:
        return None
    until = live.created_at or LONG_AGO
    ran = [d for d in newest_first(deploys) if d.status in RELEASED]
    ran = [d for d in ran if (d.created_at or LONG_AGO) <= until]
    run = list(takewhile(lambda d: d.commit == live.commit, ran)) or [live]
    return run[-1].finished_at or run[-1].created_at


def came_with(minutes_before: float | None) -> bool:
    """Whether trouble that began so long after a deploy went live points to that deploy."""
    return minutes_before is not None and -CLOCKS_APART <= minutes_before <= SOON


def fresh_start(history: Iterable[Happening], deploys: Iterable[Deploy]) -> datetime:
    """When the running version was last put in place: what failed before that is past."""
    starts = [e.at for e in history if _starts_afresh(e)]
    starts += [d.finished_at for d in deploys if d.status == "live" and d.finished_at]
    return max(starts, default=LONG_AGO)


def own_failures(
    history: Iterable[Happening], deploys: Sequence[Deploy], since: datetime
) -> list[Happening]:
    """Return the failures of the running version, oldest first.

    While a new version is being started, the one that fails is the new one: the version before it
    keeps serving until the new one is healthy. An instance that failed before is the old one.
    """
    history = list(history)
    trials = _trials(history, deploys)
    leaving = _leaving(history, deploys, since)
    own: list[Happening] = []
    for event in history:
        if event.kind != "server_failed" or event.at <= since:
            continue
        if event.instance in leaving and event.at <= since + LEAVES_WITHIN:
            continue
        old = bool(event.instance) and any(e.instance == event.instance for e in own)
        if old or not any(start <= event.at <= end for start, end in trials):
            own.append(event)
    return own


def _starts_afresh(event: Happening) -> bool:
    return event.kind in {"server_restarted", "service_resumed"} or (
        event.kind == "deploy_ended" and event.outcome == "succeeded"
    )


def _leaving(history: Sequence[Happening], deploys: Iterable[Deploy], since: datetime) -> set[str]:
    """Instances of an earlier version, which may go on failing for a while until they are ended.

    Those are sure that failed before the version which stands since then was even begun. When
    that is not known, nobody is leaving: a failure too many is better than one too few.
    """
    begun = _begun(history, deploys, since)
    if begun is None:
        return set()
    failed = (e for e in history if e.kind == "server_failed" and e.at <= begun)
    return {e.instance for e in failed if e.instance}


def _begun(
    history: Sequence[Happening], deploys: Iterable[Deploy], since: datetime
) -> datetime | None:
    """When the restart, or the deploy, that put the running version in place was begun."""
    if any(e.kind in {"server_restarted", "service_resumed"} and e.at == since for e in history):
        return since
    live = live_deploy(deploys)
    starts = (e for e in history if live and e.kind == "deploy_started" and e.deploy == live.id)
    return max((e.at for e in starts if e.at <= since), default=None)


def _trials(
    history: Sequence[Happening], deploys: Sequence[Deploy]
) -> list[tuple[datetime, datetime]]:
    """The spans in which a new version was tried that is not, or not yet, the running one."""
    status = {d.id: d.status for d in deploys}
    ended = {e.deploy: e for e in history if e.kind == "deploy_ended"}
    spans = []
    for event in history:
        if event.kind != "deploy_started" or not event.deploy:
            continue
        end = ended.get(event.deploy)
        if end is None and status.get(event.deploy) == "update_in_progress":
            spans.append((_built(history, event.at), datetime.max.replace(tzinfo=UTC)))
        elif end is not None and end.outcome in {"failed", "canceled"}:
            spans.append((_built(history, event.at, end.at), end.at))
    return spans


def _built(history: Iterable[Happening], start: datetime, end: datetime | None = None) -> datetime:
    """When the start of the new version began: until then only the old one can have failed."""
    steps = {"build_ended", "pre_deploy_ended"}
    until = end or datetime.max.replace(tzinfo=UTC)
    return max((e.at for e in history if e.kind in steps and start <= e.at <= until), default=start)


def _looping(failures: Sequence[Happening], now: datetime, rule: LoopRule) -> Failure | None:
    recent = [e for e in failures if now - e.at <= rule.within]
    if len(recent) < rule.failures:
        return None
    detail = f"failed {len(recent)} times in {about(rule.within)}; last: {_why(recent[-1]).detail}"
    return Failure("crash_loop", detail)


def _fallen(failures: Sequence[Happening], history: Iterable[Happening]) -> Failure | None:
    if not failures:
        return None
    newest = failures[-1]
    back = any(e.kind == "server_available" and e.at >= newest.at for e in history)
    return None if back else _why(newest)


def _why(event: Happening) -> Failure:
    return event.failure or Failure("crashed", "it failed; the platform gives no reason")


def _deployed(
    deploys: Sequence[Deploy], now: datetime, within: timedelta | None
) -> Standing | None:
    latest = next((d for d in deploys if d.status != "canceled"), None)
    if latest is None:
        return None
    if latest.status in IN_PROGRESS:
        took = now - (latest.created_at or now)
        if within is not None and took > within:
            detail = f"deploy {latest.id} has been in progress for {about(took)}"
            return Standing(ok=False, code="deploy_stuck", detail=detail)
        detail = f"running; deploy {latest.id} is in progress"
        return Standing(ok=True, code=SETTLING, detail=detail)
    if latest.status in DEPLOY_FAILED:
        detail = f"deploy {latest.id}: {DEPLOY_FAILED[latest.status]}"
        return Standing(ok=False, code="deploy_failed", detail=detail)
    return None


def _suspended_by(suspenders: Sequence[str]) -> str:
    if "stuck_crashlooping" in suspenders:
        return "suspended by the platform after repeated crashes"
    return f"suspended by {', '.join(suspenders)}" if suspenders else "suspended"
