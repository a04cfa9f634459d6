"""The schema: as the code thinks it is, made whole or not at all, and never run backwards."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from store_databases import run
from store_examples import Clock, detected

from bot.adapters.store import apart, migrate, open_store
from bot.adapters.store.engine import make_engine
from bot.adapters.store.tables import METADATA
from bot.ports import Unavailable

ROOT = Path(__file__).parents[3]
KILLED_AFTER = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from alembic import op
from bot.adapters.store import open_store
url, name, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
real = getattr(op, name)

def killing(*args, **kwargs):
    global left
    real(*args, **kwargs)
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

setattr(op, name, killing)
asyncio.run(open_store(url, lambda: datetime.now(UTC)))
"""
APART = """
import asyncio, sys
from bot.adapters.store.apart import migrate_apart
from bot.adapters.store.store import is_behind

url = sys.argv[1]
asyncio.run(migrate_apart(url))
print("behind" if asyncio.run(is_behind(url)) else "migrated")
print("heavy" if "alembic" in sys.modules else "light")
"""
OPEN = """
import asyncio, sys
from datetime import UTC, datetime
import bot
from bot.adapters.store import open_store

async def main():
    store = await open_store(sys.argv[1], lambda: datetime.now(UTC))
    print(bot.__file__, await store.recent(1))
    await store.close()

asyncio.run(main())
"""


def python(code: str, *args: str, path: Path = ROOT, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        env=os.environ | {"PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


async def differences(url: str) -> list:
    engine = make_engine(url)
    async with engine.begin() as connection:
        found = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c), METADATA)
        )
    await engine.dispose()
    return found


async def works(url: str) -> bool:
    store = await open_store(url, Clock())
    opened = await store.open("svc", detected())
    proven = await store.proven(opened.id)
    await store.close()
    return proven


def tables(url: str) -> set[str]:
    if url.startswith("sqlite"):
        rows = run(url, "SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        rows = run(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in rows}


async def test_the_migrated_schema_is_the_one_the_code_knows(url):
    assert await differences(url) == []


def test_the_newest_revision_is_the_one_the_code_expects():
    config = Config()
    config.set_main_option("script_location", "bot.adapters.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.SCHEMA


@pytest.mark.parametrize(("step", "count"), [("create_table", 1), ("execute", 2)])
async def test_a_migration_killed_half_way_leaves_nothing_and_runs_again(new_url, step, count):
    killed = python(KILLED_AFTER, new_url, step, str(count))
    assert killed.returncode == -9, killed.stderr
    assert tables(new_url) <= {"sqlite_sequence"}
    assert await works(new_url)
    assert await differences(new_url) == []


async def test_two_that_start_together_migrate_once(new_url, all_at_once):
    stores = await all_at_once(*(open_store(new_url, Clock()) for _ in range(3)))
    for store in stores:
        await store.close()
    assert await works(new_url)
    assert run(new_url, "SELECT version_num FROM alembic_version") == [(migrate.SCHEMA,)]


async def test_a_process_of_its_own_migrates_and_loads_nothing_here(new_url):
    done = python(APART, new_url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["migrated", "light"]
    assert await differences(new_url) == []


async def test_nobody_is_started_where_no_migration_is_due(url, monkeypatch):
    monkeypatch.setattr(apart, "PROGRAM", ("no such program",))
    await apart.migrate_apart(url)
    assert await works(url)


@pytest.mark.parametrize(
    "program", [(sys.executable, "-c", "raise SystemExit(1)"), ("/no such program",)]
)
async def test_what_no_process_of_its_own_did_the_store_does_itself(new_url, monkeypatch, program):
    monkeypatch.setattr(apart, "PROGRAM", program)
    await apart.migrate_apart(new_url)
    assert tables(new_url) <= {"sqlite_sequence"}
    assert await works(new_url)


async def test_a_store_that_cannot_be_reached_is_left_for_who_opens_it():
    await apart.migrate_apart("oracle://nowhere")
    with pytest.raises(Unavailable, match="begins with oracle"):
        await open_store("oracle://nowhere", Clock())


async def test_a_newer_schema_is_refused_and_left_alone(new_url):
    await (await open_store(new_url, Clock())).close()
    run(new_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="newer than this program") as caught:
        await open_store(new_url, Clock())
    assert caught.value.permanent
    assert run(new_url, "SELECT version_num FROM alembic_version") == [("9999",)]


async def test_rows_that_a_migration_leaves_astray_undo_it(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    await (await open_store(url, Clock())).close()
    run(url, "INSERT INTO button VALUES ('t', 'no such post', '', 0, '', '', '')")
    run(url, "DELETE FROM alembic_version")
    for table in (
        "result",
        "event",
        "incident",
        "inbox",
        "memo",
        "memory",
        "moved_chat",
        "post",
        "silence",
        "spend",
        "stretch",
    ):
        run(url, f"DROP TABLE {table}")
    run(url, "ALTER TABLE button RENAME TO kept")
    run(url, "DROP INDEX IF EXISTS button_once")
    with pytest.raises(Unavailable, match="astray"):
        await open_store(url, Clock())
    assert "incident" not in tables(url)


async def test_it_migrates_when_installed_as_a_wheel(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    [wheel] = tmp_path.glob("*.whl")
    installed = tmp_path / "installed 100%"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    done = python(OPEN, f"sqlite:///{tmp_path}/store.db", path=installed, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(".py")[0] == str(installed / "bot/__init__")
