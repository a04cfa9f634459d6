"""Looks whether the address answers in time, with the status and the content that we want."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import httpx

from bot.adapters.web import FAILED, READ, Page, exchange, few_words, why
from bot.domain.check import Result, Seen

# An edge speaks for a process that does not; a 503 may be the process itself, as of a health page.
NOBODY_THERE = frozenset({502, 504})
UNAVAILABLE = 503
AT_MOST = 256_000  # bytes of the body where only the status counts
AT_MOST_READ = 2_000_000  # bytes where the content counts too
SHORTEST_SECRET = 4  # characters; of a header we send

Statuses = tuple[int, int] | tuple[tuple[int, int], ...]


class Unread(Exception):  # noqa: N818 - it says what the answer is
    """The answer is longer than we read."""


@dataclass(frozen=True)
class Http:
    """`slow` and `within` are seconds; `headers` are sent, and their values never shown.

    `expect` is the lowest and the highest good status, or several such ranges. What is "" is not
    asked for. The text is compared as written. `json_path` goes into objects by key and into lists
    by number ("items.0.name"); with `equals` "" the value must only be there, else it is compared
    as JSON spells it: true, null, 3. So with `header` and `header_equals`.
    """

    service: str
    url: str
    client: httpx.AsyncClient
    now: Callable[[], datetime]
    expect: Statuses = (200, 399)
    slow: float = 3.0
    within: float = 10.0
    name: str = "http"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    contains: str = ""
    lacks: str = ""
    json_path: str = ""
    equals: str = ""
    header: str = ""
    header_equals: str = ""

    @property
    def expects(self) -> str:
        """What the settings ask for, in words that follow "expected"; no value that we send."""
        ranges = " or ".join(
            f"HTTP {low}" if low == high else f"HTTP {low} to {high}"
            for low, high in _ranges(self.expect)
        )
        asked = (
            f"“{few_words(self.contains)}”" if self.contains else "",
            f"no “{few_words(self.lacks)}”" if self.lacks else "",
            _equal(self.json_path, self.equals),
            _equal(self.header, self.header_equals),
        )
        return ", ".join([ranges, *filter(None, asked)])

    async def look(self) -> Result:
        at = self.now()
        try:
            page = await self._fetch()
        except FAILED as error:
            found = why(error, self.within)
            seen = Seen.BLIND if found.blind else Seen.FAIL
            code = found.code if found.code == "timeout" else "refused"
            code = "" if found.blind else code
            return Result(self.service, self.name, seen, at, code, found.detail)
        try:
            code, detail = self._judge(page)
        except Unread as long:
            detail = str(long)
            return Result(self.service, self.name, Seen.BLIND, at, "", detail, page.seconds)
        seen = Seen.FAIL if code else Seen.PASS
        return Result(self.service, self.name, seen, at, code, detail, page.seconds)

    async def _fetch(self) -> Page:
        at_most = AT_MOST_READ if self.contains or self.lacks or self.json_path else AT_MOST
        return await exchange(self.client, self._request, within=self.within, at_most=at_most)

    @cached_property
    def _request(self) -> httpx.Request:
        """The same for every look: made once, as making it costs as much as sending it."""
        headers = httpx.Headers(dict(self.headers), encoding="utf-8")
        return self.client.build_request("GET", self.url, headers=headers, timeout=self.within)

    def _judge(self, page: Page) -> tuple[str, str]:
        if wrong := self._status(page.status):
            return wrong
        if wrong_content := self._header(page) or self._text(page) or self._value(page):
            return "content", wrong_content
        took = f"HTTP {page.status} in {page.seconds:.2f} s"
        if page.seconds > self.slow:
            return "slow", f"{took} (limit {self.slow:g} s)"
        return "", took

    def _status(self, status: int) -> tuple[str, str] | None:
        if any(low <= status <= high for low, high in _ranges(self.expect)):
            return None
        if status in NOBODY_THERE:
            return "gateway", f"HTTP {status}: nothing answers behind the address"
        if status == UNAVAILABLE:
            return "unavailable", f"HTTP {status}: it says itself that it cannot serve"
        return "status", f"HTTP {status}"

    def _header(self, page: Page) -> str:
        if not self.header:
            return ""
        found = page.headers.get(self.header)
        if found is None:
            return f"its header {self.header} is missing"
        if not self.header_equals or found == self.header_equals:
            return ""
        wanted = few_words(self.header_equals)
        return f"its header {self.header} is {self._quote(found)}, not “{wanted}”"

    def _text(self, page: Page) -> str:
        if not self.contains and not self.lacks:
            return ""
        text = page.text
        if self.lacks and self.lacks in text:
            return f"it contains “{few_words(self.lacks)}”"
        if self.contains in text:
            return ""
        if not page.whole:
            raise Unread(f"its answer is longer than {AT_MOST_READ // 1_000_000} MB")
        begins = f"it begins {self._quote(text)}" if text.strip() else "it is empty"
        return f"it does not contain “{few_words(self.contains)}”; {begins}"

    def _value(self, page: Page) -> str:
        if not self.json_path:
            return ""
        if not page.whole:
            raise Unread(f"its answer is longer than {AT_MOST_READ // 1_000_000} MB")
        try:
            data = page.data()
        except ValueError:
            begins = f"it begins {self._quote(page.text)}" if page.body.strip() else "it is empty"
            return f"it is not JSON; {begins}"
        there, value = _at(data, self.json_path)
        if not there:
            return f"{self.json_path} is missing"
        spelled = _spelled(value)
        if not self.equals or spelled == self.equals:
            return ""
        return f"{self.json_path} is {self._quote(spelled)}, not “{few_words(self.equals)}”"

    def _quote(self, text: str) -> str:
        """A few words of the answer, which may hold what we sent it: an echo, an error page."""
        text = text[:READ]
        sent = {part for value in self.headers.values() for part in (value, *value.split())}
        for secret in sorted(sent, key=len, reverse=True):
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "[secret]")
        return f"“{few_words(text)}”"


def _equal(name: str, wanted: str) -> str:
    return f"{few_words(name)} = {few_words(wanted)}" if name and wanted else few_words(name)


def _ranges(expect: Statuses) -> tuple[tuple[int, int], ...]:
    """Both forms of `expect` as ranges."""
    match expect:
        case (int(low), int(high)):
            return ((low, high),)
    return tuple(one for one in expect if isinstance(one, tuple))


def _spelled(value: object) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return value if isinstance(value, str) else json.dumps(value)


def _at(data: object, path: str) -> tuple[bool, object]:
    """Whether there is a value at the path, and which."""
    for step in path.split("."):
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and step.isascii() and step.isdecimal():
            if len(step) > 9 or int(step) >= len(data):  # noqa: PLR2004 - digits of any real list
                return False, None
            data = data[int(step)]
        else:
            return False, None
    return True, data
