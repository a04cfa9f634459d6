"""Look at everything from beside a running watchdog: nothing is kept, nobody is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from bot.adapters.budget import Budget
from bot.adapters.render import Render, render_client
from bot.adapters.ticks import Ticks
from bot.adapters.web import plain_client
from bot.app.allowed import allowed_to_look
from bot.app.duties import own_deadlines, own_intervals
from bot.app.parts import Ways
from bot.app.wiring import world_of
from bot.domain.check import Result, Seen
from bot.domain.severity import Severity, kind_of, row
from bot.flows.watch import checked
from bot.ports import Check, Store, Unavailable, World
from bot.settings import House, Settings

AT_ONCE = 20  # looks
DEADLINE = 30.0  # seconds of a look that is not told otherwise
PATIENCE = 20.0  # seconds that a look waits for its turn to ask Render: here all look at once


class UnknownName(Exception):  # noqa: N818 - it says what the name is
    """No check is called so: a sentence that names those there are."""


class NoStore:
    """Stands where the parts ask for what came to the running watchdog: its store stays shut."""

    async def memo(self, name: str) -> str | None:  # noqa: ARG002 - as in Store
        """Raises Unavailable, always."""
        raise Unavailable("not known here: pings come to the running watchdog, /status shows them")


@dataclass(frozen=True)
class Look:
    """A look and how long it took in seconds. A failure has a severity and says who is hurt."""

    result: Result
    seconds: float
    severity: Severity | None = None
    impact: str = ""

    def as_json(self) -> dict[str, Any]:
        seen = self.result
        return {
            "service": seen.service,
            "check": seen.check,
            "seen": seen.seen.value,
            "code": seen.code,
            "severity": self.severity.value if self.severity else None,
            "impact": self.impact,
            "detail": seen.detail,
            "value": seen.value,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Eyes:
    """The checks of a house, and how each is looked at; at most AT_ONCE at a time."""

    world: World
    house: House
    room: asyncio.Semaphore

    async def look(self, check: Check) -> Look:
        async with self.room:
            began = time.monotonic()
            result = await self._look(check)
            return self._weighed(result, time.monotonic() - began)

    async def _look(self, check: Check) -> Result:
        within = own_deadlines(self.house).get(full_name(check), DEADLINE)
        try:
            async with asyncio.timeout(within):
                return await checked(self.world, await check.look())
        except TimeoutError:
            said = f"the look did not end in {within:g} s"
            return Result(check.service, check.name, Seen.BLIND, self.world.now(), "", said)

    def _weighed(self, result: Result, seconds: float) -> Look:
        if result.seen is not Seen.FAIL:
            return Look(result, seconds)
        severity = self.world.rules.severity_of(result)
        impact = f"{result.service} {row(result.check, result.code).impact}"
        return Look(result, seconds, severity, impact)

    def every(self, check: Check) -> float:
        """Seconds from one look to the next."""
        own = own_intervals(self.house).get(full_name(check))
        every: float = own or getattr(self.house.checks, kind_of(check.name)).every
        return every


@asynccontextmanager
async def eyes(settings: Settings, house: House) -> AsyncIterator[Eyes]:
    """Build every check of the settings, with connections of its own and without a store."""
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(plain_client())
        key = settings.render_api_key.get_secret_value()
        platform = await stack.enter_async_context(render_client(settings.render_api_url, key))
        reads = Budget(house.render.reads_per_minute, patience=PATIENCE)
        render = Render(platform, may=allowed_to_look(house), reads=reads)
        ways = Ways(settings, house, render, web, cast("Store", NoStore()), stack)
        yield Eyes(world_of(ways, Ticks()), house, asyncio.Semaphore(AT_ONCE))


def full_name(check: Check) -> str:
    return f"{check.service}/{check.name}"


def chosen(checks: Sequence[Check], name: str) -> list[Check]:
    """All of that name, kind, service or "service/check"; "" chooses all. Raises UnknownName."""
    found = [c for c in checks if not name or name in names(c)]
    if found:
        return found
    known = ", ".join(sorted({c.name for c in checks} | {c.service for c in checks}))
    raise UnknownName(f"There is no check {name[:60]!r}; there are {known}.")


def names(check: Check) -> set[str]:
    return {check.name, kind_of(check.name), check.service, full_name(check)}


async def look_once(settings: Settings, house: House, name: str) -> list[Look]:
    """Look at the chosen checks once, all at once. Raises UnknownName."""
    async with eyes(settings, house) as seeing:
        checks = chosen(seeing.world.checks, name)
        return list(await asyncio.gather(*(seeing.look(check) for check in checks)))


async def keep_looking(
    settings: Settings, house: House, name: str, told: Callable[[Look], None]
) -> None:
    """Look at each at its interval until cancelled; tell the first look and every change.

    Raises UnknownName.
    """
    async with eyes(settings, house) as seeing:
        checks = chosen(seeing.world.checks, name)
        async with asyncio.TaskGroup() as group:
            for check in checks:
                group.create_task(tell_changes(seeing, check, told))


async def tell_changes(
    seeing: Eyes,
    check: Check,
    told: Callable[[Look], None],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Look again and again. A figure that moves is no change; what is seen, and why, is."""
    last: tuple[Seen, str] | None = None
    while True:
        look = await seeing.look(check)
        now = (look.result.seen, look.result.code)
        if now != last:
            told(look)
        last = now
        await sleep(seeing.every(check))


def verdict(looks: Sequence[Look]) -> Seen:
    """The worst of them: a failure, then what could not be seen."""
    seen = {look.result.seen for look in looks}
    return next((one for one in (Seen.FAIL, Seen.BLIND) if one in seen), Seen.PASS)


def report(looks: Sequence[Look], at: datetime) -> dict[str, Any]:
    return {
        "ok": verdict(looks) is Seen.PASS,
        "looked_at": at.isoformat(),
        "checks": [look.as_json() for look in looks],
    }
