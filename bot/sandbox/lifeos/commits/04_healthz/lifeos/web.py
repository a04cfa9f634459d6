"""Answers /healthz, from the first moment of the start."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
STARTING = {"status": "starting"}


class Web(ThreadingHTTPServer):
    """`trouble` says why the bot is not healthy, once it has been started."""

    daemon_threads = True
    trouble: Callable[[], str | None] | None = None


class Page(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        if self.path != "/healthz":
            self._answer(HTTPStatus.NOT_FOUND, {"status": "not found"})
        elif self.server.trouble is None:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, STARTING)
        elif reason := self.server.trouble():
            body = {"status": "unavailable", "reason": reason}
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, body)
        else:
            self._answer(HTTPStatus.OK, {"status": "ok"})

    def _answer(self, status: HTTPStatus, body: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: a probe every few seconds would drown the log."""


def serve(port: int) -> Web:
    """Listen in a thread of its own, so that it answers when the bot does not."""
    web = Web((HOST, port), Page)
    threading.Thread(target=web.serve_forever, name="web", daemon=True).start()
    return web
