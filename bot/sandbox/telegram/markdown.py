"""Telegram's two Markdowns: marks in, plain text and spans out, or the error Telegram would give.

Grammar and words are those of tdlib/td `MessageEntity.cpp` (`parse_markdown`, `parse_markdown_v2`).
Unknown: the words for a `![…]` link that is neither an emoji nor a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.errors import Refusal, bad_request
from bot.sandbox.telegram.html import USER_LINK, Span
from bot.sandbox.telegram.links import checked

RESERVED = "_*[]()~`>#+-=|{}.!\n"
MARKS = {
    "bold": "*",
    "italic": "_",
    "underline": "__",
    "strikethrough": "~",
    "spoiler": "||",
    "code": "`",
    "pre": "```",
    "text_link": "]",
    "custom_emoji": "]",
}
# Longer marks first: what begins with them is never the shorter one.
STARTS = (
    ("__", "underline"),
    ("||", "spoiler"),
    ("```", "pre"),
    ("![", "custom_emoji"),
    ("_", "italic"),
    ("*", "bold"),
    ("~", "strikethrough"),
    ("[", "text_link"),
    ("`", "code"),
)
NAMES = {"text_link": "TextUrl", "custom_emoji": "CustomEmoji", "blockquote": "BlockQuote"}
MONO = ("code", "pre")
LEGACY = {"_": "italic", "*": "bold", "`": "code", "[": "text_link"}
EMOJI = re.compile(r"^tg://emoji/?\?id=(\d+)$", re.IGNORECASE)
TIME = re.compile(r"^tg://time/?\?unix=(\d+)(?:&format=([a-z]*))?$", re.IGNORECASE)
LANGUAGE = re.compile(r"([^\s`]+)(?=\s)")
LAST_ESCAPABLE = 126


@dataclass
class Open:
    """An entity whose end has not come yet."""

    kind: str
    begin: int  # in the text that comes out
    at: int  # in the source
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "PreCode" if self.extra else NAMES.get(self.kind, self.kind.capitalize())


def parse_v2(source: str) -> tuple[str, list[Span]]:
    return _V2(source).read()


def parse_legacy(source: str) -> tuple[str, list[Span]]:
    return _Legacy(source).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.spans: list[Span] = []

    def has(self, text: str, ahead: int = 0) -> bool:
        return self.source.startswith(text, self.at + ahead)

    def emit(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    def written(self, begin: int) -> str:
        return "".join(self.out)[begin:]

    def wrong(self, text: str, at: int | None = None) -> Refusal:
        offset = "" if at is None else f" {len(self.source[:at].encode('utf-8', 'replace'))}"
        return bad_request(f"can't parse entities: {text}{offset}")

    def language(self) -> dict[str, Any]:
        """Read what follows the three marks of a block of code: its language and one new line."""
        match = LANGUAGE.match(self.source, self.at)
        if match:
            self.at = match.end()
        if self.has("\n"):
            self.at += 1
        return {"language": match[1]} if match else {}

    def keep(self, kind: str, begin: int, extra: dict[str, Any] | None = None) -> None:
        if self.length > begin:
            self.spans.append(Span(kind, begin, self.length, extra or {}))

    def link(self, begin: int, address: str) -> None:
        if match := USER_LINK.match(address):
            self.keep("text_mention", begin, {"user_id": int(match[1])})
        elif (url := checked(address)) is not None:
            self.keep("text_link", begin, {"url": url})


class _V2(_Reader):
    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.open: list[Open] = []
        self.quoting = False
        self.fresh = True  # nothing has been written on this line yet

    def read(self) -> tuple[str, list[Span]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if self._escaped():
                self.at += 1
                self._plain()
            elif char not in ("`" if self._kind() in MONO else RESERVED):
                self._plain()
            elif self._ends(char):
                self._end(self.open.pop(), char)
            else:
                self._begin(char)
        if self._kind() == "blockquote":
            self.keep("blockquote", self.open.pop().begin)
        if self.open:
            last = self.open[-1]
            raise self.wrong(f"Can't find end of {last.name} entity at byte offset", last.at)
        return "".join(self.out), self.spans

    def _kind(self) -> str:
        return self.open[-1].kind if self.open else ""

    def _escaped(self) -> bool:
        following = self.source[self.at + 1 : self.at + 2]
        return self.has("\\") and bool(following) and ord(following) <= LAST_ESCAPABLE

    def _plain(self) -> None:
        self.emit(self.source[self.at])
        self.fresh = self.source[self.at] == "\n"
        self.at += 1

    def _ends(self, char: str) -> bool:
        if self.quoting and char == "\n" and not self.has(">", 1):
            return True
        kind = self._kind()
        if kind == "blockquote":
            return self.has("||") and (self.at + 2 == len(self.source) or self._last_line(2))
        if kind == "italic" and self.has("__"):
            return False
        return kind != "" and self.has(MARKS[kind])

    def _last_line(self, ahead: int) -> bool:
        return self.has("\n", ahead) and not self.has(">", ahead + 1)

    def _begin(self, char: str) -> None:
        if char == "\n":
            self._plain()
            if self.has(">"):
                self._quote()
            return
        if char == ">" and self.fresh and not self.quoting:
            self._quote()
            return
        for mark, kind in STARTS:
            if self.has(mark):
                begun = Open(kind, self.length, self.at)
                self.at += len(mark)
                begun.extra = self.language() if kind == "pre" else {}
                self.open.append(begun)
                return
        raise self.wrong(
            f"Character '{char}' is reserved and must be escaped with the preceding '\\'"
        )

    def _quote(self) -> None:
        if not self.quoting:
            self.open.append(Open("blockquote", self.length, self.at))
            self.quoting = True
        self.at += 1

    def _end(self, ended: Open, char: str) -> None:
        kind = ended.kind
        if kind == "blockquote":
            self._end_quote(ended, char)
            return
        if char == "\n":
            raise self.wrong(f"Can't find end of {ended.name} entity at byte offset", ended.at)
        self.at += len(MARKS[kind])
        if kind == "text_link":
            self.link(ended.begin, self._address() or self.written(ended.begin))
        elif kind == "custom_emoji":
            self._special(ended.begin, self._address())
        else:
            self.keep(kind, ended.begin, ended.extra)

    def _end_quote(self, ended: Open, char: str) -> None:
        self.quoting = False
        self.keep("blockquote" if char == "\n" else "expandable_blockquote", ended.begin)
        if char == "\n":
            self._plain()
        else:
            self.at += 2

    def _address(self) -> str:
        """Read what stands in brackets after a link's text, nothing when there are none."""
        if not self.has("("):
            return ""
        self.at += 1
        begin, address = self.at, ""
        while self.at < len(self.source) and not self.has(")"):
            self.at += self._escaped()
            address += self.source[self.at]
            self.at += 1
        if not self.has(")"):
            raise self.wrong("Can't find end of a URL at byte offset", begin)
        self.at += 1
        return address

    def _special(self, begin: int, address: str) -> None:
        if match := EMOJI.match(address):
            self.keep("custom_emoji", begin, {"custom_emoji_id": match[1]})
        elif match := TIME.match(address):
            shown = {"date_time_format": match[2]} if match[2] else {}
            self.keep("date_time", begin, {"unix_time": int(match[1])} | shown)
        else:
            raise self.wrong("Custom emoji entity must contain a tg://emoji URL")


class _Legacy(_Reader):
    """The first Markdown: nothing nests, and only the four marks are special."""

    def read(self) -> tuple[str, list[Span]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "\\" and self.source[self.at + 1 : self.at + 2] in tuple(LEGACY):
                self.emit(self.source[self.at + 1])
                self.at += 2
            elif char in LEGACY:
                self._entity(char)
            else:
                self.emit(char)
                self.at += 1
        return "".join(self.out), self.spans

    def _entity(self, char: str) -> None:
        begun, begin = self.at, self.length
        mark = "```" if self.has("```") else char
        self.at += len(mark)
        extra = self.language() if mark == "```" else {}
        closing = "]" if char == "[" else mark
        end = self.source.find(closing, self.at)
        if end < 0:
            raise self.wrong("Can't find end of the entity starting at byte offset", begun)
        self.emit(self.source[self.at : end])
        self.at = end + len(closing)
        if char == "[":
            self.link(begin, self._address() or self.written(begin))
        else:
            self.keep("pre" if mark == "```" else LEGACY[char], begin, extra)

    def _address(self) -> str:
        if not self.has("("):
            return ""
        end = self.source.find(")", self.at)
        end = len(self.source) if end < 0 else end
        address = self.source[self.at + 1 : end]
        self.at = end + 1
        return address
