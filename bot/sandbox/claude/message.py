"""The message that answers a request: made of a step, or by itself when there is no script."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from bot.sandbox.claude import reader, schema, steps
from bot.sandbox.claude.rules import blocks_of
from bot.sandbox.claude.steps import Ask, Block, Reply
from bot.sandbox.claude.usage import CHARACTERS, Cache, tokens

SENTENCES = (
    "That sounds like a good plan. Pick the smallest step of it and do that one today.",
    "You are closer than it looks: one quiet half hour a day will take you there.",
    "Write down why it matters to you, and read it again tomorrow morning.",
    "Well done so far! What would make the next step a little easier?",
)


def by_itself(ask: Ask, *, items: int = 0) -> Reply:
    """What the evidence tells, in a form for it; an instance of another one; else a sentence."""
    wanted = (ask.get("output_config") or {}).get("format")
    if wanted is not None:
        known = reader.filled(ask, wanted["schema"])
        return known or steps.data(schema.instance(wanted["schema"], items=items))
    said = last_words(ask)
    return steps.text(SENTENCES[int(_digest(said), 16) % len(SENTENCES)])


def last_words(ask: Ask) -> str:
    blocks = blocks_of(ask["messages"][-1]["content"])
    return " ".join(str(b["text"]) for b in blocks if b["type"] == "text")


def fitted(reply: Reply, ask: Ask) -> Reply:
    """Cut to `max_tokens`, as the model would be."""
    room = ask["max_tokens"] * CHARACTERS
    kept: list[Block] = []
    for block in reply.blocks:
        size = tokens(_weighed(block)) * CHARACTERS
        if size > room:
            if block["type"] == "text" and room > 0:
                kept.append({**block, "text": str(block["text"])[:room]})
            return replace(reply, blocks=tuple(kept), stop_reason="max_tokens")
        kept.append(block)
        room -= size
    return reply


def message(reply: Reply, ask: Ask, number: int, cache: Cache) -> dict[str, Any]:
    """The whole Message of the API; `number` counts the calls."""
    thinks = (ask.get("thinking") or {}).get("type") not in {"disabled", "between_tools"}
    content = [*([_thought(number)] if thinks else []), *map(dict, reply.blocks)]
    # For an empty answer the API counts some tokens, too (SDK, `Message.usage`).
    output = max(sum(tokens(_weighed(block)) for block in reply.blocks), 1)
    return {
        "id": f"msg_01{_digest(f'message {number}')[:22]}",
        "type": "message",
        "role": "assistant",
        "model": ask["model"],
        "content": content,
        "stop_reason": reply.stop_reason,
        "stop_sequence": None,
        "stop_details": reply.stop_details,
        "usage": cache.usage(ask, output),
    }


def _thought(number: int) -> Block:
    """Thinking comes first and is empty by default (facts: claude.md §2)."""
    return {"type": "thinking", "thinking": "", "signature": f"Eq{_digest(f'thought {number}')}"}


def _weighed(block: Block) -> object:
    return block["text"] if block["type"] == "text" else block.get("input", {})


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()
