"""Just enough of the APIs that Life OS calls: Telegram's, for one person, and Claude's."""

from __future__ import annotations

import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

USER = 7


class BotApi(ThreadingHTTPServer):
    """Updates come from `say`, answers are kept in `sent`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), BotApiRequest)
        self.updates = []  # not confirmed yet
        self.given = 0
        self.said = threading.Condition()
        self.sent = []
        self.away = False
        self.refused = 0
        self.asked = 0  # how often for updates
        self.ids = itertools.count(1)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/telegram"

    def say(self, text):
        message = {
            "message_id": next(self.ids),
            "date": int(time.time()),
            "chat": {"id": USER, "type": "private", "first_name": "Ada"},
            "from": {"id": USER, "is_bot": False, "first_name": "Ada"},
            "text": text,
        }
        if text.startswith("/"):
            length = len(text.split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        with self.said:
            self.updates.append({"update_id": next(self.ids), "message": message})
            self.said.notify_all()

    def pending(self, offset, seconds):
        """What is not confirmed by that offset; whoever hangs up in between has taken nothing."""
        with self.said:
            self.updates = [u for u in self.updates if u["update_id"] >= offset]
            self.said.wait_for(lambda: self.updates, seconds)
            self.given += len(self.updates)
            return list(self.updates)

    def handle_error(self, request, client_address):
        """A process that ends in the middle of a long poll is expected here."""


class BotApiRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        said = {key: values[0] for key, values in parse_qs(body).items()}
        _, place, method = self.path.removeprefix("/telegram").split("/")
        assert place == "bot1:token"
        if self.server.away:
            self.server.refused += 1
            status, content = 502, b"Bad Gateway"
        else:
            answer = {"ok": True, "result": self.result(method, said)}
            status, content = 200, json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def result(self, method, said):
        match method:
            case "getMe":
                return {"id": 1, "is_bot": True, "first_name": "Life OS", "username": "life_os_bot"}
            case "getUpdates":
                self.server.asked += 1
                seconds = min(float(said["timeout"]), 0.5)
                return self.server.pending(int(said.get("offset", 0)), seconds)
            case "sendMessage":
                self.server.sent.append(said["text"])
                chat = {"id": USER, "type": "private", "first_name": "Ada"}
                return {"message_id": next(self.server.ids), "date": 0, "chat": chat}
        return True

    def log_message(self, *_):
        pass


class ClaudeApi(ThreadingHTTPServer):
    """Answers /v1/messages with `answer`: a text, or (status, type of the error)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ClaudeRequest)
        self.answer = "Yes."
        self.requests = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class ClaudeRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        assert self.path == "/v1/messages"
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.headers["Authorization"], body))
        status, answer = shown(self.server.answer, body["model"])
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("request-id", "req_1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def shown(answer, model):
    if isinstance(answer, tuple):
        status, kind = answer
        error = {"type": kind, "message": kind.replace("_", " ").capitalize()}
        return status, {"type": "error", "error": error, "request_id": "req_1"}
    return 200, {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": answer}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 9},
    }
