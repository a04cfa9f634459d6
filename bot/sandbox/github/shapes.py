"""The repository, its branches and its commits as the API shows them.

Fields: of the repository, a recording of August 2025 (PyGithub, ReplayData/Issue.setUp); of a
comparison, octokit/go-sdk (`CommitComparison`), which is made from GitHub's OpenAPI description;
of commits, another recording (Commit.setUp); of branches, from memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap
from urllib.parse import quote

from bot.sandbox.github.answers import Json
from bot.sandbox.github.hub import Hub, blob_id, node_id, number_of, stamp, user
from bot.sandbox.repository import Change, Commit

MOST_FILES = 300

PLAIN = (
    *("contributors", "deployments", "downloads", "events", "forks", "hooks", "languages"),
    *("merges", "stargazers", "subscribers", "subscription", "tags", "teams"),
)
TEMPLATES = {
    "archive": "/{archive_format}{/ref}",
    "assignees": "/assignees{/user}",
    "blobs": "/git/blobs{/sha}",
    "branches": "/branches{/branch}",
    "collaborators": "/collaborators{/collaborator}",
    "comments": "/comments{/number}",
    "commits": "/commits{/sha}",
    "compare": "/compare/{base}...{head}",
    "contents": "/contents/{+path}",
    "git_commits": "/git/commits{/sha}",
    "git_refs": "/git/refs{/sha}",
    "git_tags": "/git/tags{/sha}",
    "issue_comment": "/issues/comments{/number}",
    "issue_events": "/issues/events{/number}",
    "issues": "/issues{/number}",
    "keys": "/keys{/key_id}",
    "labels": "/labels{/name}",
    "milestones": "/milestones{/number}",
    "notifications": "/notifications{?since,all,participating}",
    "pulls": "/pulls{/number}",
    "releases": "/releases{/id}",
    "statuses": "/statuses/{sha}",
    "trees": "/git/trees{/sha}",
}


def repository(hub: Hub, api: str) -> Json:
    own, commits = f"{api}repos/{hub.full_name}", hub.repository.commits()
    pushed = stamp(commits[0].at)
    is_open = sum(issue.state == "open" for issue in hub.issues.values())
    none = dict.fromkeys(
        ("forks", "forks_count", "stargazers_count", "watchers", "watchers_count"), 0
    )
    return {
        "id": number_of(hub.full_name),
        "node_id": node_id("R", hub.full_name),
        "name": hub.name,
        "full_name": hub.full_name,
        "private": False,
        "owner": user(api, hub.owner),
        "html_url": hub.html_url,
        "description": "Life OS: goals and notes in Telegram",
        "fork": False,
        "url": own,
        **{f"{one}_url": f"{own}/{one}" for one in PLAIN},
        **{f"{one}_url": own + path for one, path in TEMPLATES.items()},
        "created_at": stamp(commits[-1].at),
        "updated_at": pushed,
        "pushed_at": pushed,
        "git_url": f"git://github.com/{hub.full_name}.git",
        "ssh_url": f"git@github.com:{hub.full_name}.git",
        "clone_url": f"{hub.html_url}.git",
        "svn_url": hub.html_url,
        **dict.fromkeys(("homepage", "mirror_url", "license"), None),
        **none,
        "size": sum(map(len, hub.repository.files("main").values())) // 1024,
        "language": "Python",
        "has_issues": True,
        **dict.fromkeys(("has_projects", "has_wiki", "has_pages", "has_discussions"), False),
        "has_downloads": True,
        "archived": False,
        "disabled": False,
        "open_issues": is_open,
        "open_issues_count": is_open,
        "visibility": "public",
        "default_branch": "main",
        "network_count": 0,
        "subscribers_count": 1,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "custom_properties": {},
        "permissions": dict.fromkeys(("admin", "maintain", "push", "triage", "pull"), True),
    }


def branch(hub: Hub, api: str, name: str, head: str) -> Json:
    url = f"{api}repos/{hub.full_name}/commits/{head}"
    return {"name": name, "commit": {"sha": head, "url": url}, "protected": False}


def commit(hub: Hub, api: str, one: Commit) -> Json:
    own = f"{api}repos/{hub.full_name}"
    who = user(api, one.author.lower().replace(" ", "-"))
    parents = [
        {"sha": id, "url": f"{own}/commits/{id}", "html_url": f"{hub.html_url}/commit/{id}"}
        for id in one.parents
    ]
    return {
        "sha": one.id,
        "node_id": node_id("C", one.id),
        "commit": git_commit(hub, own, one),
        "url": f"{own}/commits/{one.id}",
        "html_url": f"{hub.html_url}/commit/{one.id}",
        "comments_url": f"{own}/commits/{one.id}/comments",
        "author": who,
        "committer": who,
        "parents": parents,
    }


def git_commit(hub: Hub, own: str, one: Commit) -> Json:
    person = {"name": one.author, "email": one.email, "date": stamp(one.at)}
    tree = hub.tree(one.id)
    unsigned = dict.fromkeys(("signature", "payload", "verified_at"), None)
    return {
        "author": person,
        "committer": person,
        "message": one.message.rstrip("\n"),
        "tree": {"sha": tree, "url": f"{own}/git/trees/{tree}"},
        "url": f"{own}/git/commits/{one.id}",
        "comment_count": 0,
        "verification": {"verified": False, "reason": "unsigned", **unsigned},
    }


def with_files(hub: Hub, api: str, one: Commit) -> Json:
    """A commit with what it changed against its first parent."""
    changes = hub.repository.changes(first_parent(one), one.id)
    added, deleted = sum(c.additions for c in changes), sum(c.deletions for c in changes)
    stats = {"total": added + deleted, "additions": added, "deletions": deleted}
    files = changed(hub, api, first_parent(one), one.id, changes)
    return {**commit(hub, api, one), "stats": stats, "files": files}


def first_parent(one: Commit) -> str | None:
    return one.parents[0] if one.parents else None


def changed(
    hub: Hub, api: str, base: str | None, head: str, changes: Sequence[Change]
) -> list[Json]:
    """The first 300 files; a removed one has the id of what it was."""
    own = f"{api}repos/{hub.full_name}/contents"
    before = hub.repository.files(base) if base else {}
    after = hub.repository.files(head)

    def row(change: Change, ref: str) -> Json:
        data = after.get(change.path, before.get(change.path, b""))
        path = quote(change.path, safe="")  # as the recording has it
        patch = {"patch": change.patch} if change.patch else {}
        return {
            "sha": blob_id(data),
            "filename": change.path,
            "status": change.status,
            "additions": change.additions,
            "deletions": change.deletions,
            "changes": change.additions + change.deletions,
            "blob_url": f"{hub.html_url}/blob/{ref}/{path}",
            "raw_url": f"{hub.html_url}/raw/{ref}/{path}",
            "contents_url": f"{own}/{path}?ref={ref}",
            **patch,
        }

    refs = [(c, head if c.status != "removed" else base or head) for c in changes[:MOST_FILES]]
    return list(starmap(row, refs))
