"""How Claude is asked: the client, and the body of a request."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.domain.narration.brief import Ask

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

CONNECT = 5.0  # seconds
MOST_OUTPUT = 6_000  # tokens, with what it thinks: 4,096 can be eaten by thinking
SAMPLE: dict[str, Any] = {
    "content": [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "text", "text": ""},
        {"type": "tool_use", "id": "", "name": "", "input": {}},
    ],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 0, "output_tokens": 0},
}
CACHED = {"cache_control": {"type": "ephemeral"}}


def open_client(key: str, base_url: str, seconds: float) -> AsyncAnthropic:
    """`seconds` limits each wait for the network; the total deadline is the caller's.

    The SDK makes no new tries of its own: it would obey a `retry-after` of any length. Takes a
    second: to be called in a thread.
    """
    import anthropic  # noqa: PLC0415 - 65 MB that nobody pays who does not use it
    import httpx2  # noqa: PLC0415 - the same

    for name in ("anthropic", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at DEBUG they log whole prompts
    client = anthropic.AsyncAnthropic(
        api_key=key,
        base_url=base_url,
        max_retries=0,
        open_telemetry=False,
        timeout=httpx2.Timeout(seconds, connect=CONNECT),
    )
    # What the SDK imports and compiles at its first use is made here, beside the loop: 0.1 s.
    anthropic.types.Message.construct(**SAMPLE)
    _ = client.messages, anthropic.transform_schema
    return client


def body(
    model: str, ask: Ask, messages: Sequence[Mapping[str, Any]], *, ends: bool
) -> dict[str, Any]:
    """`ends`: it must answer now, and may not look any further."""
    from anthropic import transform_schema  # noqa: PLC0415 - as above

    choice = {"type": "none"} if ends else {"type": "auto", "disable_parallel_tool_use": True}
    form = {"type": "json_schema", "schema": transform_schema(dict(ask.schema))}
    asked: dict[str, Any] = {
        "model": model,
        "max_tokens": MOST_OUTPUT,
        "system": ask.system,
        "messages": list(messages),
        "tools": list(ask.tools),
        "tool_choice": choice,
        "output_config": {"effort": "medium", "format": form},
    }
    # The turns of one conversation read those before from the cache: a tenth of the price or less.
    alone = ends and len(messages) <= len(ask.messages)
    return asked if alone else {**asked, **CACHED}


def as_json(asked: Mapping[str, Any]) -> str:
    """The request as it leaves."""
    return json.dumps(asked, ensure_ascii=False)
