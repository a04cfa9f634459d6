"""A real PostgreSQL for a whole file of tests."""

import shutil
import tempfile
from pathlib import Path

import pytest_asyncio

from bot.sandbox.postgres import Postgres


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server():
    folder = Path(tempfile.mkdtemp(prefix="watched-"))
    folder.chmod(0o755)
    running = Postgres(folder / "db", max_connections=20)
    await running.start()
    yield running
    await running.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(loop_scope="module")
async def dsn(server):
    """An empty database of it, whatever the test before did to the server."""
    await server.thaw()
    await server.start()
    return await server.create("app")
