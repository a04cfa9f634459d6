"""Everything that this program could do is halted: who said so, since when, why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LONGEST = 200  # characters of the reason


@dataclass(frozen=True)
class Halt:
    """In force until somebody lets the acts go on: it does not end by itself.

    `key` is of the chat update that brought it; `over`, of the one that ended it.
    """

    by: str
    at: datetime
    why: str = ""
    key: str = ""
    over: str = ""


def written(halt: Halt) -> str:
    """Five lines that `read` understands."""
    parts = (halt.at.isoformat(), halt.by, halt.why, halt.key, halt.over)
    return "\n".join(" ".join(part.split()) for part in parts)


def read(text: str | None) -> Halt | None:
    if not text:
        return None
    at, by, why, key, over = text.split("\n")
    return Halt(by, datetime.fromisoformat(at), why, key, over)
