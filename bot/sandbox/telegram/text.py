"""Text as Telegram keeps it: trimmed, measured, with its entities at UTF-16 offsets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.html import Span, parse
from bot.sandbox.telegram.markdown import parse_legacy, parse_v2

RAW_BYTES = 32_768
TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
PRIORITY = {"blockquote": 0, "expandable_blockquote": 0, "pre": 11, "code": 20, "text_link": 49}
STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
MONO = ("pre", "code")
QUOTES = ("blockquote", "expandable_blockquote")
AUTOMATIC = (
    ("url", re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}']", re.IGNORECASE)),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)),
    (
        "bot_command",
        re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])"),
    ),
    ("mention", re.compile(r"(?<![\w/@.])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w)")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}")),
)


PARSERS = {"html": parse, "markdownv2": parse_v2, "markdown": parse_legacy}
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Said:
    """What is left of a text after parsing."""

    text: str
    entities: tuple[Json, ...] = ()


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def understand(
    raw: str,
    parse_mode: str | None,
    entities: list[Json] | None,
    user: Callable[[int], Json | None],
) -> Said:
    """Parse, trim and find what Telegram finds by itself (links, commands, mentions)."""
    if len(raw.encode("utf-8", "replace")) > RAW_BYTES:
        raise bad_request("text is too long")
    text, spans = _parsed(raw, parse_mode, entities)
    text, spans = _trimmed(text, spans)
    spans = _untangled(spans)
    spans = sorted([*spans, *_automatic(text, spans)], key=_order)
    told = (_told(text, span, user) for span in spans)
    return Said(text, tuple(entity for entity in told if entity is not None))


def message_text(said: Said) -> Said:
    if not said.text:
        raise bad_request("message text is empty")
    if utf16(said.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return said


def caption_text(said: Said) -> Said:
    if utf16(said.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return said


def _parsed(
    raw: str, parse_mode: str | None, entities: list[Json] | None
) -> tuple[str, list[Span]]:
    clean = CONTROL.sub(" ", raw.replace("\r", ""))
    if not parse_mode:
        return clean, _given(clean, entities or [])
    if parse_mode.lower() not in PARSERS:
        raise bad_request("unsupported parse_mode")
    return PARSERS[parse_mode.lower()](clean)


def _given(text: str, entities: list[Json]) -> list[Span]:
    """Turn entities sent as objects, in UTF-16, into spans of this string."""
    starts = {0: 0}
    at = 0
    for index, char in enumerate(text, start=1):
        at += utf16(char)
        starts[at] = index
    return [span for entity in entities if (span := _one_given(entity, starts, at)) is not None]


def _one_given(entity: Json, starts: dict[int, int], end: int) -> Span | None:
    try:
        kind, offset, length = entity["type"], int(entity["offset"]), int(entity["length"])
    except (KeyError, TypeError, ValueError):
        raise bad_request(
            "can't parse MessageEntity: type, offset and length are required"
        ) from None
    if length <= 0 or offset < 0 or offset >= end:
        return None
    stop = min(offset + length, end)
    if offset not in starts or stop not in starts:
        raise bad_request("entity begins or ends in a middle of a UTF-16 symbol")
    extra = {k: v for k, v in entity.items() if k not in ("type", "offset", "length")}
    return Span(str(kind), starts[offset], starts[stop], extra)


def _trimmed(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    end = len(text.rstrip())
    lead = len(text) - len(text.lstrip())
    begin = min([lead, *(span.begin for span in spans)]) if end else 0
    kept = (
        replace(span, begin=span.begin - begin, end=min(span.end, end) - begin) for span in spans
    )
    text = text[begin:end]
    return text, [span for span in kept if text[span.begin : span.end].strip()]


def _order(span: Span) -> tuple[int, int, int]:
    return (span.begin, -span.end, PRIORITY.get(span.kind, 90))


def _untangled(spans: list[Span]) -> list[Span]:
    """Leave no quote in a quote, one thing only in a link, and no style in code."""
    quotes = _apart(span for span in spans if span.kind in QUOTES)
    solid = _apart(span for span in spans if span.kind not in QUOTES + STYLES)
    mono = [span for span in solid if span.kind in MONO]
    styles = [part for span in spans if span.kind in STYLES for part in _without(span, mono)]
    return [*quotes, *solid, *styles]


def _apart(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=_order):
        if not kept or span.begin >= kept[-1].end:
            kept.append(span)
    return kept


def _without(span: Span, holes: list[Span]) -> list[Span]:
    parts, begin = [], span.begin
    for hole in (one for one in holes if one.end > span.begin and one.begin < span.end):
        if hole.begin > begin:
            parts.append(replace(span, begin=begin, end=hole.begin))
        begin = max(begin, hole.end)
    return [*parts, replace(span, begin=begin)] if begin < span.end else parts


def _automatic(text: str, spans: list[Span]) -> list[Span]:
    taken = [span for span in spans if span.kind not in QUOTES + STYLES]
    found: list[Span] = []
    for kind, pattern in AUTOMATIC:
        for match in pattern.finditer(text):
            span = Span(kind, match.start(), match.end())
            if not any(one.begin < span.end and span.begin < one.end for one in taken + found):
                found.append(span)
    return found


def _told(text: str, span: Span, user: Callable[[int], Json | None]) -> Json | None:
    extra = dict(span.extra)
    if span.kind == "text_mention":
        user_id = extra["user"]["id"] if "user" in extra else extra.pop("user_id")
        known = user(int(user_id))
        if known is None:
            return None
        extra = {"user": known}
    offset = utf16(text[: span.begin])
    length = utf16(text[span.begin : span.end])
    return {"type": span.kind, "offset": offset, "length": length, **extra}
