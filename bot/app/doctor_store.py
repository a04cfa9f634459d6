"""The doctor at what the watchdog itself writes: its store and its reports. Only looked at."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.engine import make_engine
from bot.adapters.store.migrate import SCHEMA
from bot.adapters.store.work import Work
from bot.app.finding import Finding, advice, ok, wrong
from bot.ports import Unavailable

STORE, REPORTS = "STORE_URL", "REPORTS_DIR"
SQLITE = "sqlite:///"
TABLE = "alembic_version"
REVISION = f"SELECT version_num FROM {TABLE}"  # noqa: S608 - a name of ours
BUSY = 2.0  # seconds


async def store(url: str) -> Finding:
    if url.startswith(SQLITE):
        return await asyncio.to_thread(a_file, url.removeprefix(SQLITE))
    return await a_server(url)


def a_file(name: str) -> Finding:
    path = Path(name)
    if not name or name == ":memory:" or "?" in name or path.is_dir():
        return wrong(STORE, "It names no file.", "Write sqlite:////full/path.db there.")
    if blocked := unwritable(path.parent):
        return wrong(STORE, f"{path} cannot be kept: {blocked}.", "Choose another folder.")
    if not path.exists():
        return ok(STORE, f"{path} is not there yet; the first start makes it.")
    return an_old_file(path)


def an_old_file(path: Path) -> Finding:
    if not os.access(path, os.W_OK):
        todo = "Let the watchdog's user write it."
        return wrong(STORE, f"{path} may not be written.", todo)
    try:
        return schema(f"SQLite, {path}", revision_of(path))
    except sqlite3.OperationalError as error:  # locked: somebody uses it, and so it works
        return advice(STORE, f"{path} does not tell: {error}.", "Ask again later.")
    except sqlite3.DatabaseError:
        todo = "Move it away, or restore a backup."
        return wrong(STORE, f"{path} is no database, or a damaged one.", todo)


def revision_of(path: Path) -> str | None:
    """Without writing: the watchdog that runs may have it open."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=BUSY)) as connection:
        named = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        if connection.execute(named, (TABLE,)).fetchone() is None:
            return None
        row = connection.execute(REVISION).fetchone()
    return str(row[0]) if row else None


async def a_server(url: str) -> Finding:
    try:
        work = Work(make_engine(url))
    except Unavailable as unusable:
        return wrong(STORE, f"It cannot be used: {unusable}.", "Correct it.")
    try:
        version, found, may = await work(asked)
    except Unavailable as gone:
        return wrong(STORE, f"It does not open: {gone}.", "Correct it, or see that it lets us in.")
    finally:
        await work.close()
    if not may:
        todo = "Give its role CREATE on the schema."
        return wrong(STORE, "Its role may not make tables there.", todo)
    return schema(f"PostgreSQL {version}", found)


async def asked(connection: AsyncConnection) -> tuple[str, str | None, bool]:
    """Version, revision of the schema, and whether we may make tables; in one that only reads."""
    await connection.execute(text("SET TRANSACTION READ ONLY"))
    version = await connection.scalar(text("SHOW server_version"))
    there = await connection.run_sync(lambda sync: inspect(sync).has_table(TABLE))
    found = await connection.scalar(text(REVISION)) if there else None
    may = await connection.scalar(
        text("SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)")
    )
    return str(version).split()[0], found, bool(may)


def schema(what: str, found: str | None) -> Finding:
    if found is None:
        return ok(STORE, f"{what}, still empty; the first start fills it.")
    if found > SCHEMA:
        todo = "Install the newer version again, or restore a backup from before it."
        return wrong(STORE, f"{what}, of a newer version ({found}, not {SCHEMA}).", todo)
    if found < SCHEMA:
        return ok(STORE, f"{what}, schema {found}; the next start brings it to {SCHEMA}.")
    return ok(STORE, f"{what}, schema {found}.")


def reports(folder: Path) -> Finding:
    if blocked := unwritable(folder):
        todo = "Choose another folder, or let the watchdog's user write it."
        return wrong(REPORTS, f"{folder} cannot be written: {blocked}.", todo)
    made = "" if folder.exists() else "; the first report makes it"
    return ok(REPORTS, f"{folder}{made}.")


def unwritable(folder: Path) -> str:
    """Why nothing can be put there; "" when it can, also after making it."""
    near = next((one for one in (folder, *folder.absolute().parents) if one.exists()), folder)
    if not near.is_dir():
        return f"{near} is no folder"
    return "" if os.access(near, os.W_OK | os.X_OK) else f"{near} may not be written"
