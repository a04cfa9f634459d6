"""Incidents: numbered once, moved on only by appending an event to the copy that is current."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.incident import Event, Incident
from bot.domain.moves import Status
from bot.ports import Stale

from . import chain
from .codec import EVENT as EVENT_FORM
from .codec import decode, encode
from .known import Known
from .tables import EVENT, INCIDENT
from .work import Part, Work

# One statement, so one snapshot: an incident never comes with more or fewer events than it has.
TOLD = (
    select(INCIDENT, EVENT.c.version.label("number"), EVENT.c.body)
    .join(EVENT, EVENT.c.incident == INCIDENT.c.id)
    .order_by(INCIDENT.c.id, EVENT.c.version)
)
UNCLOSED = TOLD.where(INCIDENT.c.status.in_([s for s in Status if s is not Status.CLOSED]))
UNTOLD = TOLD.where(INCIDENT.c.announced < INCIDENT.c.version)
CHAINED = TOLD.add_columns(
    EVENT.c.at_us, EVENT.c.kind, EVENT.c.by, EVENT.c.key, EVENT.c.prev_hash, EVENT.c.hash
)


class Incidents(Part):
    def __init__(self, work: Work, now: Callable[[], datetime]) -> None:
        super().__init__(work, now)
        self._unclosed = Known(self._read_unclosed)
        self._untold = Known(self._read_untold)

    async def open(self, service: str, event: Event) -> Incident:
        async def unit(connection: AsyncConnection) -> Incident:
            # Asked first only so that a refusal does not use up a number in PostgreSQL;
            # what decides between two at once is the unique index.
            live = INCIDENT.c.service == service, INCIDENT.c.status != Status.CLOSED
            if await connection.scalar(select(INCIDENT.c.id).where(*live)) is not None:
                raise Stale(f"{service} has a live incident already")
            row = {"service": service, "status": Status.OPEN, "version": 1, "announced": 0}
            new = insert(INCIDENT).values(row).returning(INCIDENT.c.id)
            incident = Incident.opened((await connection.execute(new)).scalar_one(), service, event)
            await _append(connection, incident)
            return incident

        with self._written(), _stale_on_conflict(f"{service} has a live incident already"):
            return await self._work(unit)

    async def incident(self, id: int) -> Incident | None:
        found = _told(await self._all(TOLD.where(INCIDENT.c.id == id)))
        return found[0] if found else None

    async def having(self, *statuses: Status) -> Sequence[Incident]:
        """By id, oldest first. What is not closed, every flow and every healthy look asks."""
        if Status.CLOSED in statuses:
            return _told(await self._all(TOLD.where(INCIDENT.c.status.in_(statuses))))
        return [i for i in await self._unclosed() if i.status in statuses]

    async def _read_unclosed(self) -> Sequence[Incident]:
        return _told(await self._all(UNCLOSED))

    async def latest(self, service: str) -> Incident | None:
        mine = select(INCIDENT.c.id).where(INCIDENT.c.service == service)
        newest = mine.order_by(INCIDENT.c.id.desc()).limit(1)
        found = _told(await self._all(TOLD.where(INCIDENT.c.id.in_(newest))))
        return found[0] if found else None

    async def recent(self, limit: int) -> Sequence[Incident]:
        newest = select(INCIDENT.c.id).order_by(INCIDENT.c.id.desc()).limit(limit)
        return _told(await self._all(TOLD.where(INCIDENT.c.id.in_(newest))))[::-1]

    async def unannounced(self) -> Sequence[tuple[Incident, int]]:
        found = await self._untold()
        if found:
            self._untold.forget()  # it holds until they are announced, which is no write of ours
        return found

    async def _read_untold(self) -> Sequence[tuple[Incident, int]]:
        rows = await self._all(UNTOLD)
        announced = {row.id: row.announced for row in rows}
        return [(incident, announced[incident.id]) for incident in _told(rows)]

    async def record(self, incident: Incident, event: Event) -> Incident:
        after = incident.after(event)
        stale = f"incident #{incident.id} has changed since version {incident.version}"

        async def unit(connection: AsyncConnection) -> None:
            moved = await connection.execute(
                update(INCIDENT)
                .where(INCIDENT.c.id == incident.id, INCIDENT.c.version == incident.version)
                .values(status=after.status, version=after.version)
            )
            if moved.rowcount == 0:
                raise Stale(stale)
            await _append(connection, after)

        with self._written(), _stale_on_conflict(stale):
            await self._work(unit)
        return after

    @contextmanager
    def _written(self) -> Iterator[None]:
        with self._unclosed.written(), self._untold.written():
            yield

    async def proven(self, id: int) -> bool:
        return chain.unbroken(await self._all(CHAINED.where(INCIDENT.c.id == id)))


async def _append(connection: AsyncConnection, incident: Incident) -> None:
    """Add the last event of the timeline, chained to the one before."""
    event, version = incident.timeline[-1], incident.version
    before = EVENT.c.incident == incident.id, EVENT.c.version == version - 1
    previous = await connection.scalar(select(EVENT.c.hash).where(*before))
    previous = previous or chain.root(incident.id, incident.service)
    body = encode(event)
    await connection.execute(
        insert(EVENT).values(
            incident=incident.id,
            version=version,
            at_us=event.at,
            kind=event.kind,
            by=event.by,
            key=event.key,
            body=body,
            prev_hash=previous,
            hash=chain.link(previous, body),
        )
    )


def _told(rows: Iterable[Row[Any]]) -> list[Incident]:
    """Fold rows of TOLD, which come sorted, into incidents."""
    return [_incident(list(group)) for _, group in groupby(rows, key=lambda row: row.id)]


def _incident(rows: Sequence[Row[Any]]) -> Incident:
    first = rows[0]
    timeline = tuple(decode(EVENT_FORM, row.body) for row in rows)
    return Incident(first.id, first.service, Status(first.status), timeline)


@contextmanager
def _stale_on_conflict(why: str) -> Iterator[None]:
    """Somebody took the version, or the service's one live place, before our write."""
    try:
        yield
    except IntegrityError as error:
        raise Stale(why) from error
