"""A real PostgreSQL for a whole file of tests, and an emulated platform that runs a service."""

import sys
from pathlib import Path

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.adapters.budget import Budget
from bot.adapters.render import Render, render_client
from bot.adapters.render_writes import Verb
from bot.sandbox.pace import Pace
from bot.sandbox.render import Commit
from bot.sandbox.render import Render as Platform
from bot.sandbox.server import Server
from tests.adapters.emulated import KEY, PROGRAM, now
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


@pytest.fixture
async def platform():
    made = Platform(Pace(400), KEY, "tea-practice0000000000000")
    yield made
    await made.close()


@pytest.fixture
async def url(platform):
    server = Server(0)
    await server.start(Starlette(routes=[Mount("/render/v1", routes=platform.routes)]))
    yield f"{server.base}/render/v1"
    await server.close()


@pytest.fixture
async def service(platform, url, tmp_path: Path):
    program = tmp_path / "app.py"
    program.write_text(PROGRAM)
    made = platform.add_service(
        name="life-os",
        command=[sys.executable, "-S", str(program)],
        env={},
        folder=tmp_path / "instances",
        commits=[Commit("a" * 40, "Begin", now()), Commit("b" * 40, "Go on", now())],
    )
    await made.start()
    return made


@pytest.fixture
async def render(url, service):
    async with render_client(url, KEY) as client:
        yield Render(client, may={service.id: Verb}, reads=Budget(60_000))
