"""A service that the emulated platform really runs, for what asks it over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

KEY = "rnd_practice0practice0"
PROGRAM = """
import http.server, os, signal, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
def leave(*_):
    print("ERROR worker: the pool is exhausted, postgresql://u:hunter2@db/x", flush=True)
    open("broken", "w").close()
    os._exit(3)
if os.path.exists("broken"):  # until a new instance with a folder of its own replaces it
    os._exit(3)
signal.signal(signal.SIGUSR1, leave)
print("Bot is running!", flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
"""


def now():
    return datetime.now(UTC)


async def until(fact, seconds=10):
    async with asyncio.timeout(seconds):
        while not (found := await fact()):
            await asyncio.sleep(0.03)
    return found
