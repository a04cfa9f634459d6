"""GitHub's emulator: files are read and written, issues are kept."""

from __future__ import annotations

import base64

import pytest
from github_shapes import COMMENT, CONTENT, ENTRY, ERROR, ISSUE, WRITTEN, check

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPO = "/repos/uma-dev/life-os"
FILE = f"{REPO}/contents/.agent/logs/incident.md"


def encoded(text):
    return base64.b64encode(text.encode()).decode()


async def put(client, path=FILE, **wish):
    body = {"message": "Add the report", "content": encoded("It died.\n")} | wish
    return await client.put(path, json={k: v for k, v in body.items() if v is not None})


async def test_read_a_file(client):
    answer = await client.get(f"{REPO}/contents/lifeos/db.py")
    one = check(CONTENT, answer.json())
    assert base64.b64decode(one["content"]) == b"a = 1\nb = 3\n"
    assert (one["size"], one["encoding"], one["name"]) == (12, "base64", "db.py")
    other = await client.get(f"{REPO}/contents/lifeos/db.py", params={"ref": "streaks"})
    assert base64.b64decode(other.json()["content"]) == b"a = 2\nb = 3\n"
    raw = {"Accept": "application/vnd.github.raw+json"}
    assert (await client.get(f"{REPO}/contents/lifeos/db.py", headers=raw)).text == "a = 1\nb = 3\n"


async def test_long_and_large_files(client, repository):
    at = repository.commits()[0].at
    repository.add({"long": b"x" * 100, "large": b"x" * (1024 * 1024 + 1)}, "Big", at=at)
    long = (await client.get(f"{REPO}/contents/long")).json()["content"]
    assert [len(line) for line in long.split("\n")] == [60, 60, 16, 0]
    large = (await client.get(f"{REPO}/contents/large")).json()
    assert (large["content"], large["encoding"], large["size"]) == ("", "none", 1024 * 1024 + 1)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", [("dir", "lifeos"), ("file", "logo.png")]),
        ("/", [("dir", "lifeos"), ("file", "logo.png")]),
        ("/lifeos", [("file", "lifeos/db.py"), ("dir", "lifeos/web")]),
    ],
)
async def test_list_a_folder(client, path, expected):
    rows = (await client.get(f"{REPO}/contents{path}")).json()
    for row in rows:
        check(ENTRY, row)
    assert [(row["type"], row["path"]) for row in rows] == expected


async def test_no_such_file_or_ref(client):
    assert (await client.get(f"{REPO}/contents/none.py")).status_code == 404
    answer = await client.get(f"{REPO}/contents/lifeos/db.py", params={"ref": "none"})
    assert (answer.status_code, answer.json()["message"]) == (
        404,
        "No commit found for the ref none",
    )


async def test_write_a_file(client, repository, pushes):
    answer = await put(client, author={"name": "Watchdog", "email": "dog@example.com"})
    assert answer.status_code == 201
    told = check(WRITTEN, answer.json())
    head = repository.commits()[0]
    assert (head.id, head.message) == (told["commit"]["sha"], "Add the report")
    assert (head.author, head.email) == ("Watchdog", "dog@example.com")
    assert repository.files("main")[".agent/logs/incident.md"] == b"It died.\n"
    assert pushes == ["main"]
    sha = told["content"]["sha"]
    assert (await client.get(FILE)).json()["sha"] == sha
    again = await put(client, content=encoded("It lives.\n"), sha=sha)
    assert again.status_code == 200
    assert again.json()["commit"]["parents"][0]["sha"] == head.id


async def test_write_on_a_branch(client, repository, pushes):
    main = repository.branches["main"]
    assert (await put(client, branch="streaks")).status_code == 201
    assert repository.branches["main"] == main
    assert ".agent/logs/incident.md" in repository.files("streaks")
    assert pushes == ["streaks"]


@pytest.mark.parametrize(
    ("wish", "status", "message"),
    [
        ({}, 422, 'Invalid request.\n\n"sha" wasn\'t supplied.'),
        ({"sha": "deadbeef"}, 409, "lifeos/db.py does not match deadbeef"),
        ({"sha": "0" * 40}, 409, f"lifeos/db.py does not match {'0' * 40}"),
        ({"branch": "none", "sha": "deadbeef"}, 404, "Branch none not found"),
        ({"message": None}, 422, 'Invalid request.\n\n"message" wasn\'t supplied.'),
        ({"content": None}, 422, 'Invalid request.\n\n"content" wasn\'t supplied.'),
        ({"content": "%%%"}, 422, "content is not valid Base64"),
    ],
)
async def test_a_write_that_is_refused(client, repository, pushes, wish, status, message):
    before = repository.branches
    answer = await put(client, f"{REPO}/contents/lifeos/db.py", **wish)
    assert (answer.status_code, check(ERROR, answer.json())["message"]) == (status, message)
    assert repository.branches == before
    assert pushes == []


async def test_a_sha_for_a_new_file_is_not_looked_at(client):
    assert (await put(client, sha="deadbeef")).status_code == 201


async def test_a_body_that_is_no_json(client):
    answer = await client.put(FILE, content="{")
    assert (answer.status_code, answer.json()["message"]) == (400, "Problems parsing JSON")


async def issue(client, **wish):
    answer = await client.post(f"{REPO}/issues", json={"title": "Fix it properly"} | wish)
    assert answer.status_code == 201
    return check(ISSUE, answer.json())


async def test_the_life_of_an_issue(client, github):
    made = await issue(client, body="The cache.", labels=["incident", {"name": "P1"}, "incident"])
    assert (made["number"], made["state"], made["user"]["login"]) == (1, "open", "uma-dev")
    assert [label["name"] for label in made["labels"]] == ["incident", "P1"]
    assert (await client.get(made["url"])).json() == made

    said = await client.post(f"{REPO}/issues/1/comments", json={"body": "Seen again."})
    assert said.status_code == 201
    check(COMMENT, said.json())
    assert (await client.get(made["comments_url"])).json() == [said.json()]

    closed = await client.patch(f"{REPO}/issues/1", json={"state": "closed"})
    told = check(ISSUE, closed.json())
    assert (told["state"], told["state_reason"], told["comments"]) == ("closed", "completed", 1)
    assert told["closed_at"] == told["updated_at"]
    opened = await client.patch(f"{REPO}/issues/1", json={"state": "open", "labels": []})
    assert (opened.json()["state_reason"], opened.json()["closed_at"]) == ("reopened", None)
    assert [one.title for one in github.issues] == ["Fix it properly"]


async def test_list_issues(client):
    for n in range(3):
        await issue(client, title=f"issue {n}", labels=["incident"] if n else [])
    await client.patch(f"{REPO}/issues/3", json={"state": "closed", "state_reason": "not_planned"})

    async def numbers(**query):
        rows = (await client.get(f"{REPO}/issues", params=query)).json()
        return [row["number"] for row in rows]

    assert await numbers() == [2, 1]
    assert await numbers(state="closed") == [3]
    assert await numbers(state="all", direction="asc") == [1, 2, 3]
    assert await numbers(state="all", labels="incident") == [3, 2]
    assert await numbers(state="all", per_page=1, page=2) == [2]
    assert (await client.get(REPO)).json()["open_issues_count"] == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("POST", "/issues", {}, 422, 'Invalid request.\n\n"title" wasn\'t supplied.'),
        ("POST", "/issues/1/comments", {}, 422, 'Invalid request.\n\n"body" wasn\'t supplied.'),
        ("PATCH", "/issues/1", {"state": "broken"}, 422, "Validation Failed"),
        ("GET", "/issues/9", None, 404, "Not Found"),
        ("PATCH", "/issues/9", {}, 404, "Not Found"),
    ],
)
async def test_refused_about_issues(client, method, path, body, status, message):
    await issue(client)
    answer = await client.request(method, f"{REPO}{path}", json=body)
    assert (answer.status_code, answer.json()["message"]) == (status, message)
    wrong = answer.json().get("errors", [])
    assert bool(wrong) is (message == "Validation Failed")
