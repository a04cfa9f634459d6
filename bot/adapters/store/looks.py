"""What the checks saw, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select

from bot.domain.check import Result, Seen

from .tables import RESULT
from .work import Part


class Looks(Part):
    async def keep(self, result: Result) -> None:
        await self._do(
            insert(RESULT).values(
                service=result.service,
                check=result.check,
                seen=result.seen,
                at_us=result.at,
                code=result.code,
                detail=result.detail,
                value=result.value,
            )
        )

    async def results(
        self, service: str, check: str, *, since: datetime | None = None, limit: int = 50
    ) -> Sequence[Result]:
        look = RESULT.c
        query = (
            select(RESULT)
            .where(look.service == service, look.check == check)
            .order_by(look.at_us.desc(), look.id.desc())
            .limit(limit)
        )
        if since is not None:
            query = query.where(look.at_us > since)
        return [
            Result(r.service, r.check, Seen(r.seen), r.at_us, r.code, r.detail, r.value)
            for r in await self._all(query)
        ]
