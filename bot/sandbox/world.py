"""The conductor: starts everything in its order, shows its state, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from bot.sandbox import cast, edge, history, page
from bot.sandbox.certificate import Authority
from bot.sandbox.claude import Claude
from bot.sandbox.code import Code
from bot.sandbox.doings import Doings
from bot.sandbox.github import GitHub
from bot.sandbox.meddling import Meddling
from bot.sandbox.pace import Pace
from bot.sandbox.plan import Places, watchdog_environment, watchdog_toml
from bot.sandbox.ports import HOST
from bot.sandbox.postgres import Postgres
from bot.sandbox.render import Render, Service
from bot.sandbox.render.disk import Disk
from bot.sandbox.repository import Repository
from bot.sandbox.server import Server
from bot.sandbox.statuspage import StatusPages
from bot.sandbox.switches import BY_NAME, SWITCHES
from bot.sandbox.targets import Targets
from bot.sandbox.telegram import Telegram
from bot.sandbox.traffic import use_life_os
from bot.sandbox.watchdog import Watchdog
from bot.sandbox.wires import Wires, through

MODEL_SECONDS = 8.0  # world seconds
DATABASE_RESTART = 20.0  # world seconds that it is away
DATABASE_SAID = {"running": "available", "stopped": "unavailable", "starting": "unavailable"}
SHOWN_EVERY = 0.5  # real seconds
LOG_LINES = 40


class PracticeWorld:
    """`async with PracticeWorld(...) as world`: up and healthy inside, gone without trace after.

    `store` is "sqlite" or "postgres": what the watchdog keeps its own records in. `targets` is how
    many small sites it watches beside the service. `brief`: proofs are short, and what fails again
    is a new incident, so that many nights can be played one after another. `asks_claude`: the
    watchdog has a key for the imitated Claude.
    """

    def __init__(
        self,
        speed: float,
        *,
        port: int = 0,
        store: str = "sqlite",
        targets: int = 0,
        brief: bool = False,
        asks_claude: bool = False,
        told: str = "",
    ) -> None:
        """`told` is what watchdog.toml says besides."""
        self.brief, self.asks_claude, self.told = brief, asks_claude, told
        self.pace, self.store = Pace(speed), store
        self.folder = Path(tempfile.mkdtemp(prefix="practice-"))
        self.folder.chmod(0o755)
        self.server = Server(port)
        self.telegram = Telegram(self.pace)
        self.render = Render(self.pace, cast.RENDER_KEY, cast.OWNER)
        self.claude: Claude = Claude(self.pace, [cast.CLAUDE_KEY, cast.LIFE_OS_CLAUDE_KEY])
        self.pages: StatusPages = StatusPages(self.pace)
        self.postgres: Postgres = Postgres(self.folder / "watched")
        self.outages: set[str] = set()  # of others, switched on by name
        self.doings: Doings = Doings()
        self.targets: Targets = Targets(targets)
        self.disk: Disk = Disk(self.folder / "disk")
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self.authority: Authority
        self.wires: Wires
        self.meddling: Meddling
        self.repository: Repository
        self.github: GitHub
        self.service: Service
        self.watchdog: Watchdog
        self.places: Places

    async def __aenter__(self) -> Self:
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await self._stack.aclose()

    async def _start(self) -> None:
        self._people()
        database, store, self.authority = await asyncio.gather(
            self._database(), self._store(), asyncio.to_thread(Authority)
        )
        self._stack.push_async_callback(self.server.close)
        await self._lay_wires()
        self.meddling = Meddling(self.postgres, database, cast.DATABASE_ROLE)
        self._stack.callback(self.meddling.unlock)
        for emulator in (self.telegram, self.claude, self.pages):
            self._stack.callback(emulator.close)
        self.repository = await asyncio.to_thread(history.build, self.folder / "life-os.git")
        self.github = GitHub(
            self.pace, self.repository, cast.GITHUB_TOKEN, pushed=self._main_has_moved
        )
        self._stack.callback(self.github.close)
        self.service = self._add_service(through(database, self.wires.life_os))
        self._add_database(watched := through(database, self.wires.database))
        self._stack.push_async_callback(self.render.close)
        client = await self._stack.enter_async_context(httpx.AsyncClient())
        await self.server.start(self._app(client))
        self.places = self._places(watched, store)
        self.places.config.write_text(watchdog_toml(self.places, self.pace) + self.told)
        await self.service.start()
        self.watchdog = Watchdog(watchdog_environment(self.places, os.environ), self.folder)
        self._stack.push_async_callback(self.watchdog.close)
        await self.watchdog.start()
        self._stack.callback(self.doings.close)
        self._tasks.append(asyncio.create_task(use_life_os(self.telegram, self.pace)))
        self._tasks.append(asyncio.create_task(self._show()))

    def _people(self) -> None:
        oncall = self.telegram.add_bot(cast.WATCHDOG_TOKEN, "life_os_watchdog_bot", "Watchdog")
        watched = self.telegram.add_bot(cast.LIFE_OS_TOKEN, "life_os_bot", "Life OS")
        for one in cast.PEOPLE:
            self.telegram.add_person(one.id, one.first_name, one.username, one.role)
        members = [cast.ANN.id, cast.BEN.id, cast.SAM.id]
        self.telegram.add_chat(
            cast.ON_CALL_CHAT, "supergroup", "Life OS on call", members, [oncall]
        )
        self.telegram.add_chat(cast.UMA.id, "private", None, [cast.UMA.id], [watched])

    async def _lay_wires(self) -> None:
        self.wires = Wires(self.server.port, self.postgres.port, self.authority)
        self.postgres.changed = self.wires.database_is
        await self.wires.open(self._stack)

    def _places(self, database: str, store: str) -> Places:
        return Places(
            folder=self.folder,
            base=f"http://{HOST}:{self.wires.ours.port}",
            service_id=self.service.id,
            postgres_id=cast.DATABASE,
            database_url=database,
            store_url=store,
            ca_file=self.authority.write(self.folder / "ca.pem"),
            tls_port=self.wires.front.port,
            targets=self.targets.count,
            brief=self.brief,
            asks_claude=self.asks_claude,
        )

    async def _database(self) -> str:
        self._stack.push_async_callback(self.postgres.close)
        await self.postgres.start()
        return await self.postgres.create(cast.DATABASE_ROLE)

    async def _store(self) -> str:
        """The watchdog's own records: never in the database that it watches."""
        if self.store == "sqlite":
            return f"sqlite:///{self.folder / 'watchdog.db'}"
        own = Postgres(self.folder / "own", max_connections=20)
        self._stack.push_async_callback(own.close)
        await own.start()
        return await own.create("watchdog")

    def _add_service(self, database: str) -> Service:
        env = {
            "TELEGRAM_BOT_TOKEN": cast.LIFE_OS_TOKEN,
            "TELEGRAM_USER_ID": str(cast.UMA.id),
            "TELEGRAM_API_URL": f"{self.server.base}/telegram",
            "ANTHROPIC_API_KEY": cast.LIFE_OS_CLAUDE_KEY,
            "ANTHROPIC_BASE_URL": f"{self.server.base}/anthropic",
            "ANTHROPIC_MODEL": cast.CLAUDE_MODEL,
            "DATABASE_URL": database,
            cast.JOURNAL_VARIABLE: str(self.disk.folder / cast.JOURNAL),
            "LIFE_OS_MODEL_SECONDS": f"{max(self.pace.real(MODEL_SECONDS), 0.2):.2f}",
            "LIFE_OS_HEARTBEAT_SECONDS": "1",
            cast.TICK_VARIABLE: "2",
            cast.ASK_VARIABLE: "on",
        }
        self.disk.folder.mkdir()
        service = self.render.add_service(
            name=cast.SERVICE,
            command=[sys.executable, "-m", "lifeos"],
            env=env,
            folder=self.folder / "instances",
            source=Code(self.repository),
            # As many small services have it: a deploy is live as soon as its port is open.
            health_path=None,
        )
        service.disk = self.disk
        return service

    def _add_database(self, url: str) -> None:
        self.render.add_postgres(
            cast.DATABASE,
            "life-os-db",
            status=lambda: DATABASE_SAID.get(self.postgres.state, "available"),
            restart=self._restart_database,
            url=url,
        )

    def _main_has_moved(self, branch: str) -> None:
        if branch == "main":
            self.service.pushed()

    async def _restart_database(self) -> None:
        await self.postgres.stop("fast")
        await asyncio.sleep(self.pace.real(DATABASE_RESTART))
        await self.postgres.start()

    def _app(self, client: httpx.AsyncClient) -> Starlette:
        mine = [
            Route("/world", self._world),
            Route("/switches/{name}", self._switch, methods=["POST"]),
        ]
        return Starlette(
            routes=[
                Mount("/telegram", routes=self.telegram.bot_routes),
                Mount("/render/v1", routes=self.render.routes),
                Mount("/anthropic", routes=self.claude.routes),
                Mount("/github", routes=self.github.routes),
                Mount("/status", routes=self.pages.routes),
                Mount("/api", routes=[*mine, *self.telegram.chat_routes]),
                *edge.routes(self.service, client),
                *self.targets.routes,
                *page.routes(),
            ]
        )

    # What the page asks

    async def _world(self, _: Request) -> Response:
        return JSONResponse(self.snapshot())

    async def _switch(self, request: Request) -> Response:
        switch = BY_NAME.get(request.path_params["name"])
        if switch is None:
            return JSONResponse({"message": "There is no such switch."}, 404)
        await switch.flip(self, on=bool((await request.json()).get("on", True)))
        return Response(status_code=204)

    def snapshot_state(self) -> str:
        return str(self.service.snapshot()["state"])

    def snapshot(self) -> dict[str, object]:
        return {
            "speed": self.pace.speed,
            "now": datetime.now(UTC).isoformat(),
            "service": self.service.snapshot(),
            "database": {
                "state": self.postgres.state,
                "since": self.postgres.since.isoformat(),
                "connections": self.postgres.connections(),
                "max_connections": self.postgres.max_connections,
            },
            "watchdog": self.watchdog.snapshot(),
            "checks": self.watchdog.seen.snapshot(),
            "asks_claude": self.asks_claude,
            "switches": [switch.shown(self) for switch in SWITCHES],
            "logs": self.service.tail(LOG_LINES),
        }

    async def _show(self) -> None:
        """Tell every open page how the world is, when that has changed."""
        self.telegram.stream.world = self.snapshot
        last: dict[str, object] = {}
        while True:
            world = self.snapshot()
            if {**world, "now": ""} != {**last, "now": ""}:
                self.telegram.stream.publish("world", world)
                last = world
            await asyncio.sleep(SHOWN_EVERY)
