"""The book of what models cost: the worst case is booked before a call, the truth after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Executable, case, func, insert, select, text, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.narration.spend import Capped, Caps, Spent, Wish, refusal, this_month, today

from .tables import SPEND
from .work import Part

IT = SPEND.c
AMOUNT = func.coalesce(IT.spent, IT.reserved)  # what is not settled counts with the worst
LOCK = 0x7370656E64  # any number that only we use


class Spending(Part):
    async def reserve_spend(self, wish: Wish, caps: Caps) -> int:
        row = {
            "at_us": wish.at,
            "model": wish.model,
            "purpose": wish.purpose,
            "incident": wish.incident,
            "reserved": wish.amount,
            "request": "",
        }

        async def unit(connection: AsyncConnection) -> int | str:
            await _alone(connection)
            found = (await connection.execute(_spent(wish.at, wish.incident))).one()
            if why := refusal(wish, _of(found), caps):
                return why
            new = await connection.execute(insert(SPEND).values(row).returning(IT.id))
            return int(new.scalar_one())

        booking = await self._work(unit)
        if isinstance(booking, str):  # raised here, as the unit may have outlived its caller
            raise Capped(booking)
        return booking

    async def settle_spend(self, booking: int, amount: int, request: str) -> None:
        open_one = update(SPEND).where(IT.id == booking, IT.spent.is_(None))
        await self._do(open_one.values(spent=amount, request=request))

    async def spent(self, at: datetime, incident: int = 0) -> Spent:
        return _of((await self._all(_spent(at, incident)))[0])


async def _alone(connection: AsyncConnection) -> None:
    """One at a time until the transaction ends: two must not both find the same room.

    SQLite's transactions are that by themselves (engine.py begins them IMMEDIATE).
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _spent(at: datetime, incident: int) -> Executable:
    """One row: spent today, spent this month, calls of the incident that may have been billed."""
    day = case((IT.at_us >= today(at), AMOUNT), else_=0)
    calls = select(func.count()).where(IT.incident == incident, IT.incident > 0, AMOUNT > 0)
    return select(
        func.coalesce(func.sum(day), 0).label("day"),
        func.coalesce(func.sum(AMOUNT), 0).label("month"),
        calls.scalar_subquery().label("calls"),
    ).where(IT.at_us >= this_month(at))


def _of(row: Row[Any]) -> Spent:
    return Spent(int(row.day), int(row.month), int(row.calls))
