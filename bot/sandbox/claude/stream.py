"""A message as it goes over the wire: one piece of JSON, or Server-Sent Events.

The order and the fields of the events: facts of claude.md §4.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

PIECE = 24  # characters in one delta
CHUNKS = 8  # pieces of a plain answer

Manner = Callable[[Sequence[bytes]], AsyncIterator[bytes]]
"""How the pieces of an answer are delivered: at once, slowly, only half of them …"""


def whole(message: dict[str, Any]) -> list[bytes]:
    """Cut the JSON into pieces, so that it can be delivered in the same manners."""
    raw = json.dumps(message, ensure_ascii=False).encode()
    size = -(-len(raw) // CHUNKS)
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def events(message: dict[str, Any]) -> list[bytes]:
    return [event(data) for data in _events(message)]


def event(data: dict[str, Any]) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _events(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    usage = {**message["usage"], "output_tokens": 1}
    unsaid: dict[str, Any] = {"content": [], "stop_reason": None, "stop_details": None}
    yield {"type": "message_start", "message": {**message, **unsaid, "usage": usage}}
    yield {"type": "ping"}
    for index, block in enumerate(message["content"]):
        yield from _block(index, block)
    ending = {key: message[key] for key in ("stop_reason", "stop_sequence", "stop_details")}
    yield {"type": "message_delta", "delta": ending, "usage": message["usage"]}
    yield {"type": "message_stop"}


def _block(index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    opening, deltas = SHAPES[block["type"]](block)
    yield {"type": "content_block_start", "index": index, "content_block": block | opening}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


Shape = tuple[dict[str, Any], list[dict[str, Any]]]


def _text(block: dict[str, Any]) -> Shape:
    deltas = [{"type": "text_delta", "text": piece} for piece in _cut(block["text"])]
    return {"text": ""}, deltas


def _tool(block: dict[str, Any]) -> Shape:
    pieces = _cut(json.dumps(block["input"], ensure_ascii=False))
    return {"input": {}}, [{"type": "input_json_delta", "partial_json": one} for one in pieces]


def _thinking(block: dict[str, Any]) -> Shape:
    thoughts = [{"type": "thinking_delta", "thinking": one} for one in _cut(block["thinking"])]
    signed = {"type": "signature_delta", "signature": block["signature"]}
    return {"thinking": "", "signature": ""}, [*thoughts, signed]


SHAPES: dict[str, Callable[[dict[str, Any]], Shape]] = {
    "text": _text,
    "tool_use": _tool,
    "thinking": _thinking,
}


def _cut(said: str) -> list[str]:
    return [said[at : at + PIECE] for at in range(0, len(said), PIECE)]
