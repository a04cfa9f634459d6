"""A Telegram with two people, two bots, two private chats and a group, and ways to reach it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.sandbox.pace import Pace
from bot.sandbox.telegram import Telegram

TOKEN = "1001:AAwatchdog-token-of-the-practice-world"
OTHER = "2002:AAlifeos-token-of-the-practice-world-0"
OWNER, USER, GROUP = 11, 22, -33


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def __call__(self) -> float:
        return self.time

    def on(self, seconds: float) -> None:
        self.time += seconds


def furnished(speed: float) -> Telegram:
    telegram = Telegram(Pace(speed))
    telegram.add_bot(TOKEN, "watchdog_bot", "Watchdog")
    telegram.add_bot(OTHER, "life_os_bot", "Life OS")
    telegram.add_person(OWNER, "Olga", "olga", "owner")
    telegram.add_person(USER, "Udo", "udo", "user")
    telegram.add_chat(OWNER, "private", None, [OWNER], [1001])
    telegram.add_chat(USER, "private", None, [USER], [2002])
    telegram.add_chat(GROUP, "group", "On call", [OWNER, USER], [1001, 2002])
    return telegram


def app_of(telegram: Telegram) -> Starlette:
    mounts = [
        Mount("/telegram", routes=telegram.bot_routes),
        Mount("/api", routes=telegram.chat_routes),
    ]
    return Starlette(routes=mounts)


class Bot:
    """A bot that speaks plain HTTP, and the person's side next to it."""

    def __init__(self, http: httpx.AsyncClient, telegram: Telegram, token: str = TOKEN) -> None:
        self.http = http
        self.telegram = telegram
        self.token = token

    async def raw(self, method: str, **params: Any) -> httpx.Response:
        return await self.http.post(f"/telegram/bot{self.token}/{method}", json=params)

    async def call(self, method: str, **params: Any) -> Any:
        answer = await self.raw(method, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def refused(self, method: str, **params: Any) -> tuple[int, str]:
        answer = await self.raw(method, **params)
        body = answer.json()
        assert body["ok"] is False
        assert body["error_code"] == answer.status_code
        return answer.status_code, body["description"]

    async def send(self, text: str = "hello", chat_id: int = OWNER, **params: Any) -> Any:
        return await self.call("sendMessage", chat_id=chat_id, text=text, **params)


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.002)


class House:
    """One uvicorn on a free port, in which every test sets up its own Telegram."""

    def __init__(self) -> None:
        self.url = ""
        self.telegram = furnished(10)
        self.app = app_of(self.telegram)

    def renew(self, speed: float = 10) -> Telegram:
        self.telegram = furnished(speed)
        self.app = app_of(self.telegram)
        return self.telegram

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[tuple[uvicorn.Server, str]]:
    # asyncio sends small answers at once only on sockets that say they are TCP: else 40 ms each.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", access_log=False)
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # the signals are pytest's
        running = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started)
        yield server, f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await asyncio.wait_for(running, 5)
