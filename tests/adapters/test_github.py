"""What is asked of GitHub, what its answers become, and what each refusal means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.adapters.budget import Budget
from bot.adapters.github import GitHub, NotThere, github_client
from bot.adapters.github_answers import LONGEST_PATCH, MOST_PATCHES
from bot.domain.changes import CUT
from bot.ports import Unavailable

NOW = datetime(2026, 3, 2, 12, 0, 20, tzinfo=UTC)
REPO, BASE, HEAD = "uma-dev/life-os", "a" * 40, "b" * 40
COMPARE = f"/repos/{REPO}/compare/{BASE}...{HEAD}"


def commit(id=HEAD, message="Fix pool"):
    who = {"name": "Uma", "email": "uma@example.com", "date": "2026-03-02T11:00:00Z"}
    return {"sha": id, "commit": {"message": message, "author": who, "committer": who}}


def row(path, patch="@@ -1 +1 @@\n-a\n+b", **more):
    known = {"filename": path, "status": "modified", "additions": 1, "deletions": 1}
    return {**known, "patch": patch, **more}


def compared(*files, commits=None, status="ahead", **more):
    commits = [commit()] if commits is None else commits
    known = {"status": status, "total_commits": len(commits), "commits": commits}
    return {**known, "files": list(files), **more}


class Site:
    """Answers every request alike, and remembers them."""

    def __init__(self, answer):
        self.answer, self.asked, self.at = answer, [], NOW

    def handle(self, request):
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, httpx.Response):
            return self.answer
        return httpx.Response(200, content=json.dumps(self.answer))

    def github(self):
        client = github_client("http://github.test/api", "ghp_practice")
        client._transport = httpx.MockTransport(self.handle)
        return GitHub(client, lambda: self.at, reads=Budget(6_000, name="GitHub"))


async def compare(answer):
    return await Site(answer).github().compare(REPO, BASE, HEAD)


async def refusal(answer):
    with pytest.raises(Unavailable) as caught:
        await compare(answer)
    return caught.value


async def test_a_comparison_is_asked_for_with_the_token_and_the_version():
    site = Site(compared())
    await site.github().compare(REPO, BASE, HEAD)
    (asked,) = site.asked
    assert (asked.method, asked.url.path) == ("GET", f"/api{COMPARE}")
    assert asked.headers["Authorization"] == "Bearer ghp_practice"
    assert asked.headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert asked.headers["Accept"] == "application/vnd.github+json"
    assert asked.headers["User-Agent"]


async def test_without_a_token_none_is_sent():
    async with github_client("http://github.test") as client:
        assert "Authorization" not in client.headers


async def test_a_comparison():
    found = await compare(
        compared(
            row("lifeos/db.py"),
            row("logo.png", patch=None, additions=0, deletions=0),
            row("lifeos/store.py", status="renamed", previous_filename="lifeos/old.py"),
        )
    )
    assert (found.status, found.cut) == ("ahead", False)
    (one,) = found.commits
    assert (one.id, one.message, one.files) == (HEAD, "Fix pool", None)
    assert one.at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    changed, picture, moved = found.files
    assert (changed.path, changed.added, changed.removed) == ("lifeos/db.py", 1, 1)
    assert (changed.changed, changed.whole) == ("-a\n+b", True)
    assert (picture.patch_excerpt, picture.whole) == ("", False)
    assert moved.before == "lifeos/old.py"


@pytest.mark.parametrize(
    ("answer", "cut"),
    [
        (compared(row("a")), False),
        (compared(row("a"), total_commits=300), True),
        (compared(*(row(f"a{n}") for n in range(300))), True),
        (compared(row("a"), status="diverged"), True),
        (compared(row("a"), files=None), True),
        (compared(commits=[], status="identical"), False),
    ],
)
async def test_what_is_not_all_is_said_to_be_cut(answer, cut):
    assert (await compare(answer)).cut is cut


async def test_of_long_patches_the_begin_is_kept():
    long = "@@ -1 +1 @@\n" + "+x = 1\n" * 5_000
    found = await compare(compared(*(row(f"a{n}", long) for n in range(60)), row("b")))
    first, last = found.files[0], found.files[-1]
    assert first.patch_excerpt.endswith(CUT)
    assert len(first.patch_excerpt) == LONGEST_PATCH + 1
    assert not first.whole
    assert sum(len(f.patch_excerpt) for f in found.files) < MOST_PATCHES + len(found.files)
    assert (last.path, last.patch_excerpt, last.whole) == ("b", CUT, False)


async def test_secrets_and_control_characters_stay_outside():
    url = "postgresql://bot:hunter2@db/x"
    found = await compare(
        compared(
            row("a\x1b[31m.py", f"@@ -1 +1 @@\n+URL = '{url}'"),
            row(f"b/{url}"),
            commits=[commit(message=f"Use {url}\u202e")],
        )
    )
    assert "hunter2" not in repr(found)
    assert found.files[0].path == "a.py"
    assert "\u202e" not in found.commits[0].message


async def test_one_commit_with_its_files():
    site = Site({**commit(), "files": [row("a.py")]})
    found = await site.github().commit(REPO, HEAD)
    assert site.asked[0].url.path == f"/api/repos/{REPO}/commits/{HEAD}"
    assert [f.path for f in found.files] == ["a.py"]


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"status": "ahead"},
        {"status": "ahead", "commits": {}},
        httpx.Response(200, content=b'[{"sha": "4f'),
        httpx.Response(200, content=b"<html>Unicorn!</html>"),
        httpx.Response(204),
    ],
)
async def test_an_answer_of_another_form(answer):
    gone = await refusal(answer)
    assert (str(gone), gone.permanent) == ("GitHub: an answer of an unknown form", False)


def no(status, message="Not Found", **headers):
    return httpx.Response(status, json={"message": message}, headers=headers)


LIMIT = "API rate limit exceeded for user ID 1."
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes."


@pytest.mark.parametrize(
    ("answer", "said", "permanent"),
    [
        (no(401, "Bad credentials"), "GitHub: HTTP 401 (Bad credentials)", True),
        (no(403, "Resource not accessible"), "GitHub: HTTP 403 (Resource not accessible)", True),
        (no(404), "GitHub: HTTP 404 (Not Found)", True),
        (no(422, "No commit found"), "GitHub: HTTP 422 (No commit found)", True),
        (no(503, "x"), "GitHub: HTTP 503 (x)", False),
        (httpx.Response(502, text="<h1>Unicorn!</h1>"), "GitHub: HTTP 502 (<h1>Unicorn!</h1>)",
         False),
        (no(301, "Moved"), "GitHub: HTTP 301 (Moved): the repository has another name now", True),
        (httpx.ConnectError("x"), "GitHub: the connection failed", False),
        (httpx.ReadTimeout("x"), "GitHub: no answer in 10 s", False),
    ],
)  # fmt: skip # read in rows
async def test_refusals(answer, said, permanent):
    gone = await refusal(answer)
    assert (str(gone), gone.permanent) == (said, permanent)
    assert isinstance(gone, NotThere) == said.startswith(("GitHub: HTTP 404", "GitHub: HTTP 422"))


def epoch(**length):
    return str(int((NOW + timedelta(**length)).timestamp()))


LIMITS = [
    (no(403, LIMIT, **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": epoch(hours=0.5)}), 1800),
    (no(429, SECONDARY, **{"Retry-After": "90"}), 90),
    (no(403, SECONDARY, **{"Retry-After": "90"}), 90),
    (no(403, SECONDARY), 60),
    (no(429, ""), 60),
    (no(429, "", **{"Retry-After": "9" * 11}), 3600),
    (no(429, "", **{"Retry-After": "9" * 400}), 60),
    (no(403, LIMIT, **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}), 60),
    (no(403, LIMIT, **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": epoch(days=9)}), 3600),
    (no(403, LIMIT, **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": epoch(days=-9)}), 1),
]  # fmt: skip # read in rows


@pytest.mark.parametrize(("answer", "seconds"), LIMITS)
async def test_a_limit_is_waited_out_and_said(answer, seconds):
    site = Site(answer)
    github = site.github()
    end = NOW + timedelta(seconds=seconds)
    minute = (end + timedelta(seconds=59)).replace(second=0)
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            await github.compare(REPO, BASE, HEAD)
        assert str(caught.value) == f"GitHub lets us ask again at {minute:%H:%M} UTC"
        assert not caught.value.permanent
    assert len(site.asked) == 1
    site.at, site.answer = end, compared(row("a"))
    assert (await github.compare(REPO, BASE, HEAD)).files


@pytest.mark.parametrize(
    ("repo", "base", "head"),
    [
        ("life-os", BASE, HEAD),
        ("uma-dev/life-os/issues", BASE, HEAD),
        ("uma-dev/..", BASE, HEAD),
        ("uma-dev/life-os?x", BASE, HEAD),
        ("", BASE, HEAD),
        (REPO, "main", HEAD),
        (REPO, BASE, "../../user"),
        (REPO, "", HEAD),
    ],
)
async def test_what_is_no_repository_or_commit_is_not_asked_for(repo, base, head):
    site = Site(compared())
    with pytest.raises(Unavailable) as caught:
        await site.github().compare(repo, base, head)
    assert caught.value.permanent
    assert not site.asked


async def test_we_do_not_ask_more_than_we_may():
    site = Site(compared())
    github = site.github()
    github._reads = Budget(1, name="GitHub", patience=0)
    await github.compare(REPO, BASE, HEAD)
    with pytest.raises(Unavailable, match="as often as we may"):
        await github.compare(REPO, BASE, HEAD)
    assert len(site.asked) == 1
