"""Alerts of other systems become looks of a check of our own, so that they are judged like one."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.check import Result, Seen
from bot.domain.iso import moment
from bot.flows.engine import Bell, News
from bot.inbound.alert_forms import LONGEST_DETAIL, ORDER, UNSEEN, Alert, read_alerts
from bot.inbound.border import Answer, in_json, line
from bot.ports import Store

log = logging.getLogger(__name__)

Report = Callable[[Result], Awaitable[object]]
Key = tuple[str, str, str]  # service, check, id

FIRING = "alerts:firing"  # the memo
MOST_FIRING = 500  # kept; the newest
FORGOTTEN = timedelta(hours=24)  # Alertmanager and Grafana repeat what fires every 4 h by default
JUST_TOLD = 60.0  # seconds in which the same is not told again: a request may come a second time


@dataclass(frozen=True)
class Firing:
    """What fires under one id, as it was last said."""

    at: datetime
    code: str
    detail: str
    value: float | None = None


class Alerts:
    """`report` keeps the look and judges it with patience 1. At least one service is watched."""

    def __init__(
        self,
        store: Store,
        services: Sequence[str],
        report: Report,
        *,
        bell: Bell,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not services:
            raise ValueError("alerts need a watched service that they can be about")
        self._store, self._services, self._report, self._bell = store, services, report, bell
        self._now, self._monotonic = now, monotonic
        self._firing: Mapping[Key, Firing] | None = None
        self._told: dict[tuple[str, str], tuple[Result, float]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def take(self, body: bytes) -> Answer:
        """Report all of it, then say so. Raises Unavailable: then it is sent again."""
        now = self._now()
        read = read_alerts(body, self._services, now)
        if read.wrong:
            return in_json(400, {"ok": False, "wrong": read.wrong})
        if read.left_out:
            log.warning("alerts.cut", extra={"left_out": read.left_out})
        async with self._one_at_a_time:
            if self._firing is None:
                self._firing = load(await self._store.memo(FIRING))
            after, results = settle(self._firing, read.alerts, now)
            for result in results:
                await self._tell(result)
            await self._store.set_memo(FIRING, dump(after))
            self._firing = after
        if results:
            self._bell.ring(News.INCIDENT)
        return in_json(200, {"ok": True, "taken": len(read.alerts), "left_out": read.left_out})

    async def _tell(self, result: Result) -> None:
        key, now = (result.service, result.check), self._monotonic()
        self._told = {k: told for k, told in self._told.items() if now - told[1] < JUST_TOLD}
        if key in self._told and replace(self._told[key][0], at=result.at) == result:
            return
        await self._report(result)
        self._told[key] = result, now


def settle(
    firing: Mapping[Key, Firing], alerts: Iterable[Alert], now: datetime
) -> tuple[Mapping[Key, Firing], Sequence[Result]]:
    """Return what fires now, and one result for each check that was spoken of.

    Several may fire under one name: the check passes only when the last of them is over.
    """
    after = {key: one for key, one in firing.items() if now - one.at < FORGOTTEN}
    spoken: dict[tuple[str, str], list[Firing]] = {}
    for alert in alerts:
        key = (alert.service, alert.check, alert.id)
        after.pop(key, None)
        if alert.firing:
            after[key] = Firing(now, alert.code, alert.detail, alert.value)
        spoken[alert.service, alert.check] = []
    kept = dict(list(after.items())[-MOST_FIRING:])
    for key, one in kept.items():
        spoken.get(key[:2], []).append(one)
    return kept, [result_of(*name, left, now) for name, left in spoken.items()]


def result_of(service: str, check: str, left: Sequence[Firing], now: datetime) -> Result:
    """Say what a check amounts to of which these still fire."""
    if not left:
        return Result(service, check, Seen.PASS, now, detail="its sender says that it is over")
    worst = min(left, key=lambda one: ORDER.index(one.code))
    more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
    seen = Seen.BLIND if worst.code == UNSEEN else Seen.FAIL
    return Result(service, check, seen, now, worst.code, worst.detail + more, worst.value)


def dump(firing: Mapping[Key, Firing]) -> str:
    rows = [[*key, f.at.isoformat(), f.code, f.detail, f.value] for key, f in firing.items()]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def load(memo: str | None) -> Mapping[Key, Firing]:
    """Return what was kept; rows that are not as `dump` writes them are left out."""
    try:
        rows = json.loads(memo or "[]")
    except ValueError:
        return {}
    known = {}
    for row in rows if isinstance(rows, list) else []:
        match row:
            case [str(service), str(check), str(id), said, str(code), str(detail), value]:
                at = moment(said)
                if at and code in ORDER:
                    number = value if isinstance(value, float) else None
                    text = line(detail, LONGEST_DETAIL)
                    known[service, check, id] = Firing(at, code, text, number)
    return known
