"""Past incidents: found again by their fingerprint and by the words of what they were."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, func, literal_column, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.past.memory import Memory
from bot.domain.past.similar import Recalled
from bot.domain.past.terms import terms
from bot.domain.severity import Severity

from .tables import ENGLISH, MEMORY, MICROSECOND
from .upsert import insert_for
from .work import Part

log = logging.getLogger(__name__)

IT = MEMORY.c
FTS = "fts5"  # SQLite's full text search; not every build has it
# Of the connection, not of the file: so the file can move to a build that has no such search, and
# nothing of it is left behind when words are read otherwise in a later version.
TEXTS = "temp.memory_text"
FILL = (
    f"INSERT INTO {TEXTS} (rowid, words) SELECT incident, words FROM memory"  # noqa: S608 - a constant
    f" WHERE incident NOT IN (SELECT rowid FROM {TEXTS})"
)
FIND = (
    f"SELECT rowid FROM {TEXTS} WHERE memory_text MATCH :asked"  # noqa: S608 - a constant
    " ORDER BY bm25(memory_text), rowid DESC LIMIT :most"
)


class Memories(Part):
    _told = False  # that there is no full text search

    async def remember(self, memory: Memory) -> None:
        """Keep it, in place of what was remembered of the same incident before."""
        row = _row(memory)

        async def unit(connection: AsyncConnection) -> None:
            new = insert_for(connection, MEMORY).values(row)
            rest = {name: value for name, value in row.items() if name != "incident"}
            await connection.execute(
                new.on_conflict_do_update(index_elements=[IT.incident], set_=rest)
            )
            if await _texts(connection):
                gone = text(f"DELETE FROM {TEXTS} WHERE rowid = :id")  # noqa: S608 - a constant
                await connection.execute(gone, {"id": memory.id})

        await self._work(unit)

    async def recall(self, fingerprint: str, words: str, service: str, limit: int) -> Recalled:
        """Those of the same fingerprint, then those that share words; at most `limit` of each.

        Of equal fingerprints those of the service come first, then the newest; of the others
        those whose words fit best. `words` may be any text.
        """
        asked = terms(words)

        async def unit(connection: AsyncConnection) -> Recalled:
            known = await connection.scalar(select(func.count()).select_from(MEMORY))
            same = await _rows(connection, _same(fingerprint, service, limit))
            by_text, ids = await _by_words(connection, asked, limit)
            alike = await _rows(connection, select(MEMORY).where(IT.incident.in_(ids)))
            alike.sort(key=lambda memory: ids.index(memory.id))
            found = dict.fromkeys((*same, *alike))
            return Recalled(tuple(found), by_text=by_text, known=known or 0)

        recalled = await self._work(unit)
        if not recalled.by_text and not self._told:
            self._told = True
            log.warning("memory.no_text_search", extra={"why": f"no {FTS} in this SQLite"})
        return recalled


def _same(fingerprint: str, service: str, limit: int) -> Select[Any]:
    at_home = (IT.service == service).desc()
    known = IT.fingerprint == fingerprint if fingerprint else literal_column("1") == 0
    return select(MEMORY).where(known).order_by(at_home, IT.ended_us.desc()).limit(limit)


async def _by_words(
    connection: AsyncConnection, asked: Sequence[str], limit: int
) -> tuple[bool, list[int]]:
    """Whether words can be searched for, and the incidents found, the best first."""
    if connection.dialect.name == "sqlite" and not await _texts(connection):
        return False, []
    if not asked:
        return True, []
    if connection.dialect.name == "sqlite":
        await connection.execute(text(FILL))
        match = " OR ".join(f'"{word}"' for word in asked)
        found = await connection.execute(text(FIND), {"asked": match, "most": limit})
    else:
        found = await connection.execute(_ranked(asked, limit))
    return True, [row[0] for row in found]


def _ranked(asked: Sequence[str], limit: int) -> Select[Any]:
    """PostgreSQL's way; its function reads any text, and `or` joins."""
    english = text("'english'::regconfig")
    query = func.websearch_to_tsquery(english, " or ".join(f'"{word}"' for word in asked))
    rank = func.ts_rank(ENGLISH, query, 1)  # 1: longer texts weigh less
    fitting = select(IT.incident).where(ENGLISH.op("@@")(query))
    return fitting.order_by(rank.desc(), IT.incident.desc()).limit(limit)


async def _texts(connection: AsyncConnection) -> bool:
    """Make SQLite's table of words, once a connection. False: it has no such search."""
    if connection.dialect.name != "sqlite":
        return False
    make = (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {TEXTS} USING {FTS}"
        "(words, tokenize=\"porter unicode61 tokenchars '_'\")"
    )
    try:
        await connection.execute(text(make))
    except OperationalError as missing:
        if "no such module" in str(missing.orig):
            return False
        raise
    return True


async def _rows(connection: AsyncConnection, query: Select[Any]) -> list[Memory]:
    return [_memory(row) for row in await connection.execute(query)]


def _row(memory: Memory) -> dict[str, Any]:
    return {
        "incident": memory.id,
        "service": memory.service,
        "began_us": memory.began,
        "ended_us": memory.ended,
        "severity": memory.severity,
        "fingerprint": memory.fingerprint,
        "title": memory.title,
        "words": memory.words,
        "helped": memory.helped,
        "took_us": None if memory.took is None else memory.took // MICROSECOND,
        "failed": "\n".join(memory.failed),
        "cause": memory.cause,
        "sure": memory.sure,
        "proven": memory.proven,
    }


def _memory(row: Row[Any]) -> Memory:
    return Memory(
        id=row.incident,
        service=row.service,
        began=row.began_us,
        ended=row.ended_us,
        severity=Severity(row.severity),
        fingerprint=row.fingerprint,
        title=row.title,
        words=row.words,
        helped=row.helped,
        took=None if row.took_us is None else timedelta(microseconds=row.took_us),
        failed=tuple(row.failed.split("\n")) if row.failed else (),
        cause=row.cause,
        sure=row.sure,
        proven=row.proven,
    )
