"""How everything stands that a service leans on: its database, its upstreams, the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.rules import Rules
from bot.domain.why.dependencies import (
    SOURCE,
    Dependency,
    Sort,
    State,
    facts,
    standing,
    summary,
    together,
)
from bot.ports import Store

NEAR, FAR = 50, 500  # looks: those in memory, and those that say since when it is down


@dataclass(frozen=True)
class Leaned:
    """One thing that is leaned on, and the checks that look at it: pairs of service and check.

    `components` are the parts of a status page that are used; a look older than `fresh_for` says
    nothing.
    """

    name: str
    sort: Sort
    looks: tuple[tuple[str, str], ...]
    components: tuple[str, ...] = ()
    fresh_for: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Dependencies:
    """Evidence U1, from what the checks saw last: nobody is asked. Raises Unavailable."""

    service: str
    leans_on: Sequence[Leaned]
    store: Store
    rules: Rules
    now: Callable[[], datetime]
    name: str = SOURCE

    async def gather(self, incident: Incident) -> Evidence:  # noqa: ARG002 - the port's form
        looked = [one for one in self.leans_on if one.looks]
        known = await asyncio.gather(*(self._stands(one) for one in looked))
        trouble = any(one.state is not State.UP for one in known)
        return Evidence(
            "U1",
            self.name,
            Found.SOMETHING if trouble else Found.NOTHING,
            summary(known, self.now(), self.rules.zone),
            facts(known),
            tuple(f"{one.name}: {one.said}" for one in known if _is_telling(one)),
        )

    async def _stands(self, one: Leaned) -> Dependency:
        found = [await self._by(one, *look) for look in one.looks]
        return together(found)

    async def _by(self, one: Leaned, service: str, check: str) -> Dependency:
        """The newest looks say how it stands; since when, sometimes only older ones."""
        found = await self._look(one, service, check, NEAR)
        if found.longer and found.state in {State.DOWN, State.DEGRADED}:
            return await self._look(one, service, check, FAR)
        return found

    async def _look(self, one: Leaned, service: str, check: str, limit: int) -> Dependency:
        looks = await self.store.results(service, check, limit=limit)
        return standing(
            one.name,
            one.sort,
            looks,
            self.rules.patience_of(service, check),
            self.now(),
            fresh_for=one.fresh_for,
            components=one.components,
        )


def _is_telling(one: Dependency) -> bool:
    return one.state in {State.DOWN, State.DEGRADED} and bool(one.said)
