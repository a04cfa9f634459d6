"""One browser and one stub for the module; for each test a page of its own."""

from __future__ import annotations

import asyncio

import pytest_asyncio
import uvicorn
from page_kit import CHROMIUM, DESK, PHONE, Stub, opened, until
from playwright.async_api import Browser, async_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served():
    stub = Stub()
    server = uvicorn.Server(uvicorn.Config(stub.app(), port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    stub.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    yield stub
    server.should_exit = True
    stub.hang_up()
    await serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield one
        await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stub(served: Stub):
    served.clear()
    return served


@pytest_asyncio.fixture(loop_scope="module", params=[PHONE, DESK], ids=["phone", "desk"])
async def page(request, browser: Browser, stub: Stub):
    async for one in opened(browser, stub, request.param):
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Browser, stub: Stub):
    async for one in opened(browser, stub, DESK):
        yield one
