"""What a script may let Claude answer: words, data, a tool call, a refusal, a failure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Block = Mapping[str, Any]
Ask = Mapping[str, Any]
"""The body of a request."""


@dataclass(frozen=True)
class Reply:
    """A message of the model: its blocks (without thinking) and why it stopped."""

    blocks: tuple[Block, ...]
    stop_reason: str = "end_turn"
    stop_details: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Failure:
    """A fault by its name (see `mishaps.py`), with its particulars."""

    name: str
    how: Mapping[str, Any] = field(default_factory=dict)


Step = Reply | Failure | Callable[[Ask], Reply]


def text(words: str, stop_reason: str = "end_turn") -> Reply:
    return Reply(({"type": "text", "text": words},), stop_reason)


def data(value: object) -> Reply:
    """Structured output: JSON in one text block."""
    return text(json.dumps(value, ensure_ascii=False))


def tool_use(name: str, given: Mapping[str, Any], *, first_said: str = "") -> Reply:
    """Ask for a tool; the id depends on nothing but the call, so that a night repeats itself."""
    digest = hashlib.sha256(f"{name} {json.dumps(given, sort_keys=True)}".encode()).hexdigest()
    call = {"type": "tool_use", "id": f"toolu_01{digest[:22]}", "name": name, "input": dict(given)}
    said = ({"type": "text", "text": first_said},) if first_said else ()
    return Reply((*said, call), "tool_use")


def refusal(words: str = "", category: str | None = "cyber") -> Reply:
    """HTTP 200, `stop_reason` "refusal" (facts: claude.md §2)."""
    blocks = ({"type": "text", "text": words},) if words else ()
    details = {"type": "refusal", "category": category, "explanation": None}
    return Reply(blocks, "refusal", details)
