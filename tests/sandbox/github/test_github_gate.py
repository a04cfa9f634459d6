"""GitHub's emulator: who may what, how often, and what goes wrong."""

from __future__ import annotations

import time

import httpx
import pytest
from github_kit import NO_TLS, TOKEN
from github_shapes import ERROR, check

from bot.sandbox.github.limits import Limits
from bot.sandbox.pace import Pace

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPO = "/repos/uma-dev/life-os"


async def test_bad_credentials(client):
    for said in ("Bearer wrong", "Basic abc", TOKEN):
        answer = await client.get(REPO, headers={"Authorization": said})
        assert (answer.status_code, check(ERROR, answer.json())["message"]) == (
            401,
            "Bad credentials",
        )
    old = await client.get(REPO, headers={"Authorization": f"token {TOKEN}"})
    assert old.status_code == 200


async def test_a_stranger_may_read(stranger):
    answer = await stranger.get(f"{REPO}/commits")
    assert answer.status_code == 200
    assert answer.headers["x-ratelimit-limit"] == "60"
    for method, path in (("PUT", "/contents/a"), ("POST", "/issues"), ("PATCH", "/issues/1")):
        refused = await stranger.request(method, REPO + path, json={})
        assert (refused.status_code, refused.json()["message"]) == (401, "Requires authentication")
    assert (await stranger.get("/user")).status_code == 401


async def test_who_am_i(client):
    me = (await client.get("/user")).json()
    assert (me["login"], me["type"], me["name"]) == ("uma-dev", "User", "Uma")


@pytest.mark.parametrize(
    "path", ["/repos/uma-dev/other", "/repos/else/life-os/commits", "/nothing", f"{REPO}/pulls"]
)
async def test_everything_else_is_404(client, path):
    answer = await client.get(path)
    assert (answer.status_code, check(ERROR, answer.json())["message"]) == (404, "Not Found")


async def test_version_and_user_agent(client, served):
    newer = await client.get(REPO, headers={"X-GitHub-Api-Version": "2026-03-10"})
    assert newer.headers["x-github-api-version-selected"] == "2026-03-10"
    assert (
        await client.get(REPO, headers={"X-GitHub-Api-Version": "2001-01-01"})
    ).status_code == 400
    nameless = httpx.Request("GET", f"{served.base}{REPO}")  # a client's own would name it
    async with httpx.AsyncClient(trust_env=False, verify=NO_TLS) as plain:
        assert (await plain.send(nameless)).status_code == 403


async def test_allowance(client, stranger, github):
    first, second = [(await client.get(REPO)).headers for _ in range(2)]
    assert (first["x-ratelimit-limit"], first["x-ratelimit-resource"]) == ("5000", "core")
    assert int(first["x-ratelimit-remaining"]) - int(second["x-ratelimit-remaining"]) == 1
    assert second["x-ratelimit-used"] == "2"
    assert 0 < int(second["x-ratelimit-reset"]) - time.time() < 6  # an hour at a thousand to one
    shown = (await client.get("/rate_limit")).json()
    assert shown["rate"] == shown["resources"]["core"]
    assert (shown["rate"]["used"], shown["rate"]["remaining"]) == (2, 4998)
    github.limits.exhaust()
    refused = await client.get(REPO)
    assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (403, "0")
    assert refused.json()["message"].startswith("API rate limit exceeded")
    assert (await stranger.get(REPO)).status_code == 200
    assert (await client.get("/rate_limit")).status_code == 200


async def test_the_hour_ends():
    now = [1000.0]
    limits = Limits(Pace(10), lambda: now[0])
    assert [limits.take(known=False) for _ in range(61)] == [True] * 60 + [False]
    now[0] += 359
    assert not limits.take(known=False)
    now[0] += 1
    assert limits.take(known=False)
    assert limits.window(known=False).left == 59


async def test_not_modified_is_free(client, repository):
    first = await client.get(f"{REPO}/commits")
    known = {"If-None-Match": first.headers["etag"]}
    again = await client.get(f"{REPO}/commits", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"]
    repository.add({"a": b"1"}, "New", at=repository.commits()[0].at)
    assert (await client.get(f"{REPO}/commits", headers=known)).status_code == 200


@pytest.mark.parametrize(
    ("name", "how", "status", "header"),
    [
        ("secondary_limit", {}, 403, "1"),
        ("secondary_limit", {"status": 429, "retry_after": 3000}, 429, "3"),
        ("secondary_limit", {"retry_after": None}, 403, None),
        ("bad_credentials", {}, 401, None),
        ("forbidden", {}, 403, None),
        ("not_found", {}, 404, None),
        ("validation", {}, 422, None),
        ("down", {}, 503, None),
    ],
)
async def test_mishaps(client, github, name, how, status, header):
    github.arm(name, **how)
    answer = await client.get(REPO)
    check(ERROR, answer.json())
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, header)
    assert (await client.get(REPO)).status_code == 200
    assert [call.fault for call in github.journal] == [name, None]


async def test_answers_that_are_none(client, github):
    github.arm("unicorn", where="GET .*/commits")
    assert (await client.get(REPO)).status_code == 200
    answer = await client.get(f"{REPO}/commits")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (502, "text/html")
    github.arm("bad_json")
    with pytest.raises(ValueError):
        (await client.get(REPO)).json()
    github.arm("rate_limited")
    assert (await client.get(REPO)).status_code == 403
    github.arm("drop_before")
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get(REPO)


async def test_what_was_done_before_the_connection_was_cut_is_done(client, github):
    github.arm("drop_after", where="^POST")
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(f"{REPO}/issues", json={"title": "Once"})
    assert [one.title for one in github.issues] == ["Once"]
    assert (github.journal[-1].status, github.journal[-1].body) == (None, {"title": "Once"})


async def test_a_state_stays(client, github):
    github.switch("down", on=True)
    assert [(await client.get(REPO)).status_code for _ in range(3)] == [503] * 3
    assert github.faults.on("down")
    github.switch("down", on=False)
    assert (await client.get(REPO)).status_code == 200
