"""The numbered evidence as a model finds it in what it was sent, and quotes that stand in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.claude.rules import blocks_of
from bot.sandbox.claude.steps import Ask

LONGEST_QUOTE = 140  # characters
BEFORE = 40  # characters of a quote before what it is made for
ACT = re.compile(r"^- (\S+) \(\w+ risk\): ", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """One piece of evidence. `texts` are its lines, its summary and its facts, each on one line."""

    id: str
    source: str
    found: str
    summary: str
    facts: dict[str, str]
    texts: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The letters of its id; a deploy and what it changed are one."""
        letters = self.id.rstrip("0123456789")
        return "D" if letters == "C" else letters

    def quote(self, pattern: re.Pattern[str]) -> str:
        """What stands round the first match, as it stands there; "" without one."""
        matches = ((text, found) for text in self.texts if (found := pattern.search(text)))
        text, match = next(matches, ("", None))
        if match is None:
            return ""
        begin = max(match.start() - BEFORE, 0) if len(text) > LONGEST_QUOTE else 0
        return text[begin : begin + LONGEST_QUOTE].strip()


def items_of(ask: Ask) -> list[Item]:
    """All evidence that any tool has brought so far."""
    return [_item(one) for data in _results(ask) for one in data.get("items", ())]


def has_asked(ask: Ask, tool: str) -> bool:
    """Whether the model has called it in this conversation."""
    return any(b["type"] == "tool_use" and b["name"] == tool for b in _blocks(ask))


def acts_of(ask: Ask) -> list[str]:
    """The ids of the acts on offer, as our own words list them."""
    said = "\n".join(str(b["text"]) for b in blocks_of(ask["messages"][0]["content"]))
    return ACT.findall(said)


def _item(data: dict[str, Any]) -> Item:
    texts = [*data["lines"], data["summary"], *data["facts"]]
    pairs = (fact.partition(": ") for fact in data["facts"])
    return Item(
        id=data["id"],
        source=data["source"],
        found=data["found"],
        summary=data["summary"],
        facts={name: value for name, _, value in pairs},
        texts=tuple(" ".join(str(text).split()) for text in texts),
    )


def _results(ask: Ask) -> Iterator[dict[str, Any]]:
    for block in _blocks(ask):
        if block["type"] == "tool_result" and not block.get("is_error"):
            try:
                found = json.loads(block["content"])
            except (TypeError, ValueError):
                continue  # not evidence
            if isinstance(found, dict):
                yield found


def _blocks(ask: Ask) -> Iterator[dict[str, Any]]:
    for message in ask["messages"]:
        yield from blocks_of(message["content"])
