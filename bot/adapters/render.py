"""The Render API: what we read of it, what may be repeated, and what a refusal means."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import quote

import httpx

from bot.adapters import render_answers as answers
from bot.adapters.budget import Budget
from bot.adapters.render_answers import HostedDatabase, Instance, Job, Json, Series
from bot.adapters.render_pages import FOR_GOOD, asked_pause, refusal
from bot.adapters.render_writes import May, Writes
from bot.adapters.web import FAILED, Page, exchange, why
from bot.domain.logs.lines import LogLine
from bot.domain.platform import Deploy, Happening, Hosted
from bot.ports import Unavailable

PAGE = 100  # the most that Render gives per page (OpenAPI, limitParam)
MOST_PAGES = 10
AT_MOST = 8_000_000  # bytes of one answer
RETRY_AFTER = 0.3  # seconds before the one repeat of a read whose connection failed
UNKNOWN_FORM = "Render: an answer of an unknown form"
CONNECTION = (httpx.NetworkError, httpx.RemoteProtocolError)

Query = Mapping[str, str | int]


def render_client(url: str, key: str) -> httpx.AsyncClient:
    """The one client for one API key; `url` ends in /v1. Redirects are not followed."""
    return httpx.AsyncClient(
        base_url=url,
        headers={
            "Authorization": f"Bearer {key}",
            "Accept": "application/json",
            "User-Agent": "watchdog",
        },
        timeout=httpx.Timeout(10, connect=5),
        limits=httpx.Limits(max_connections=10),
    )


class Render(Writes):
    """Reads repeat once at most and raise Unavailable. Writes are sent once and give a Reply.

    `may` says for each id which writes are allowed, none by default; `within` is the deadline of a
    call in seconds.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        may: May = MappingProxyType({}),
        reads: Budget | None = None,
        within: float = 10.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        super().__init__(client, may=may, reads=reads or Budget(), within=within)
        self._sleep = sleep
        self._owners: dict[str, str] = {}

    async def service(self, id: str) -> Hosted:
        found = answers.hosted(await self._object(f"/services/{id}"))
        if found.id != id:
            raise Unavailable(UNKNOWN_FORM)
        self._owners[id] = found.owner
        return found

    async def owner(self, id: str) -> str:
        """The workspace that the service's logs are asked of; it never changes."""
        return self._owners.get(id) or (await self.service(id)).owner

    async def deploys(self, id: str, limit: int = 5) -> tuple[Deploy, ...]:
        """The newest deploys, as ordered by the platform."""
        data = await self._list(f"/services/{id}/deploys", {"limit": limit})
        return tuple(answers.deploy(row) for row in answers.rows(data, "deploy"))

    async def events(
        self, id: str, since: datetime, until: datetime, *, kind: str = "", pages: int = 5
    ) -> tuple[Happening, ...]:
        """Events from `since` to `until`, oldest first; of very many, the newest 100 × `pages`.

        What claims to be later is left out: it would look newest for ever.
        """
        query: dict[str, str | int] = {**_window(since, until), "limit": PAGE}
        if kind:
            query["type"] = kind
        found: dict[tuple[str, str, datetime], Happening] = {}
        for _ in range(pages):
            data = await self._list(f"/services/{id}/events", query)
            read = [answers.happening(row) for row in answers.rows(data, "event")]
            wanted = (e for e in read if e and kind in {"", e.kind} and e.at <= until)
            found |= {answers.identity(e): e for e in wanted}
            query["cursor"] = answers.last_cursor(data)
            if len(read) < PAGE or not query["cursor"]:
                break
        return tuple(sorted(found.values(), key=lambda event: event.at))

    async def instances(self, id: str) -> tuple[Instance, ...]:
        """Every running one. Raises Unavailable also when one has no name: it may be any."""
        data = await self._list(f"/services/{id}/instances", {})
        found = tuple(answers.instance(row) for row in answers.rows(data, "instance"))
        if len(found) < len(data) or not all(one.id for one in found):
            raise Unavailable(UNKNOWN_FORM)
        return found

    async def logs(
        self, owner: str, resource: str, start: datetime, end: datetime, at_most: int = 1000
    ) -> tuple[LogLine, ...]:
        """The newest `at_most` lines of that time, oldest first; none that claims to be later."""
        query: dict[str, str | int] = {
            "ownerId": owner,
            "resource": resource,
            "direction": "backward",
            **_window(start, end),
        }
        found: dict[str, LogLine] = {}
        while len(found) < at_most:
            query["limit"] = min(PAGE, at_most - len(found))
            page = answers.log_page(await self._object("/logs", query))
            lines = [line for line in page.lines if line.at <= end]
            new = {line.id or f"{line.at} {line.text}": line for line in lines}
            if new.keys() <= found.keys():
                break
            found = {**new, **found}
            if not (page.more and page.next_start and page.next_end):
                break
            query |= {"startTime": page.next_start, "endTime": page.next_end}
        return tuple(sorted(found.values(), key=lambda line: line.at))

    async def metrics(
        self, name: str, id: str, start: datetime, end: datetime
    ) -> tuple[Series, ...]:
        """A metric per instance (cpu, cpu-limit, memory, memory-limit …); empty: no data."""
        query = {"resource": id, **_window(start, end)}
        data = await self._list(f"/metrics/{name}", query)
        return tuple(answers.series(row) for row in answers.objects(data))

    async def postgres(self, id: str) -> HostedDatabase:
        return answers.database(await self._object(f"/postgres/{id}"))

    async def variables(self, id: str) -> Mapping[str, bool]:
        """Names of the service's own variables, and whether each has a value (not its groups').

        The API tells the values in clear: they are dropped here and go nowhere.
        """
        query: dict[str, str | int] = {"limit": PAGE}
        found: dict[str, bool] = {}
        for _ in range(MOST_PAGES):
            data = await self._list(f"/services/{id}/env-vars", query)
            read = list(answers.variables(data))
            if len(read) < len(data):  # one of another form may be any
                raise Unavailable(UNKNOWN_FORM)
            found |= dict(read)
            query["cursor"] = answers.last_cursor(data)
            if len(data) < PAGE or not query["cursor"]:
                return found
        raise Unavailable("Render: variables without end")

    async def variable(self, id: str, name: str) -> str | None:
        """The value of one of the service's own variables; None: it is not set.

        Only for names that the settings call non-secret: of others the value stays unread. The
        platform answers 404 for a service that it does not know as well (OpenAPI).
        """
        path = f"/services/{id}/env-vars/{quote(name, safe='')}"
        try:
            data = await self._object(path)
        except Unavailable as gone:
            if gone.permanent and name not in await self.variables(id):
                return None
            raise
        value = data.get("value")
        if data.get("key") != name or not isinstance(value, str):
            raise Unavailable(UNKNOWN_FORM)
        return value

    async def jobs(self, id: str, since: datetime) -> tuple[Job, ...]:
        """One-off jobs created since then, newest first; of very many, the newest 100."""
        query: Query = {"createdAfter": _stamp(since), "limit": PAGE}
        data = await self._list(f"/services/{id}/jobs", query)
        found = [answers.job(row) for row in answers.rows(data, "job")]
        newest = sorted(found, key=lambda job: job.created_at or since, reverse=True)
        return tuple(job for job in newest if job.id)

    async def job(self, id: str, job_id: str) -> Job:
        found = answers.job(await self._object(f"/services/{id}/jobs/{quote(job_id, safe='')}"))
        if found.id != job_id:
            raise Unavailable(UNKNOWN_FORM)
        return found

    async def close(self) -> None:
        await self._client.aclose()

    async def _object(self, path: str, query: Query | None = None) -> Json:
        data = await self._read(path, query or {})
        if not isinstance(data, Mapping):
            raise Unavailable(UNKNOWN_FORM)
        return data

    async def _list(self, path: str, query: Query) -> list[object]:
        data = await self._read(path, query)
        if not isinstance(data, list):
            raise Unavailable(UNKNOWN_FORM)
        return data

    async def _read(self, path: str, query: Query) -> object:
        page = await self._fetch(self._client.build_request("GET", path, params=dict(query)))
        if page.status == httpx.codes.TOO_MANY_REQUESTS:
            pause = asked_pause(page)
            self._reads.pause(pause)
            raise Unavailable(f"Render asked us to wait {pause:.0f} s")
        if not page.fine:
            permanent = page.status in FOR_GOOD
            raise Unavailable(f"Render: {refusal(page)}", permanent=permanent)
        if not page.whole:
            raise Unavailable("Render: an answer without end")
        try:
            return page.data()
        except ValueError as error:
            what = f"Render: HTTP {page.status} with a body that is not JSON"
            raise Unavailable(what) from error

    async def _fetch(self, request: httpx.Request) -> Page:
        await self._reads.take()
        try:
            return await self._exchange(request)
        except CONNECTION:
            await self._sleep(RETRY_AFTER)
        except FAILED as error:
            raise Unavailable(f"Render: {why(error, self._within).detail}") from error
        await self._reads.take()
        try:
            return await self._exchange(request)
        except FAILED as error:
            raise Unavailable(f"Render: {why(error, self._within).detail}") from error

    async def _exchange(self, request: httpx.Request) -> Page:
        return await exchange(self._client, request, within=self._within, at_most=AT_MOST)


def _window(start: datetime, end: datetime) -> dict[str, str]:
    """Both ends, always: without them Render looks at the last hour."""
    return {"startTime": _stamp(start), "endTime": _stamp(end)}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
