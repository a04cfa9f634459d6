"""One server for the module, in which every test has a Claude of its own."""

from __future__ import annotations

import pytest
import pytest_asyncio
from claude_kit import KEY, async_client
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.sandbox.claude import Claude
from bot.sandbox.pace import Pace
from bot.sandbox.server import Server


class Swap:
    """The application of the test that runs."""

    def __init__(self):
        self.app = Starlette()

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served():
    swap, server = Swap(), Server(0)
    await server.start(swap)
    swap.base = f"{server.base}/anthropic"
    yield swap
    await server.close()


@pytest.fixture
def claude(served):
    one = Claude(Pace(1000), [KEY])
    served.app = Starlette(routes=[Mount("/anthropic", routes=one.routes)])
    yield one
    one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def client(served, claude):
    async with async_client(served.base) as one:
        yield one
