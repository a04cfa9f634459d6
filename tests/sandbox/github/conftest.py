"""One server for the module, in which every test has a GitHub of its own."""

from __future__ import annotations

import httpx
import pytest
import pytest_asyncio
from github_kit import NO_TLS, TOKEN, grown
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.sandbox.github import GitHub
from bot.sandbox.pace import Pace
from bot.sandbox.server import Server


class Swap:
    def __init__(self):
        self.app = Starlette()

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served():
    swap, server = Swap(), Server(0)
    await server.start(swap)
    swap.base = f"{server.base}/github"
    yield swap
    await server.close()


@pytest.fixture
def repository(tmp_path):
    return grown(tmp_path / "git")


@pytest.fixture
def pushes():
    return []


@pytest.fixture
def github(served, repository, pushes):
    one = GitHub(Pace(1000), repository, TOKEN, pushed=pushes.append)
    served.app = Starlette(routes=[Mount("/github", routes=one.routes)])
    yield one
    one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def client(served, github):
    headers = {"Authorization": f"Bearer {TOKEN}", "X-GitHub-Api-Version": "2022-11-28"}
    async with httpx.AsyncClient(
        base_url=served.base, headers=headers, trust_env=False, verify=NO_TLS, timeout=2
    ) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(served, github):
    async with httpx.AsyncClient(base_url=served.base, trust_env=False, verify=NO_TLS) as one:
        yield one
