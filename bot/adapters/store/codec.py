"""How records become text and back: one canonical JSON form, so that same content is same text."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.domain.incident import Event
from bot.domain.question import Question
from bot.ports import Document, Message, Picture, Unavailable

T = TypeVar("T")


@dataclass(frozen=True)
class Content:
    """What a post shows: two posts with the same content look the same."""

    message: Message
    document: Document | None = None
    picture: Picture | None = None


EVENT = TypeAdapter(Event)
CONTENT = TypeAdapter(Content)
QUESTION = TypeAdapter(Question)


def encode(record: Event | Content | Question) -> str:
    """Return canonical JSON: keys sorted, no spaces, times as ISO 8601 with their zone."""
    plain = asdict(record)
    text = json.dumps(
        plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_iso
    )
    return storable(text)


def decode(form: TypeAdapter[T], text: str) -> T:
    """Raises Unavailable (permanent) when the row is not what we once wrote."""
    try:
        return form.validate_json(text)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) or "all" for e in error.errors())
        raise Unavailable(f"a stored record cannot be read ({fields})", permanent=True) from error


def storable(text: str) -> str:
    """Replace what neither engine stores: half emoji from cut log lines, and NUL in PostgreSQL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "�")


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")
