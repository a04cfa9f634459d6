"""Claude's API for the practice world: answers from a script, or sensible ones of its own."""

from __future__ import annotations

from bot.sandbox.claude.emulator import Claude
from bot.sandbox.claude.steps import Failure, Reply, Step, data, refusal, text, tool_use

__all__ = ["Claude", "Failure", "Reply", "Step", "data", "refusal", "text", "tool_use"]
