"""What a call is said to have used: tokens by the length of the JSON, and the prompt cache.

Four characters a token is a rough guess; how many a real one has is unknown (claude.md §10).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bot.sandbox.claude.rules import cacheable
from bot.sandbox.claude.steps import Ask

CHARACTERS = 4
LEAST_CACHED = 1_024  # tokens; the minimum of the 5.5 models is unknown
COUNTED = ("system", "messages", "tools", "output_config")


def tokens(value: Any) -> int:  # noqa: ANN401 - any JSON
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return -(-len(said) // CHARACTERS)


def asked(ask: Ask) -> int:
    return sum(tokens(ask[name]) for name in COUNTED if ask.get(name))


class Cache:
    """Prefixes that were sent with a breakpoint; how long they live is not imitated."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def usage(self, ask: Ask, output: int) -> dict[str, Any]:
        read, written, hour = self._look(ask)
        return {
            "input_tokens": max(asked(ask) - read - written, 0),
            "output_tokens": output,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 0 if hour else written,
                "ephemeral_1h_input_tokens": written if hour else 0,
            },
            "service_tier": "standard",
        }

    def _look(self, ask: Ask) -> tuple[int, int, bool]:
        """Tokens read, tokens written, and whether for an hour: by the last breakpoint."""
        prefix, read, last, hour = str(ask.get("model")), 0, 0, False
        for part in cacheable(ask):
            plain = {key: value for key, value in part.items() if key != "cache_control"}
            prefix += json.dumps(plain, sort_keys=True)
            if part.get("cache_control") and (size := tokens(prefix)) >= LEAST_CACHED:
                digest = hashlib.sha256(prefix.encode()).hexdigest()
                read, last = (size if digest in self._seen else read), size
                hour = part["cache_control"].get("ttl") == "1h"
                self._seen.add(digest)
        return read, last - read, hour
