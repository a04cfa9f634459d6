"""Telegram's HTML: tags in, plain text and spans out, or the error Telegram would give."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.errors import Refusal, bad_request
from bot.sandbox.telegram.links import checked

KIND_OF = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
SPACE = " \t\n\r\v\f\0"
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,8})|#([0-9]{1,10})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
NAME_END = re.compile(r"[\s=>/\"'\0]|$")
TOKEN = re.compile(r"[A-Za-z0-9.-]*")
USER_LINK = re.compile(r"^tg://user/?\?id=(\d+)", re.IGNORECASE)
LAST_CHARACTER = 0x10FFFF


@dataclass(frozen=True)
class Span:
    """An entity over characters `begin` to `end` of a Python string."""

    kind: str
    begin: int
    end: int
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Tag:
    name: str
    begin: int  # in the text that comes out
    attributes: dict[str, str]


def parse(source: str) -> tuple[str, list[Span]]:
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[Tag] = []
        self.spans: list[Span] = []

    def read(self) -> tuple[str, list[Span]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self._tag()
            elif char == "&":
                self._emit(self._reference())
            else:
                self._emit(char)
                self.at += 1
        if self.open:
            name = self.open[-1].name
            raise self._wrong(f'Can\'t find end tag corresponding to start tag "{name}"')
        return "".join(self.out), _languages(self.spans)

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    def _reference(self) -> str:
        match = REFERENCE.match(self.source, self.at)
        char = _character(match) if match else None
        if match is None or char is None:
            self.at += 1
            return "&"
        self.at = match.end()
        return char

    def _wrong(self, text: str) -> Refusal:
        return bad_request(f"can't parse entities: {text}")

    def _offset(self, index: int) -> int:
        return len(self.source[:index].encode("utf-8", "replace"))

    def _peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in SPACE:
            self.at += 1

    def _name(self) -> str:
        begin = self.at
        while self._peek() and self._peek() not in SPACE + ">":
            self.at += 1
        return self.source[begin : self.at].lower()

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self._peek() == "/":
            self.at += 1
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        name = self._name()
        if not self._peek():
            raise self._wrong(f"Unclosed start tag at byte offset {self._offset(begin)}")
        if name not in KIND_OF:
            offset = self._offset(begin)
            raise self._wrong(f'Unsupported start tag "{name}" at byte offset {offset}')
        attributes: dict[str, str] = {}
        while (found := self._attribute(name, begin)) is not None:
            attributes[found[0]] = found[1]
        self.at += 1
        if name == "span" and attributes.get("class") != "tg-spoiler":
            offset = self._offset(begin)
            raise self._wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        self.open.append(Tag(name, self.length, attributes))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str] | None:
        """Return the next attribute, None at the tag's end."""
        self._skip_space()
        if self._peek() == ">":
            return None
        end = NAME_END.search(self.source, self.at)
        name = self.source[self.at : end.start() if end else len(self.source)].lower()
        offset = self._offset(begin)
        if not name and self._peek():
            raise self._wrong(f'Empty attribute name in the tag "{tag}" at byte offset {offset}')
        self.at += len(name)
        self._skip_space()
        if self._peek() == "=":
            self.at += 1
            self._skip_space()
            value = self._value()
        else:
            value = ""
        if not self._peek():
            raise self._wrong(f'Unclosed start tag "{tag}" at byte offset {offset}')
        return name, value

    def _value(self) -> str:
        quote = self._peek()
        if quote and quote in "\"'":
            return self._quoted(quote)
        begin = self.at
        match = TOKEN.match(self.source, self.at)
        self.at = match.end() if match else self.at
        if self._peek() and self._peek() not in SPACE + ">":
            offset = self._offset(begin)
            raise self._wrong(f"Unexpected end of name token at byte offset {offset}")
        return self.source[begin : self.at].lower()

    def _quoted(self, quote: str) -> str:
        self.at += 1
        value: list[str] = []
        while self._peek() and self._peek() != quote:
            if self._peek() == "&":
                value.append(self._reference())
            else:
                value.append(self._peek())
                self.at += 1
        self.at += 1
        return "".join(value)

    def _end_tag(self, begin: int) -> None:
        offset = self._offset(begin)
        if not self.open:
            raise self._wrong(f"Unexpected end tag at byte offset {offset}")
        name = self._name()
        self._skip_space()
        if self._peek() != ">":
            raise self._wrong(f"Unclosed end tag at byte offset {offset}")
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            raise self._wrong(
                f"Unmatched end tag at byte offset {offset},"
                f' expected "</{tag.name}>", found "</{name}>"'
            )
        if self.length > tag.begin and (span := self._span(tag)) is not None:
            self.spans.append(span)

    def _span(self, tag: Tag) -> Span | None:
        whole = Span(KIND_OF[tag.name], tag.begin, self.length)
        if tag.name == "a":
            return self._link(tag, whole)
        if tag.name == "blockquote" and "expandable" in tag.attributes:
            return Span("expandable_blockquote", whole.begin, whole.end)
        return _with_extra(whole, tag.attributes)

    def _link(self, tag: Tag, whole: Span) -> Span | None:
        address = tag.attributes.get("href") or "".join(self.out)[tag.begin :]
        if match := USER_LINK.match(address):
            extra = {"user_id": int(match[1])}
            return Span("text_mention", whole.begin, whole.end, extra)
        url = checked(address)
        return None if url is None else Span("text_link", whole.begin, whole.end, {"url": url})


def _character(match: re.Match[str]) -> str | None:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    surrogate = 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 - Unicode's range of surrogates
    return None if code == 0 or code > LAST_CHARACTER or surrogate else chr(code)


def _with_extra(span: Span, attributes: dict[str, str]) -> Span | None:
    extra: dict[str, Any] = {}
    language = attributes.get("class", "")
    if span.kind == "code" and language.startswith("language-"):
        extra = {"language": language.removeprefix("language-")}
    if span.kind == "custom_emoji":
        if not attributes.get("emoji-id", "").isdigit():
            raise bad_request("can't parse entities: Invalid custom emoji identifier specified")
        extra = {"custom_emoji_id": attributes["emoji-id"]}
    if span.kind == "date_time":
        if not attributes.get("unix", "").isdigit():
            raise bad_request("can't parse entities: Invalid date specified")
        extra = {"unix_time": int(attributes["unix"])}
        if "format" in attributes:
            extra["date_time_format"] = attributes["format"]
    return Span(span.kind, span.begin, span.end, extra)


def _languages(spans: list[Span]) -> list[Span]:
    """`<pre><code class="language-x">` is one block with a language; code alone has none."""
    kept: list[Span] = []
    for span in spans:
        same = bool(kept) and (kept[-1].begin, kept[-1].end) == (span.begin, span.end)
        if same and {kept[-1].kind, span.kind} == {"code", "pre"}:
            extra = kept.pop().extra | span.extra
            kept.append(Span("pre", span.begin, span.end, extra))
        else:
            kept.append(span)
    return [Span(s.kind, s.begin, s.end) if s.kind == "code" else s for s in kept]
