"""The GitHub API: what a deploy brought. It is only read, and never asked more than it allows."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx

from bot.adapters import github_answers as answers
from bot.adapters.budget import Budget
from bot.adapters.github_answers import Comparison, Json
from bot.adapters.web import FAILED, Page, exchange, few_words, why
from bot.domain.changes import Commit, is_commit
from bot.ports import Unavailable

VERSION = "2022-11-28"  # of the REST API (docs, "API versions")
AT_MOST = 6_000_000  # bytes of one answer: 300 files with patches are some 2 MB
PER_MINUTE = 240.0  # at most; 5,000 an hour with a token, 60 without (docs, rate limits)
UNSAID_PAUSE = timedelta(minutes=1)  # the least, says the docs, when no header says how long
LONGEST_PAUSE = timedelta(hours=1)  # a broken header must not silence us for longer
LIMITED = frozenset({403, 429})
GONE = frozenset({404, 410, 422})  # 422: no commit of that id
FOR_GOOD = frozenset({401, 403, 404, 410, 422, 451})
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}/(?!\.\.?$)[A-Za-z0-9._-]{1,100}")

Read = TypeVar("Read")


class NotThere(Unavailable):
    """No such repository or commit, or the token may not see it."""


def github_client(url: str, token: str = "") -> httpx.AsyncClient:
    """The one client; without a token only public repositories are seen. No redirects."""
    headers = {
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": VERSION,
        "User-Agent": "watchdog",
    }
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.AsyncClient(
        base_url=url,
        headers=headers,
        timeout=httpx.Timeout(10, connect=5),
        limits=httpx.Limits(max_connections=4),
    )


class GitHub:
    """Every call raises Unavailable; NotThere when what was asked for is not there.

    `repo` is "owner/name". A limit is waited out: nothing is asked before its end.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        now: Callable[[], datetime],
        *,
        reads: Budget | None = None,
        within: float = 10.0,
    ) -> None:
        self._client, self._now, self._within = client, now, within
        self._reads = reads or Budget(PER_MINUTE, name="GitHub")
        self._until: datetime | None = None  # nothing is asked before

    async def compare(self, repo: str, base: str, head: str) -> Comparison:
        """What head has that base has not, oldest commit first: ≤ 250 commits, ≤ 300 files.

        GitHub's docs, "Compare two commits": all files are on the first page.
        """
        path = f"/repos/{_repo(repo)}/compare/{_commit(base)}...{_commit(head)}"
        return await self._read(path, answers.comparison)

    async def commit(self, repo: str, id: str) -> Commit:
        """One commit with its first 300 files (docs, "Get a commit")."""
        return await self._read(f"/repos/{_repo(repo)}/commits/{_commit(id)}", answers.commit)

    async def close(self) -> None:
        await self._client.aclose()

    async def _read(self, path: str, reader: Callable[[Json], Read | None]) -> Read:
        self._see_that_we_may_ask()
        await self._reads.take()
        try:
            page = await exchange(
                self._client,
                self._client.build_request("GET", path),
                within=self._within,
                at_most=AT_MOST,
            )
        except FAILED as error:
            raise Unavailable(f"GitHub: {why(error, self._within).detail}") from error
        if not page.fine:
            raise self._refused(page)
        # Some megabytes of patches, each looked through for secrets.
        found: Read | None = await asyncio.to_thread(_understood, page, reader)
        if found is None:
            raise Unavailable("GitHub: an answer of an unknown form")
        return found

    def _see_that_we_may_ask(self) -> None:
        if self._until and self._now() < self._until:
            raise Unavailable(_wait_until(self._until))

    def _refused(self, page: Page) -> Unavailable:
        said = _message(page)
        if page.status in LIMITED and _is_limit(page, said):
            self._until = _end(page, self._now())
            return Unavailable(_wait_until(self._until))
        what = f"GitHub: HTTP {page.status}" + (f" ({said})" if said else "")
        if page.status in GONE:
            return NotThere(what, permanent=True)
        moved = httpx.codes.is_redirect(page.status)
        what = f"{what}: the repository has another name now" if moved else what
        return Unavailable(what, permanent=moved or page.status in FOR_GOOD)


def _understood(page: Page, reader: Callable[[Json], Read | None]) -> Read | None:
    try:
        data = page.data()
    except ValueError:
        return None
    return reader(data) if isinstance(data, dict) else None


def _is_limit(page: Page, said: str) -> bool:
    """A 403 may also be a refusal for good (docs, "Rate limits for the REST API")."""
    spent = page.headers.get("X-RateLimit-Remaining") == "0"
    return page.status == httpx.codes.TOO_MANY_REQUESTS or (
        spent or "Retry-After" in page.headers or "rate limit" in said.lower()
    )


def _end(page: Page, now: datetime) -> datetime:
    """When it may be asked again: Retry-After in seconds, or the epoch second of the reset."""
    wait = UNSAID_PAUSE
    if (after := _number(page.headers.get("Retry-After", ""))) is not None:
        wait = timedelta(seconds=min(after, LONGEST_PAUSE.total_seconds()))
    elif page.headers.get("X-RateLimit-Remaining") == "0":
        reset = _number(page.headers.get("X-RateLimit-Reset", ""))
        left = None if reset is None else reset - now.timestamp()
        wait = UNSAID_PAUSE if left is None else timedelta(seconds=min(left, 3600.0))
    return now + min(max(wait, timedelta(seconds=1)), LONGEST_PAUSE)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None  # noqa: PLR2004 - digits: epoch seconds have ten


def _wait_until(at: datetime) -> str:
    minute = math.ceil(at.timestamp() / 60) * 60  # said to the minute, never too early
    return f"GitHub lets us ask again at {datetime.fromtimestamp(minute, UTC):%H:%M} UTC"


def _message(page: Page) -> str:
    try:
        return few_words(answers.message(page.data()), 120)
    except ValueError:
        return few_words(page.text, 120)


def _repo(name: str) -> str:
    if not REPOSITORY.fullmatch(name):
        raise Unavailable("the name of the repository is not owner/name", permanent=True)
    return name


def _commit(id: str) -> str:
    if not is_commit(id):
        raise NotThere("not the id of a commit", permanent=True)
    return id
