"""Answers /healthz, from the pulse of the poller and one query to the database."""

from __future__ import annotations

import json
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2

from bot.sandbox.lifeos import db

HOST = "127.0.0.1"


class Pulse:
    """When the poller last showed that its loop turns."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._at: float | None = None

    def beat(self) -> None:
        self._at = time.monotonic()

    def trouble(self) -> str | None:
        if self._at is None:
            return "the poller has not started"
        age = time.monotonic() - self._at
        return f"the poller's heartbeat is {age:.0f} s old" if age > self._patience else None


def serve(port: int, pulse: Pulse, database_url: str) -> None:
    """Listen in a thread of its own, so that it answers when the bot does not."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/healthz":
                self._answer(HTTPStatus.NOT_FOUND, {"status": "not found"})
                return
            reason = pulse.trouble() or _database_trouble(database_url)
            if reason is None:
                self._answer(HTTPStatus.OK, {"status": "ok"})
            else:
                body = {"status": "unavailable", "reason": reason}
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, body)

        def _answer(self, status: HTTPStatus, body: dict[str, str]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: a probe every few seconds would drown the log."""

    server = ThreadingHTTPServer((HOST, port), Handler)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()


def _database_trouble(url: str) -> str | None:
    try:
        db.ping(url)
    except psycopg2.Error as error:
        first = (str(error).splitlines() or [""])[0]
        return f"database: {type(error).__name__}: {first}"
    return None
