"""Silences: each kept for good, with who wanted it, why, and who lifted it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import Person
from bot.domain.silence import Silence, Sort

from .known import Known
from .tables import SILENCE
from .upsert import insert_for
from .work import Part, Work

IT = SILENCE.c
END = func.coalesce(IT.lifted_us, IT.ends_us)


class Silences(Part):
    def __init__(self, work: Work, now: Callable[[], datetime]) -> None:
        super().__init__(work, now)
        self._lasting = Known(self._read_lasting)

    async def silence(self, silence: Silence, key: str) -> Silence:
        row = {
            "key": key,
            "kind": silence.kind,
            "service": silence.service,
            "check": silence.check,
            "pattern": silence.pattern,
            "begins_us": silence.begins,
            "ends_us": silence.ends,
            "by": silence.by,
            "by_id": silence.by_id,
            "note": silence.note,
            "lifted_by": "",
            "lifted_by_id": 0,
            "lifted_key": "",
        }

        async def unit(connection: AsyncConnection) -> Silence:
            new = insert_for(connection, SILENCE).values(row)
            await connection.execute(new.on_conflict_do_nothing(index_elements=[IT.key]))
            return _silence((await connection.execute(_of(IT.key == key))).one())

        with self._lasting.written():
            return await self._work(unit)

    async def silences(self, at: datetime) -> Sequence[Silence]:
        """Every failing look asks for what is in force now."""
        since, lasting = await self._lasting()
        if at < since:
            return await self._silences(IT.begins_us <= at, at < END)
        return [silence for silence in lasting if silence.in_force(at)]

    async def _read_lasting(self) -> tuple[datetime, Sequence[Silence]]:
        now = self._now()
        return now, await self._silences(now < END)

    async def ended(self, after: datetime, until: datetime) -> Sequence[Silence]:
        return await self._silences(IT.lifted_us.is_(None), IT.ends_us > after, IT.ends_us <= until)

    async def lift(self, id: int, by: Person, at: datetime, key: str = "") -> Silence | None:
        lifted = {"lifted_us": at, "lifted_by": by.name, "lifted_by_id": by.id, "lifted_key": key}
        change = update(SILENCE).where(IT.id == id, IT.lifted_us.is_(None), IT.ends_us > at)

        async def unit(connection: AsyncConnection) -> Silence | None:
            changed = await connection.execute(change.values(lifted))
            row = (await connection.execute(_of(IT.id == id))).one_or_none()
            mine = row is not None and bool(key) and row.lifted_key == key
            return _silence(row) if row is not None and (changed.rowcount or mine) else None

        with self._lasting.written():
            return await self._work(unit)

    async def _silences(self, *which: ColumnElement[bool]) -> Sequence[Silence]:
        return [_silence(row) for row in await self._all(_of(*which))]


def _of(*which: ColumnElement[bool]) -> Any:  # noqa: ANN401 - the type of a select of many columns cannot be written
    return select(SILENCE).where(*which).order_by(IT.id)


def _silence(row: Row[Any]) -> Silence:
    return Silence(
        id=row.id,
        service=row.service,
        check=row.check,
        pattern=row.pattern,
        begins=row.begins_us,
        ends=row.ends_us,
        by=row.by,
        by_id=row.by_id,
        note=row.note,
        kind=Sort(row.kind),
        lifted_at=row.lifted_us,
        lifted_by=row.lifted_by,
    )
