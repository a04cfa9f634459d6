"""Answers HTTP, so that the platform sees a port that is open."""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = b"Life OS\n"
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: a probe every few seconds would drown the log."""


def serve(port: int) -> None:
    """Listen in a thread of its own, so that it answers when the bot does not."""
    server = ThreadingHTTPServer((HOST, port), Page)
    threading.Thread(target=server.serve_forever, name="web", daemon=True).start()
