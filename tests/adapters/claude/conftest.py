"""Claude's emulator served once for a module; every test has an adapter and a purse of its own."""

from __future__ import annotations

import pytest
import pytest_asyncio
from claude_desk import KEY, Book, Served, made
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.sandbox.claude import Claude as Emulator
from bot.sandbox.pace import Pace
from bot.sandbox.server import Server
from tests.conftest import Clock


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served():
    swap, server = Served(), Server(0)
    await server.start(swap)
    swap.base = f"{server.base}/anthropic"
    yield swap
    await server.close()


@pytest.fixture
def emulator(served):
    one = Emulator(Pace(1000), [KEY])
    served.app = Starlette(routes=[Mount("/anthropic", routes=one.routes)])
    yield one
    one.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def book():
    return Book()


@pytest_asyncio.fixture(loop_scope="module")
async def make(served, emulator, book, clock):
    """Make adapters on the emulator; all are closed in the end."""
    opened = []

    def one(**changes):
        opened.append(made(served.base, changes.pop("book", book), clock, **changes))
        return opened[-1]

    yield one
    for adapter in opened:
        await adapter.close()


@pytest.fixture
def claude(make):
    return make()


@pytest_asyncio.fixture
async def opened_claude(book, clock):
    """An emulator of its own, and what makes an adapter on it."""
    one, server = Emulator(Pace(1000), [KEY]), Server(0)
    await server.start(Starlette(routes=[Mount("/anthropic", routes=one.routes)]))
    models = []

    def open_model(**changes):
        models.append(made(f"{server.base}/anthropic", book, clock, **changes))
        return models[-1]

    yield one, open_model
    for model in models:
        await model.close()
    one.close()
    await server.close()
