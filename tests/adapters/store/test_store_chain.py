from __future__ import annotations

import sqlite3

import psycopg2
import pytest
from store_examples import FULL, detected, noted

TAMPERING = {
    "body": "UPDATE event SET body = replace(body, 'Ada', 'Eve') WHERE version = 2",
    "first body": "UPDATE event SET body = replace(body, 'refused', 'slow') WHERE version = 1",
    "hash": "UPDATE event SET hash = prev_hash WHERE version = 2",
    "column": "UPDATE event SET by = 'Eve' WHERE version = 2",
    "time": "UPDATE event SET at_us = at_us + 1 WHERE version = 3",
    "last one removed": "DELETE FROM event WHERE version = 3",
    "middle one removed": "DELETE FROM event WHERE version = 2",
    "first one removed": "DELETE FROM event WHERE version = 1",
    "all removed": "DELETE FROM event",
    "given to another service": "UPDATE incident SET service = 'other'",
    "last one removed and counted": (
        "UPDATE event SET version = version + 10 WHERE version = 3",
        "UPDATE incident SET version = 12",
    ),
}


async def chained(store) -> int:
    incident = await store.open("svc", detected())
    incident = await store.record(incident, noted())
    return (await store.record(incident, FULL)).id


async def test_what_was_recorded_is_proven(store):
    id = await chained(store)
    assert await store.proven(id)
    assert not await store.proven(id + 1)


@pytest.mark.parametrize("tampering", TAMPERING.values(), ids=TAMPERING)
async def test_tampering_is_seen(store, unguarded, tampering):
    id = await chained(store)
    for statement in (tampering,) if isinstance(tampering, str) else tampering:
        unguarded(statement.replace("SET by", 'SET "by"'))
    assert not await store.proven(id)


@pytest.mark.parametrize("statement", ["UPDATE event SET kind = 'noted'", "DELETE FROM event"])
async def test_the_database_itself_keeps_events_as_they_are(store, sql, statement):
    id = await chained(store)
    with pytest.raises((sqlite3.IntegrityError, psycopg2.Error), match="append-only"):
        sql(statement)
    assert await store.proven(id)


async def test_each_incident_has_a_chain_of_its_own(store, sql):
    await chained(store)
    await store.open("other", detected())
    assert len(set(sql("SELECT hash FROM event"))) == 4
    assert len(set(sql("SELECT prev_hash FROM event WHERE version = 1"))) == 2
