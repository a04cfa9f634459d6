"""A served emulator, services for it to run, and a client that knows its key."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any

import httpx
import psutil
import render_openapi
import uvicorn
from starlette.applications import Starlette

from bot.sandbox.render import Commit, Render, Service

KEY, OWNER = "rnd_practice", "tea-practice0000000000000"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the usual one takes long to make
SCRIPT = Path(__file__).with_name("fake_service.py")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
COMMITS = [Commit(str(n) * 40, f"Change {n}", LONG_AGO + timedelta(days=n)) for n in (1, 2)]


class Code:
    """A branch whose commits hold the tiny service and the name of their version."""

    def __init__(self) -> None:
        self._commits: list[Commit] = []
        self._files: dict[str, dict[str, str]] = {}

    def push(self, name: str, **modules: str) -> Commit:
        at = LONG_AGO + timedelta(days=len(self._commits))
        commit = Commit(
            sha1(name.encode(), usedforsecurity=False).hexdigest(), f"Version {name}", at
        )
        version = {"version": f"NAME = {name!r}\n"}
        self._files[commit.id] = {"app": SCRIPT.read_text(), **version, **modules}
        self._commits.append(commit)
        return commit

    def commits(self) -> list[Commit]:
        return list(self._commits)

    def checkout(self, commit_id: str, into: Path) -> None:
        for name, text in self._files[commit_id].items():
            (into / f"{name}.py").write_text(text)


async def until(fact: Callable[[], Any], seconds: float = 15) -> Any:
    """Wait for a fact of the real world; there is nobody to tell us."""
    async with asyncio.timeout(seconds):
        while not (found := fact()):
            await asyncio.sleep(0.01)
    return found


@dataclass
class World:
    render: Render
    folder: Path
    client: httpx.AsyncClient
    switch: Path

    def add_code(self, code: Code, **changes: Any) -> Service:
        command = [sys.executable, "-S", "-m", "app"]
        return self.add(command=command, source=code, commits=(), **changes)

    def add(self, **changes: Any) -> Service:
        wish = {
            "name": "life-os",
            "command": [sys.executable, "-S", str(SCRIPT)],
            "env": {"SWITCH": str(self.switch)},
            "folder": self.folder,
            "commits": COMMITS,
        }
        return self.render.add_service(**wish | changes)


async def tell(service: Service, what: str, *, port: int | None = None) -> str:
    """Speak to the service itself; when told to its end it does not answer."""
    async with httpx.AsyncClient(trust_env=False, verify=NO_TLS, timeout=2) as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port or service.port}/{what}")
        except httpx.TransportError:
            assert what.startswith(("exit", "hang", "eat"))
            return ""
        return answer.text


def texts(service: Service, count: int = 50) -> list[str]:
    return [line["text"] for line in service.tail(count)]


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that nobody has buried does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kinds(service: Service) -> list[str]:
    return [event.type for event in service.history.events]


async def check_against_openapi(answer: httpx.Response) -> None:
    await answer.aread()
    path = answer.request.url.path.removeprefix("/render/v1")
    if render_openapi.available() and answer.status_code < 500:
        render_openapi.check(answer.request.method, path, answer.status_code, answer.content)


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[int]:
    """A real server in this loop, without the pauses of its own start and end."""
    config = uvicorn.Config(app, log_level="error", lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        await server.startup([listening])
        yield listening.getsockname()[1]
        for one in server.servers:
            one.close()


def client_of(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}/render/v1",
        headers={"Authorization": f"Bearer {KEY}"},
        event_hooks={"response": [check_against_openapi]},
        trust_env=False,
        verify=NO_TLS,
    )
