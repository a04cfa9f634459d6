"""A real PostgreSQL with a session to end, and a border where the call for its end can go wrong."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from signal import SIGCONT, SIGSTOP

import asyncpg

from tests.postgres_kit import running

HOST = "127.0.0.1"
LATER = 0.1  # seconds until a process that was stopped goes on
CALL = b"pg_terminate_backend"
ENCRYPTED = 80877103  # asked for in place of a version (PostgreSQL, message formats)
# What a pooler says that has lost the server's answer.
LOST = b"SFATAL\0VFATAL\0C08P01\0Mserver conn crashed?\0\0"
MAY = "EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint)"
WAITS = "SELECT count(*)::int FROM pg_locks WHERE NOT granted"
OTHERS = (
    "SELECT count(*)::int FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


class Border:
    """Everything passes but the next call, to which happens what `fault` says."""

    def __init__(self):
        self.server, self.fault, self.ends, self.pid = None, "", [], 0
        self.seen = asyncio.Event()

    def calls(self):
        return self.ends

    def next_write(self, fault, nth=1):
        self.fault, self.ends = fault, []
        self.seen.clear()

    def begins(self):
        self.ends.append(f"end {self.pid}")
        fault, self.fault = self.fault, ""
        return fault

    async def met(self, reader, writer):
        line = Line(self, (reader, writer), await asyncio.open_connection(HOST, self.server.port))
        with suppress(OSError, asyncio.IncompleteReadError):  # either end has gone
            await line.carry()


class Line:
    """A connection: who asks, the server, and what is said between them, message by message."""

    def __init__(self, border, near, far):
        self.border, self.heard, self.answered = border, True, asyncio.Event()
        (self.asks, self.near), (self.says, self.far) = near, far

    async def carry(self):
        answers = None
        try:
            await self.greet()
            answers = asyncio.create_task(self.answer())
            await self.ask()
        finally:
            if answers:
                answers.cancel()
            self.near.close()
            self.far.close()

    async def greet(self):
        """The first messages have a length and no kind."""
        while True:
            message = await read(self.asks, 0)
            self.far.write(message)
            if int.from_bytes(message[4:8]) != ENCRYPTED:
                return
            self.near.write(await self.says.readexactly(1))

    async def ask(self):
        """Until the call, which begins when what was prepared is bound, and ends with a Sync."""
        prepared = False
        while True:
            message = await read(self.asks)
            if message.startswith(b"P"):
                prepared = CALL in message
            if not prepared or not message.startswith(b"B"):
                self.far.write(message)
                continue
            call, prepared = message, False
            while not message.startswith(b"S"):
                message = await read(self.asks)
                call += message
            if not await self.befalls(self.border.begins(), call):
                return

    async def befalls(self, fault, call):
        """Whether the connection lives on."""
        match fault:
            case "answer lost":
                await self.carried_out(call)
            case "5xx after effect":
                await self.carried_out(call)
                self.near.write(b"E" + (len(LOST) + 4).to_bytes(4) + LOST)
            case "timeout":
                await self.asker_is_gone()
            case "killed during the call":
                self.border.seen.set()
                await self.asker_is_gone()
                await self.carried_out(call)
            case "effect late" | "no effect":
                os.kill(self.border.pid, SIGSTOP)
                if fault == "effect late":
                    later = asyncio.get_running_loop().call_later
                    later(LATER, os.kill, self.border.pid, SIGCONT)
                self.far.write(call)
                return True
            case _:
                self.far.write(call)
                return True
        return False

    async def carried_out(self, call):
        self.heard = False
        self.answered.clear()
        self.far.write(call)
        await self.answered.wait()

    async def asker_is_gone(self):
        with suppress(OSError):
            await self.asks.read()

    async def answer(self):
        while True:
            message = await read(self.says)
            if self.heard:
                self.near.write(message)
            if message.startswith(b"Z"):
                self.answered.set()


async def read(reader, kind=1):
    """One message: `kind` bytes, a length that counts itself, the rest."""
    head = await reader.readexactly(kind + 4)
    return head + await reader.readexactly(int.from_bytes(head[kind:]) - 4)


class Sessions(Border):
    """Of one role, where one holds up another."""

    def __init__(self):
        super().__init__()
        self.stack, self.ended, self.left = AsyncExitStack(), 0, False

    async def open(self):
        self.server = await self.stack.enter_async_context(running("acts-"))
        self.straight = await self.server.create("app")
        self.listening = await asyncio.start_server(self.met, HOST, 0)
        port = self.listening.sockets[0].getsockname()[1]
        self.dsn = self.straight.replace(f":{self.server.port}/", f":{port}/")
        await self.server.run("CREATE TABLE goals (id int)", database="app")
        await self.server.run("GRANT ALL ON goals TO app", database="app")

    async def begin(self):
        name = {"application_name": "report.py"}
        self.holder = await asyncpg.connect(self.straight, server_settings=name)
        self.waiter = await asyncpg.connect(self.straight)
        await self.holder.execute("BEGIN; LOCK TABLE goals IN ACCESS EXCLUSIVE MODE")
        self.waiting = asyncio.create_task(self.waiter.execute("INSERT INTO goals VALUES (1)"))
        await self.until(WAITS, 1)
        self.pid, self.left = self.holder.get_server_pid(), False
        self.since = await self.server.run(self.of_holder("backend_start"))

    def of_holder(self, what):
        return f"SELECT {what} FROM pg_stat_activity WHERE pid = {self.pid}"  # noqa: S608 - ours

    async def over(self):
        """Count whether it was ended, and end what is left of it."""
        there = await self.server.run(self.of_holder("pid"))
        self.ended += there is None and not self.left
        if there:
            os.kill(there, SIGCONT)
        self.holder.terminate()
        await asyncio.wait([self.waiting])
        self.waiter.terminate()
        await self.until(OTHERS, 0)

    @asynccontextmanager
    async def meanwhile(self, fault, _):
        """What has happened there by the time of the call."""
        match fault:
            case "429":
                await self.server.saturate()
                yield
                await self.server.release()
            case "401":
                await self.server.run(f"REVOKE {MAY} FROM PUBLIC", database="app")
                yield
                await self.server.run(f"GRANT {MAY} TO PUBLIC", database="app")
            case "404":
                self.left = True
                self.holder.terminate()
                await self.until(self.of_holder("count(*)::int"), 0)
                yield
            case _:
                yield

    async def until(self, query, wanted):
        async with asyncio.timeout(20):
            while await self.server.run(query) != wanted:
                await asyncio.sleep(0.01)

    async def close(self):
        self.listening.close()
        await self.stack.aclose()
