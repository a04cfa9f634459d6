"""The emulated Render over HTTP, with a border where the one write of an act can go wrong."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from bot.sandbox.connection import gone, leave_unanswered
from bot.sandbox.pace import Pace
from bot.sandbox.render import Commit, Render
from bot.sandbox.server import Server
from tests.acts.sessions import Sessions

KEY = "rnd_practice0practice0"
DATABASE = "dpg-practice0practice00-a"
SCRIPT = Path(__file__).parents[1] / "sandbox" / "render" / "fake_service.py"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LATER = 0.1  # seconds until what comes late begins
SOON = 0.3  # seconds after which a call is given up that has no answer
REFUSALS = {"429": "rate limit exceeded", "401": "Unauthorized", "404": "not found"}
NONE_LEFT = {"Ratelimit-Remaining": "0", "Ratelimit-Reset": "33", "Retry-After": "34"}


class Border:
    """Everything passes but the next write or the nth, to which happens what `fault` says."""

    def __init__(self, platform):
        self.platform, self.fault, self.passing, self.writes = platform, "", 0, []
        self.seen = asyncio.Event()
        self.later = set()

    def calls(self):
        """The writes that acts are made of; the rest secures what they leave."""
        return [write for write in self.writes if not write.startswith("PATCH ")]

    def next_write(self, fault, nth=1):
        self.fault, self.passing, self.writes = fault, nth - 1, []
        self.seen.clear()

    def fault_of_this(self):
        if self.passing:
            self.passing -= 1
            return ""
        fault, self.fault = self.fault, ""
        return fault

    @asynccontextmanager
    async def meanwhile(self, fault, action):
        """Its call is given up soon; what is read has its usual time."""
        usual = action.render._within
        action.render._within = SOON if fault == "timeout" else usual
        yield
        action.render._within = usual

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.platform(scope, receive, send)
            return
        request = Request(self.platform, scope, await whole(receive))
        self.writes.append(f"{scope['method']} {scope['path']}")
        answer = await self.befalls(self.fault_of_this(), request, receive)
        if answer is None:
            await leave_unanswered(receive, send)
        elif answer is PASSED:
            await request.carried_out(send)
        else:
            await answer(scope, receive, send)

    async def befalls(self, fault, request, receive):
        """The answer that is given in place of the platform's; None: there is none."""
        answer = None
        match fault:
            case "answer lost":
                await request.carried_out()
            case "5xx after effect":
                await request.carried_out()
                answer = Response("<html>Bad Gateway</html>", 502)
            case "429 after effect":
                await request.carried_out()
                answer = JSONResponse({"message": "too many requests"}, 429)
            case "429" | "401" | "404":
                marks = NONE_LEFT if fault == "429" else {}
                answer = JSONResponse({"message": REFUSALS[fault]}, int(fault), marks)
            case "timeout":
                await gone(receive)
            case "effect late" | "no effect":
                answer = Response(status_code=202)
                if fault == "effect late":
                    self.later.add(asyncio.create_task(request.carried_out_later()))
            case "killed during the call":
                self.seen.set()
                await gone(receive)
                await request.carried_out()
            case _:
                answer = PASSED
        return answer


PASSED = object()


class Request:
    """One that can be carried out when its sender is gone."""

    def __init__(self, platform, scope, body):
        self.platform, self.scope, self.body = platform, scope, body

    async def carried_out(self, send=None):
        async def receive():
            return {"type": "http.request", "body": self.body, "more_body": False}

        async def nobody_listens(_):
            pass

        await self.platform(self.scope, receive, send or nobody_listens)

    async def carried_out_later(self):
        await asyncio.sleep(LATER)
        await self.carried_out()


async def whole(receive):
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    return body


class Town:
    """One service with two deploys to go back and forth between, and a database."""

    def __init__(self, folder):
        self.folder, self.platform = folder, Render(Pace(400), KEY, "tea-practice0000000000000")
        self.server = Server(0)
        [mount] = self.platform.routes
        self.border = Border(mount.app)
        self.database_started = folder / "database-started"
        self.database_restarts = self.tidied = 0
        self.sessions = Sessions()

    @property
    def jobs(self):
        return self.platform._account.jobs

    @property
    def url(self):
        return f"{self.server.base}/render/v1"

    async def open(self):
        self.started_anew(timedelta(days=-1))
        self.platform.add_postgres(DATABASE, "db", restart=self.restart_database)
        commits = [Commit(str(n) * 40, f"Change {n}", LONG_AGO + timedelta(n)) for n in (1, 2)]
        self.service = self.platform.add_service(
            name="life-os",
            command=[sys.executable, "-S", str(SCRIPT)],
            env={"SWITCH": str(self.folder / "switch")},
            folder=self.folder / "instances",
            commits=commits,
        )
        await self.server.start(Starlette(routes=[Mount("/render/v1", app=self.border)]))
        await self.service.start()
        await self.sessions.open()
        for commit in commits:
            await self.deployed(commit.id)

    async def deployed(self, commit):
        deploy, job = self.service.ask_deploy("new_commit", commit)
        await job.done.wait()
        return deploy

    async def restart_database(self):
        self.database_restarts += 1
        self.started_anew(timedelta())

    def started_anew(self, ago):
        self.database_started.write_text((datetime.now(UTC) + ago).isoformat())

    async def at_rest(self):
        """What was begun is over."""
        await asyncio.gather(*self.border.later)
        self.border.later.clear()
        async with asyncio.timeout(20):
            while self.service.line.busy or not self.service.serving:
                await asyncio.sleep(0.01)

    async def close(self):
        await self.sessions.close()
        with suppress(asyncio.TimeoutError):
            await self.platform.close()
        await self.server.close()
