"""GitHub's emulator: repository, branches, commits, comparisons, as the git history has them."""

from __future__ import annotations

import httpx
import pytest
from dulwich.repo import Repo
from github_shapes import COMMIT, COMPARISON, ERROR, REPOSITORY, WHOLE_COMMIT, check

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPO = "/repos/uma-dev/life-os"


async def told(client, where, **query):
    answer = await client.get(f"{REPO}{where}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def messages(rows):
    return [row["commit"]["message"].partition("\n")[0] for row in rows]


async def test_repository(client, served):
    one = check(REPOSITORY, await told(client, ""))
    assert (one["full_name"], one["default_branch"]) == ("uma-dev/life-os", "main")
    assert one["url"] == f"{served.base}{REPO}"
    assert one["pushed_at"] == "2026-01-06T00:00:00Z"


async def test_branches(client, repository):
    rows = await told(client, "/branches")
    assert {row["name"]: row["commit"]["sha"] for row in rows} == repository.branches
    one = await told(client, "/branches/streaks")
    check(COMMIT, one["commit"])
    assert one["commit"]["sha"] == repository.branches["streaks"]
    assert (await client.get(f"{REPO}/branches/none")).json()["message"] == "Branch not found"


async def test_commits_newest_first(client, repository):
    rows = await told(client, "/commits")
    for row in rows:
        check(COMMIT, row)
    assert messages(rows) == ["Drop the readme", "Add the web", "Better b", "Begin"]
    assert [row["sha"] for row in rows] == [one.id for one in repository.commits()]
    assert rows[0]["parents"][0]["sha"] == rows[1]["sha"]
    assert rows[2]["commit"]["author"] == {
        "name": "Ben",
        "email": "ben@example.com",
        "date": "2026-01-03T00:00:00Z",
    }
    assert rows[3]["commit"]["message"] == "Begin\n\nAll of it."


async def test_the_tree_is_git_s_own(client, tmp_path, repository):
    rows = await told(client, "/commits")
    git = Repo(str(tmp_path / "git"))
    assert [row["commit"]["tree"]["sha"] for row in rows] == [
        git[row["sha"].encode()].tree.decode() for row in rows
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sha": "streaks"}, ["A bad idea", "Add the web", "Better b", "Begin"]),
        ({"path": "lifeos/db.py"}, ["Better b", "Begin"]),
        ({"path": "lifeos"}, ["Add the web", "Better b", "Begin"]),
        ({"path": "lifeos/d"}, []),
        ({"since": "2026-01-04T00:00:00Z"}, ["Drop the readme", "Add the web"]),
        ({"until": "2026-01-03T01:00:00+01:00"}, ["Better b", "Begin"]),
        ({"author": "ben@example.com"}, ["Better b"]),
        ({"per_page": 2, "page": 2}, ["Better b", "Begin"]),
        ({"per_page": 2, "page": 9}, []),
    ],
)
async def test_commits_that_are_asked_for(client, query, expected):
    assert messages(await told(client, "/commits", **query)) == expected


async def test_commits_by_sha(client, repository):
    second = repository.commits()[2].id
    assert messages(await told(client, "/commits", sha=second)) == ["Better b", "Begin"]
    assert (await client.get(f"{REPO}/commits", params={"sha": "none"})).status_code == 404
    assert (await client.get(f"{REPO}/commits", params={"since": "soon"})).status_code == 422


async def test_pages_are_linked(client):
    seen, url = [], f"{client.base_url}{REPO.removeprefix('/')}/commits?per_page=1"
    while url:
        answer = await client.get(url)
        seen += messages(answer.json())
        url = answer.links.get("next", {}).get("url")
    assert seen == ["Drop the readme", "Add the web", "Better b", "Begin"]
    assert set(answer.links) == {"prev", "first"}
    first = await client.get(f"{REPO}/commits", params={"per_page": 3})
    assert set(first.links) == {"next", "last"}
    assert httpx.URL(first.links["last"]["url"]).params["page"] == "2"
    assert (await client.get(f"{REPO}/commits")).links == {}


async def test_a_commit_with_its_files(client, repository):
    second = repository.commits()[2].id
    for ref in (second, second[:7]):
        one = check(WHOLE_COMMIT, await told(client, f"/commits/{ref}"))
        assert one["sha"] == second
    assert one["stats"] == {"total": 2, "additions": 1, "deletions": 1}
    (file,) = one["files"]
    assert (file["filename"], file["status"]) == ("lifeos/db.py", "modified")
    assert file["patch"] == "@@ -1,2 +1,2 @@\n a = 1\n-b = 2\n+b = 3"
    whole = await client.get(file["contents_url"])
    assert (whole.status_code, whole.json()["sha"]) == (200, file["sha"])


async def test_binary_and_removed_files(client, repository):
    before = repository.commits()[1]
    (gone,) = (await told(client, "/commits/main"))["files"]
    assert (gone["filename"], gone["status"], gone["deletions"]) == ("README.md", "removed", 1)
    assert before.id in gone["blob_url"]
    files = (await told(client, f"/commits/{before.id}"))["files"]
    assert [("patch" in one) for one in files] == [True, False]
    assert files[1]["changes"] == 0


async def test_no_such_commit(client):
    answer = await client.get(f"{REPO}/commits/0000000")
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        "No commit found for SHA: 0000000",
    )
    check(ERROR, answer.json())


async def test_compare(client, repository):
    one = check(COMPARISON, await told(client, "/compare/main...streaks"))
    assert (one["status"], one["ahead_by"], one["behind_by"]) == ("diverged", 1, 1)
    assert messages([one["base_commit"], one["merge_base_commit"], *one["commits"]]) == [
        "Drop the readme",
        "Add the web",
        "A bad idea",
    ]
    assert [file["filename"] for file in one["files"]] == ["lifeos/db.py"]
    first = repository.commits()[-1].id
    ahead = await told(client, f"/compare/{first}...main")
    assert (ahead["status"], ahead["ahead_by"], ahead["total_commits"]) == ("ahead", 3, 3)
    assert messages(ahead["commits"]) == ["Better b", "Add the web", "Drop the readme"]
    behind = await told(client, f"/compare/main...{first}")
    assert (behind["status"], behind["behind_by"], behind["files"]) == ("behind", 3, [])
    assert (await told(client, "/compare/main...main"))["status"] == "identical"
    assert (await client.get(f"{REPO}/compare/main...none")).status_code == 404
    assert (await client.get(f"{REPO}/compare/main")).status_code == 404


async def test_compare_shows_300_files(client, repository):
    many = {f"f{n:03}.txt": b"x\n" for n in range(310)}
    repository.add(many, "Much", at=repository.commits()[0].at)
    base = repository.commits()[1].id
    assert len((await told(client, f"/compare/{base}...main"))["files"]) == 300
    later = await told(client, f"/compare/{base}...main", page=2, per_page=1)
    assert (later["files"], later["commits"], later["ahead_by"]) == ([], [], 1)


async def test_diff_and_patch(client, repository):
    async def text(path, kind):
        accept = {"Accept": f"application/vnd.github.{kind}"}
        answer = await client.get(f"{REPO}{path}", headers=accept)
        assert answer.headers["content-type"] == f"application/vnd.github.{kind}; charset=utf-8"
        return answer.text

    diff = "diff --git a/lifeos/db.py b/lifeos/db.py\n--- a/lifeos/db.py\n+++ b/lifeos/db.py\n@@ "
    assert (await text("/compare/main...streaks", "diff")).startswith(diff)
    assert (await text("/commits/streaks", "diff")).startswith(diff)
    assert await text("/compare/main...main", "diff") == ""
    mail = await text("/commits/streaks", "patch")
    assert mail.startswith(f"From {repository.branches['streaks']} ")
    assert "Subject: [PATCH] A bad idea\n" in mail
    assert "--- a/README.md\n+++ /dev/null\n" in await text("/commits/main", "diff")


async def test_a_new_push_is_seen_at_once(client, repository):
    repository.add({"new.py": b"1\n"}, "New", at=repository.commits()[0].at)
    assert messages(await told(client, "/commits", per_page=1)) == ["New"]
