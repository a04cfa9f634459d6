"""Older looks, thinned out: a line a minute, later a line an hour, at last nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Table,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.check import Seen
from bot.domain.history import HOUR, HOURS_KEPT, MINUTE, MINUTES_KEPT, Stretch

from .tables import EPOCH, MICROSECOND, RESULT, STRETCH
from .work import Part

ORDER = ("service", "check", "at_us", "lasts_us", "looks", "failed", "blind")
FIGURES = ("low", "high", "measured", "total")


class History(Part):
    async def thin(self, before: datetime) -> None:
        """Make looks older than that a line a minute, and old lines a line an hour."""

        async def unit(connection: AsyncConnection) -> None:
            await _replace(connection, RESULT, floored(before, MINUTE), of_looks())
            hourly = floored(before - MINUTES_KEPT, HOUR)
            await _replace(connection, STRETCH, hourly, of_minutes())
            await connection.execute(delete(STRETCH).where(STRETCH.c.at_us < before - HOURS_KEPT))

        await self._work(unit)

    async def stretches(self, service: str, check: str, since: datetime) -> Sequence[Stretch]:
        """Oldest first; what has not been thinned yet is given by the minute, too."""
        kept = select(STRETCH).where(STRETCH.c.at_us >= since - HOUR)
        fresh = of_looks().where(RESULT.c.at_us >= floored(since, MINUTE))
        rows = [
            *await self._all(kept.where(STRETCH.c.service == service, STRETCH.c.check == check)),
            *await self._all(fresh.where(RESULT.c.service == service, RESULT.c.check == check)),
        ]
        found = (_stretch(row) for row in rows)
        return sorted((s for s in found if s.at + s.lasts > since), key=lambda s: s.at)


async def _replace(
    connection: AsyncConnection, table: Table, before: datetime, lines: Select[Any]
) -> None:
    """Write the lines of what is older, and drop it: one transaction, so nothing counts twice."""
    old = table.c.at_us < before
    if table is STRETCH:
        old &= STRETCH.c.lasts_us == us(MINUTE)
    await connection.execute(insert(STRETCH).from_select([*ORDER, *FIGURES], lines.where(old)))
    await connection.execute(delete(table).where(old))


def of_looks() -> Select[Any]:
    look = RESULT.c
    begins = begin_of(look.at_us, MINUTE)
    return select(
        look.service,
        look.check,
        begins.label("at_us"),
        literal(us(MINUTE), BigInteger).label("lasts_us"),
        func.count().label("looks"),
        func.sum(case((look.seen == Seen.FAIL, 1), else_=0)).label("failed"),
        func.sum(case((look.seen == Seen.BLIND, 1), else_=0)).label("blind"),
        func.min(look.value).label("low"),
        func.max(look.value).label("high"),
        func.count(look.value).label("measured"),
        func.coalesce(func.sum(look.value), 0.0).label("total"),
    ).group_by(look.service, look.check, begins)


def of_minutes() -> Select[Any]:
    line = STRETCH.c
    begins = begin_of(line.at_us, HOUR)
    return select(
        line.service,
        line.check,
        begins.label("at_us"),
        literal(us(HOUR), BigInteger).label("lasts_us"),
        func.sum(line.looks).label("looks"),
        func.sum(line.failed).label("failed"),
        func.sum(line.blind).label("blind"),
        func.min(line.low).label("low"),
        func.max(line.high).label("high"),
        func.sum(line.measured).label("measured"),
        func.sum(line.total).label("total"),
    ).group_by(line.service, line.check, begins)


def begin_of(at: ColumnElement[Any], length: timedelta) -> ColumnElement[int]:
    whole = type_coerce(at, BigInteger)
    return whole - whole % us(length)


def us(length: timedelta) -> int:
    return length // MICROSECOND


def floored(at: datetime, length: timedelta) -> datetime:
    return at - (at - EPOCH) % length


def _stretch(row: Row[Any]) -> Stretch:
    at = row.at_us if isinstance(row.at_us, datetime) else EPOCH + row.at_us * MICROSECOND
    mean = row.total / row.measured if row.measured else None
    return Stretch(
        row.service,
        row.check,
        at,
        row.lasts_us * MICROSECOND,
        int(row.looks),
        int(row.failed),
        int(row.blind),
        row.low,
        row.high,
        mean,
    )
