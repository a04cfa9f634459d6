"""Refusals: what the Bot API answers when it does not do what was asked."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - an answer of the emulator, not a fault of it
    """Becomes `{"ok": false, "error_code", "description", "parameters"?}`."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        told: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return told | ({"parameters": self.parameters} if self.parameters else {})

    def headers(self) -> dict[str, str]:
        wait = (self.parameters or {}).get("retry_after")
        return {} if wait is None else {"Retry-After": str(wait)}


def bad_request(text: str, parameters: Json | None = None) -> Refusal:
    return Refusal(400, f"Bad Request: {text}", parameters)


def forbidden(text: str) -> Refusal:
    return Refusal(403, f"Forbidden: {text}")


def conflict(text: str) -> Refusal:
    return Refusal(409, f"Conflict: {text}")


def flooded(retry_after: int) -> Refusal:
    text = f"Too Many Requests: retry after {retry_after}"
    return Refusal(429, text, {"retry_after": retry_after})


class NotPossible(Exception):  # noqa: N818 - the same, said to the person's side
    """A person asked for something the app would not offer; `status` is the HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
