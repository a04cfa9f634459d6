"""A small stub of the practice world's API, and ways to look at the page."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from bot.sandbox.page import routes

DEBIAN = "/usr/bin/chromium"
CHROMIUM = DEBIAN if Path(DEBIAN).exists() else shutil.which("chromium")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
OWNER, RESPONDER, USER, WATCHDOG, LIFE_OS = 1, 2, 50, 900, 901
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGOQ"
    "y1x9wsYGAAiAAnNZCcRRAAAAAElFTkSuQmCC"
)
REPORT = """# Incident report

**Incident:** #1
**Status:** RESOLVED

## Timeline
- 03:01: Detected
  - service: exited
    with code 1
  - http: 502
- 03:02: Restarted by `Ann`

1. First
2. Second

- [x] done
- [ ] to do

| Check | Seen |
| --- | --- |
| http | 200 |

> Quoted *words* and [a link](https://example.invalid/x)

```python
raise ValueError("| no table |")
- no list
```
"""
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


class Stub:
    """The API of the practice world, as far as the page needs it."""

    def __init__(self):
        self.address = ""
        self.asked: list[tuple[str, dict]] = []
        self.readers: set[asyncio.Queue] = set()
        self.clear()

    def clear(self):
        self.messages: dict[int, list[dict]] = {OWNER: [], RESPONDER: [], USER: []}
        self.earlier: dict[int, list[dict]] = {}
        self.chats: list[dict] = []
        self.more_world: dict = {}
        self.more_service: dict = {}
        self.switches = [
            {"name": "crash", "label": "Crash", "effect": "It ends.", "kind": "once", "on": False},
            {"name": "deaf", "label": "Deaf", "effect": "No ears.", "kind": "toggle", "on": False},
        ]
        self.asked.clear()

    def push(self, event, data):
        for reader in self.readers:
            reader.put_nowait(f"event: {event}\ndata: {json.dumps(data)}\n\n")

    def hang_up(self):
        for reader in self.readers:
            reader.put_nowait(None)

    def message(self, text, *, chat=OWNER, sender=WATCHDOG, silent=False, **extra):
        identity = sum(map(len, self.messages.values())) + 1
        kind = {"type": "supergroup", "title": "On call"} if chat < 0 else {"type": "private"}
        return {
            "message_id": identity,
            "date": int(time.time()),
            "chat": {"id": chat, "first_name": "Mara", **kind},
            "from": {"id": sender, "is_bot": sender >= WATCHDOG, "first_name": f"name-{sender}"},
            "text": text,
            "silent": silent,
            **extra,
        }

    def post(self, text, **about):
        message = self.message(text, **about)
        self.messages.setdefault(message["chat"]["id"], []).append(message)
        self.push("message", {"message": message, "edited": False, "silent": message["silent"]})
        return message

    def edit(self, message, text, **extra):
        fresh = {**message, "text": text, "edit_date": int(time.time()), **extra}
        self.push("message", {"message": fresh, "edited": True, "silent": False})

    def world(self):
        state = {"state": "running", "since": "2026-11-22T03:00:00Z"}
        return {
            "speed": 20,
            "now": "2026-11-22T03:12:00Z",
            "service": {
                **state,
                **self.more_service,
                "name": "life-os",
                "memory_bytes": 400 << 20,
                "memory_limit_bytes": 512 << 20,
                "cpu": 0.2,
                "instances": ["srv-1"],
                "restarts": 3,
                "deploy": {
                    "id": "d",
                    "status": "live",
                    "commit": {"id": "abc1234", "message": "m"},
                },
            },
            "database": {**state, "connections": 3, "max_connections": 20},
            "watchdog": {**state, "pid": 7, "memory_bytes": 90 << 20},
            "switches": self.switches,
            "logs": [{"at": state["since"], "text": f"line {n} {HOSTILE}"} for n in range(40)],
            **self.more_world,
        }

    def hello(self):
        roles = {OWNER: "owner", RESPONDER: "responder", 3: "stranger", USER: "user"}
        people = [
            {"id": id, "first_name": f"name-{id}", "username": f"u{id}", "role": role}
            for id, role in roles.items()
        ]
        bots = [{"id": WATCHDOG, "name": "Watchdog"}, {"id": LIFE_OS, "name": "Life OS"}]
        chats = [
            {"id": USER, "type": "private", "member_ids": [USER], "bot_ids": [LIFE_OS]},
            {"id": RESPONDER, "type": "private", "member_ids": [RESPONDER], "bot_ids": [WATCHDOG]},
            {"id": OWNER, "type": "private", "member_ids": [OWNER], "bot_ids": [WATCHDOG]},
            *self.chats,
        ]
        return {
            "people": people,
            "bots": bots,
            "chats": chats,
            "messages": self.messages,
            "world": self.world(),
        }

    async def stream(self, request: Request):
        async def events() -> AsyncIterator[str]:
            queue: asyncio.Queue = asyncio.Queue()
            self.readers.add(queue)
            try:
                yield f"event: hello\ndata: {json.dumps(self.hello())}\n\n"
                while (event := await queue.get()) is not None:
                    yield event
            finally:
                self.readers.discard(queue)

        return StreamingResponse(events(), media_type="text/event-stream")

    async def note(self, request: Request):
        body = await request.json()
        self.asked.append((request.url.path, body))
        if request.url.path.endswith("/tap"):
            return JSONResponse({"callback_query_id": f"q{len(self.asked)}"})
        if request.url.path.endswith("/say"):
            who = int(request.path_params["person"])
            return JSONResponse(self.post(body["text"], chat=body["chat_id"], sender=who))
        return Response(status_code=204)

    async def history(self, request: Request):
        chat = int(request.query_params["chat_id"])
        return JSONResponse([*self.earlier.get(chat, []), *self.messages[chat]])

    async def commands(self, request: Request):
        told = {"bot_id": WATCHDOG, "command": "status", "description": "How things are"}
        return JSONResponse([told, {**told, "command": "deploys", "description": "The last ones"}])

    async def file(self, request: Request):
        if request.path_params["file"].startswith("picture"):
            return Response(PICTURE, media_type="image/png")
        if request.path_params["file"] == "report":
            return Response(REPORT, media_type="text/markdown")
        return Response(f"# Report\n\n**Bad** night {HOSTILE}", media_type="text/markdown")

    def app(self):
        api = [
            Route("/stream", self.stream),
            Route("/people/{person}/say", self.note, methods=["POST"]),
            Route("/people/{person}/tap", self.note, methods=["POST"]),
            Route("/people/{person}/react", self.note, methods=["POST"]),
            Route("/messages", self.history),
            Route("/commands", self.commands),
            Route("/switches/{name}", self.note, methods=["POST"]),
            Route("/files/{file}", self.file),
        ]
        return Starlette(routes=[*routes(), Mount("/api", routes=api)])


async def until(true):
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def card(stub: Stub, **about):
    """The card of an incident as the watchdog sends it: text, evidence, keys."""
    text = "🔴 P0 life-os is down\n\nWhat was found\nL1 the traceback\nline\nline\nline\n/ack"
    entities = [
        entity("bold", text, "P0 life-os is down"),
        entity("code", text, "L1"),
        entity("expandable_blockquote", text, "the traceback\nline\nline\nline"),
        entity("bot_command", text, "/ack"),
    ]
    keys = [
        [{"text": "Restart…", "callback_data": "r", "style": "primary"}],
        [
            {"text": "Yes, restart", "callback_data": "y", "style": "danger"},
            {"text": "Dashboard", "url": "https://example.invalid"},
        ],
    ]
    return stub.post(text, entities=entities, reply_markup={"inline_keyboard": keys}, **about)


def report(stub: Stub, **about):
    document = {"file_id": "report", "file_name": "incident-2026-11-22.md", "file_size": 512}
    return stub.post("Report of incident #1", document=document, **about)


def origin(address: str) -> str:
    return "://".join(urlsplit(address)[:2])


async def opened(browser: Browser, stub: Stub, viewport, **how):
    """A page that must have no error and must have asked no other origin than its own."""
    context = await browser.new_context(viewport=viewport, **how)
    page = await context.new_page()
    errors: list[str] = []
    asked: set[str] = set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda each: asked.add(origin(each.url)))
    await page.goto(stub.address)
    await expect(page.locator("#composer")).to_be_enabled()
    yield page
    await context.close()
    await until(lambda: not stub.readers)
    assert errors == []
    assert asked == {origin(stub.address)}


def bubble(page: Page, message):
    return page.locator(f'[data-message-id="{message["message_id"]}"]')


def entity(kind, text, part, **extra):
    """An entity over `part`, counted in UTF-16 units."""
    before = text[: text.index(part)].encode("utf-16-le")
    length = len(part.encode("utf-16-le")) // 2
    return {"type": kind, "offset": len(before) // 2, "length": length, **extra}
