"""What the checks saw: the newest in memory, all of it in the database.

Judging reads the newest looks of every check again and again, so these are kept in memory, and
looks are written in batches. A crash loses the looks of the last moment, which are looked again;
nothing that people were told rests on them alone.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.check import Result, Seen
from bot.ports import Unavailable

from .codec import storable
from .tables import RESULT
from .work import Part, Work

RING = 60  # looks of a check kept in memory
SOON = 0.2  # seconds until a look is written down
MANY = 500  # looks that are written down at once


@dataclass
class Ring:
    """The newest looks of one check, oldest first. `whole`: the database holds no others."""

    looks: list[Result] = field(default_factory=list)
    whole: bool = True

    def add(self, result: Result) -> None:
        insort(self.looks, result, key=lambda look: look.at)
        if len(self.looks) > RING:
            self.whole = False
            del self.looks[: len(self.looks) - RING]

    def newest(self, since: datetime | None, limit: int) -> list[Result] | None:
        """Newest first; None: memory does not reach so far back."""
        if since is None:
            found = self.looks[: -limit - 1 : -1]
            return found if self.whole or len(found) >= limit else None
        found = [look for look in reversed(self.looks) if look.at > since]
        reaches = len(found) < len(self.looks)
        return found[:limit] if self.whole or reaches or len(found) >= limit else None


class Looks(Part):
    def __init__(self, work: Work, now: Callable[[], datetime]) -> None:
        super().__init__(work, now)
        self._rings: dict[tuple[str, str], Ring] = {}
        self._unwritten: list[Result] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, result: Result) -> None:
        result = _mended(result)
        (await self._ring(result.service, result.check)).add(result)
        self._unwritten.append(result)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_soon(), name="looks")
        if len(self._unwritten) >= MANY:
            await self.write_down()

    async def results(
        self, service: str, check: str, *, since: datetime | None = None, limit: int = 50
    ) -> Sequence[Result]:
        found = (await self._ring(service, check)).newest(since, limit)
        if found is not None:
            return found
        await self.write_down()
        return await self._read(_newest(service, check, since).limit(limit))

    async def write_down(self) -> None:
        """Write what is only in memory. Raises Unavailable, and then keeps it for the next time."""
        batch, self._unwritten = self._unwritten, []
        if not batch:
            return
        try:
            await self._work(partial(_insert, [_row(look) for look in batch]))
        except Unavailable:
            self._unwritten = (batch + self._unwritten)[-MANY:]
            raise

    async def _write_soon(self) -> None:
        while self._unwritten:
            await asyncio.sleep(SOON)
            try:
                await self.write_down()
            except Unavailable:
                return  # the next look tries again

    async def _ring(self, service: str, check: str) -> Ring:
        key = (service, check)
        if key not in self._rings:
            known = await self._read(_newest(service, check, None).limit(RING))
            ring = Ring(list(known[::-1]), whole=len(known) < RING)
            self._rings.setdefault(key, ring)
        return self._rings[key]

    def forget(self, before: datetime) -> None:
        """Those that were pruned."""
        for ring in self._rings.values():
            ring.looks = [look for look in ring.looks if look.at >= before]

    async def _read(self, query: Select[tuple[object, ...]]) -> list[Result]:
        return [
            Result(r.service, r.check, Seen(r.seen), r.at_us, r.code, r.detail, r.value)
            for r in await self._all(query)
        ]


async def _insert(rows: Sequence[Mapping[str, object]], connection: AsyncConnection) -> None:
    await connection.execute(insert(RESULT), rows)


def _mended(look: Result) -> Result:
    """As the database will give it back."""
    code, detail = storable(look.code), storable(look.detail)
    same = (code, detail) == (look.code, look.detail)
    return look if same else replace(look, code=code, detail=detail)


def _newest(service: str, check: str, since: datetime | None) -> Select[tuple[object, ...]]:
    look = RESULT.c
    query = select(RESULT).where(look.service == service, look.check == check)
    if since is not None:
        query = query.where(look.at_us > since)
    return query.order_by(look.at_us.desc(), look.id.desc())


def _row(look: Result) -> dict[str, object]:
    return {
        "service": look.service,
        "check": look.check,
        "seen": look.seen,
        "at_us": look.at,
        "code": look.code,
        "detail": look.detail,
        "value": look.value,
    }
