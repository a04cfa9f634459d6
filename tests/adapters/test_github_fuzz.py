"""Whatever GitHub answers: nothing raises but Unavailable, and what comes in is bounded."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import httpx
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.budget import Budget
from bot.adapters.github import GitHub
from bot.adapters.github_answers import LONGEST_MESSAGE, LONGEST_PATCH, LONGEST_PATH
from bot.domain.changes import Change, risk
from bot.domain.platform import Deploy
from bot.ports import Unavailable
from tests.fuzz import BODIES, STATUS, TEXT, client, fuzz, spoilt

REPO, BASE, HEAD = "uma-dev/life-os", "a" * 40, "b" * 40
ROW = {"filename": "a.py", "status": "modified", "additions": 1, "deletions": 1, "patch": "@@\n+x"}
COMMIT = {"sha": HEAD, "commit": {"message": "x", "committer": {"date": "2026-03-02T11:00:00Z"}}}
GOOD = {"status": "ahead", "total_commits": 1, "commits": [COMMIT], "files": [ROW, ROW]}
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset"]),
    st.sampled_from(["", "0", "-1", "7", "9" * 300, "²", "soon"]),
)


def refused(said):
    """A line that can be shown."""
    assert len(said.encode().splitlines()) == 1


def ask(http):
    async def once():
        async with http:
            http.base_url = httpx.URL("http://github.test")
            github = GitHub(http, lambda: datetime.now(UTC), reads=Budget(6_000, name="GitHub"))
            try:
                return await github.compare(REPO, BASE, HEAD)
            except Unavailable as gone:
                return refused(str(gone))

    return asyncio.run(once())


@fuzz
@given(spoilt(GOOD))
def test_spoilt_answers(data):
    found = ask(client(lambda _: (200, json.dumps(data))))
    for one in found.files if found else ():
        assert 0 < len(one.path) <= LONGEST_PATH
        assert len(one.patch_excerpt) <= LONGEST_PATCH + 1
        assert min(one.added, one.removed) >= 0
    for commit in found.commits if found else ():
        assert len(commit.message) <= LONGEST_MESSAGE
    if found:
        assert risk(Change(Deploy("d", "live"), files=found.files)).reasons
        repr(found).encode()


@fuzz
@given(STATUS, BODIES, HEADERS, TEXT)
def test_any_body(status, body, headers, text):
    said = json.dumps({"message": text}).encode() if status > 400 else body

    def handle(_):
        return httpx.Response(
            status, content=said, headers=[(k, v.encode()) for k, v in headers.items()]
        )

    ask(httpx.AsyncClient(transport=httpx.MockTransport(handle)))
