"""Asks Claude; slow to import, so it is imported when somebody first wants to know something."""

from __future__ import annotations

import os
from functools import cache

from anthropic import Anthropic

from lifeos.config import Config

MODEL = os.environ.get("ANTHROPIC_MODEL", "claude-haiku-5-5")
SYSTEM = "You are a friendly assistant in a chat. Answer in one or two sentences of plain text."
MOST_TOKENS = 4096  # the model's thinking is counted, too
TIMEOUT = 30.0


def say(settings: Config, prompt: str) -> str:
    """Return a sentence or two; raises what the SDK raises."""
    message = _client(settings).messages.create(
        model=MODEL,
        max_tokens=MOST_TOKENS,
        system=SYSTEM,
        messages=[{"role": "user", "content": prompt}],
    )
    text = "".join(block.text for block in message.content if block.type == "text").strip()
    return text or "I have no answer to that."


@cache
def _client(settings: Config) -> Anthropic:
    return Anthropic(api_key=settings.anthropic_key, max_retries=1, timeout=TIMEOUT)
