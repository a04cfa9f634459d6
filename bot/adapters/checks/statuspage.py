"""Looks at what an outside service says about itself, in a Statuspage v2 feed.

Fields (metastatuspage.com/api, and recorded feeds): `page.name`, `status.indicator` and
`.description`, `components[].name` and `.status`, `incidents[].name`, `.impact` and `.status`.
Maintenance, slowness and words that we do not know pass: a page speaks for all its users.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from bot.adapters.web import FAILED, Page, exchange, few_words, why
from bot.domain.check import Result, Seen

FEED = "/api/v2/summary.json"
AT_MOST = 4_000_000  # bytes: GitHub's and Anthropic's are some 10 kB
OUTAGE = frozenset({"major", "critical"})
DOWN = frozenset({"partial_outage", "major_outage"})
FINE = frozenset({"operational"})
MOST_NAMED = 2  # components and incidents, each, in a line for people

Json = Mapping[str, object]


@dataclass(frozen=True)
class Statuspage:
    """`url` is the page's or its feed's; `components` are names as the page gives them.

    An outage is one of the whole page or of one of these components. `within` is in seconds.
    """

    service: str
    url: str
    client: httpx.AsyncClient
    now: Callable[[], datetime]
    components: tuple[str, ...] = ()
    within: float = 10.0
    name: str = "statuspage"

    async def look(self) -> Result:
        at = self.now()
        url = self.url if self.url.endswith(".json") else self.url.rstrip("/") + FEED
        try:
            request = self.client.build_request("GET", url, timeout=self.within)
            page = await exchange(
                self.client, request, within=self.within, at_most=AT_MOST, follow=True
            )
        except FAILED as error:
            return self._blind(at, f"its status page: {why(error, self.within).detail}")
        feed = _feed(page)
        if isinstance(feed, str):
            return self._blind(at, f"its status page: {feed}")
        seen, detail = self._judge(feed)
        code = "outage" if seen is Seen.FAIL else ""
        return Result(self.service, self.name, seen, at, code, detail)

    def _blind(self, at: datetime, detail: str) -> Result:
        return Result(self.service, self.name, Seen.BLIND, at, "", detail)

    def _judge(self, feed: Json) -> tuple[Seen, str]:
        indicator = _word(_part(feed, "status"), "indicator")
        ours = {name.strip().casefold() for name in self.components}
        mine, others = list[Json](), list[Json]()
        for one in _objects(feed, "components"):
            (mine if _word(one, "name").strip().casefold() in ours else others).append(one)
        down = indicator in OUTAGE or any(_word(one, "status") in DOWN for one in mine)
        return Seen.FAIL if down else Seen.PASS, _said(feed, indicator, [*mine, *others])


def _feed(page: Page) -> Json | str:
    """The feed, or why it is none."""
    if not page.fine:
        return f"HTTP {page.status}"
    try:
        data = page.data()
    except ValueError:
        return "its answer is not JSON"
    known = isinstance(data, Mapping) and _word(_part(data, "status"), "indicator")
    return data if known and isinstance(data, Mapping) else "an answer of an unknown form"


def _said(feed: Json, indicator: str, components: list[Json]) -> str:
    """`says “Partial System Outage”; API: partial outage; “Elevated errors” (investigating)`."""
    words = _word(_part(feed, "status"), "description") or indicator
    said = [f"says “{few_words(words)}”"]
    sick = [one for one in components if _word(one, "status") not in FINE | {""}]
    said += [f"{_few(one, 'name')}: {_few(one, 'status')}" for one in sick[:MOST_NAMED]]
    named = [one for one in _objects(feed, "incidents") if _word(one, "name")]
    said += [f"“{_few(one, 'name')}” ({_few(one, 'status')})" for one in named[:MOST_NAMED]]
    return "; ".join(said)


def _few(data: Json, key: str) -> str:
    words = few_words(_word(data, key)) or "unknown"
    return words if key == "name" else words.replace("_", " ")


def _word(data: Json, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _part(data: Json, key: str) -> Json:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _objects(data: Json, key: str) -> Iterator[Json]:
    value = data.get(key)
    rows = value if isinstance(value, list) else ()
    return (one for one in rows if isinstance(one, Mapping))
