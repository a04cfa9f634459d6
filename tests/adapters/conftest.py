"""A real PostgreSQL for a whole file of tests."""

import pytest_asyncio

from tests.postgres_kit import running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server():
    async with running("watched-") as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def dsn(server):
    """An empty database of it, whatever the test before did to the server."""
    await server.thaw()
    await server.start()
    return await server.create("app")
