"""The hash chain of an incident's events: each row vouches for all before it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Row

from bot.domain.incident import Event

from .codec import EVENT, decode, storable


def root(id: int, service: str) -> str:
    """Return what the first event is chained to, so that no chain passes for another's."""
    return sha256(storable(f"{id} {service}").encode()).hexdigest()


def link(previous: str, body: str) -> str:
    return sha256((previous + body).encode()).hexdigest()


def unbroken(rows: Sequence[Row[Any]]) -> bool:
    """Whether these rows (an incident joined to its events, in order) are as they were written."""
    if not rows or [row.number for row in rows] != list(range(1, rows[0].version + 1)):
        return False
    previous = root(rows[0].id, rows[0].service)
    for row in rows:
        if row.prev_hash != previous or row.hash != link(previous, row.body):
            return False
        if not _agrees(row, decode(EVENT, row.body)):
            return False
        previous = row.hash
    return True


def _agrees(row: Row[Any], event: Event) -> bool:
    """Whether the columns that people query say what the hashed body says."""
    said = (event.at, event.kind, event.by, event.key)
    return said == (row.at_us, row.kind, row.by, row.key)
