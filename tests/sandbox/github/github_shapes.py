"""The fields that GitHub's answers have, by recordings of the real API.

Commit, user, repository: PyGithub, ReplayData/Commit.setUp and Issue.setUp (2025); comparison:
octokit/go-sdk, `CommitComparison`; contents: octokit/fixtures. Names of fields only.
"""

from __future__ import annotations

import jsonschema

TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
MAYBE = {"type": ["string", "null"]}
SHA = {"type": "string", "pattern": "^[0-9a-f]{40}$"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
URL = {"type": "string", "pattern": "^https?://"}


def record(*names, **fields):
    every = {**{name: {} for name in names}, **fields}
    return {
        "type": "object",
        "properties": every,
        "required": list(every),
        "additionalProperties": False,
    }


def many(of):
    return {"type": "array", "items": of}


USER = record(
    *("node_id", "gravatar_id", "site_admin", "user_view_type", "type"),
    *("followers_url", "following_url", "gists_url", "starred_url", "subscriptions_url"),
    *("organizations_url", "repos_url", "events_url", "received_events_url"),
    login=TEXT,
    id=NUMBER,
    avatar_url=URL,
    url=URL,
    html_url=URL,
)
PERSON = record(name=TEXT, email=TEXT, date=MOMENT)
GIT_COMMIT = {
    "author": PERSON,
    "committer": PERSON,
    "message": TEXT,
    "tree": record(sha=SHA, url=URL),
    "url": URL,
    "comment_count": NUMBER,
    "verification": record("reason", "signature", "payload", "verified_at", verified=FLAG),
}
COMMIT_FIELDS = {
    "sha": SHA,
    "node_id": TEXT,
    "commit": record(**GIT_COMMIT),
    "url": URL,
    "html_url": URL,
    "comments_url": URL,
    "author": USER,
    "committer": USER,
    "parents": many(record(sha=SHA, url=URL, html_url=URL)),
}
FILE = record(
    sha=SHA,
    filename=TEXT,
    status={"enum": ["added", "removed", "modified"]},
    additions=NUMBER,
    deletions=NUMBER,
    changes=NUMBER,
    blob_url=URL,
    raw_url=URL,
    contents_url=URL,
    patch={"type": "string", "pattern": "^@@ "},
)
COMMIT = record(**COMMIT_FIELDS)
WHOLE_COMMIT = record(
    **COMMIT_FIELDS,
    stats=record(total=NUMBER, additions=NUMBER, deletions=NUMBER),
    files=many(FILE),
)
COMPARISON = record(
    url=URL,
    html_url=URL,
    permalink_url=URL,
    diff_url=URL,
    patch_url=URL,
    base_commit=COMMIT,
    merge_base_commit=COMMIT,
    status={"enum": ["identical", "ahead", "behind", "diverged"]},
    ahead_by=NUMBER,
    behind_by=NUMBER,
    total_commits=NUMBER,
    commits=many(COMMIT),
    files=many(FILE),
)
ENTRY_FIELDS = {
    "type": {"enum": ["file", "dir"]},
    "size": NUMBER,
    "name": TEXT,
    "path": TEXT,
    "sha": SHA,
    "url": URL,
    "git_url": URL,
    "html_url": URL,
    "download_url": MAYBE,
    "_links": record(self=URL, git=URL, html=URL),
}
ENTRY = record(**ENTRY_FIELDS)
CONTENT = record(**ENTRY_FIELDS, content=TEXT, encoding={"enum": ["base64", "none"]})
WRITTEN = record(
    content=ENTRY,
    commit=record(sha=SHA, html_url=URL, parents=many(record("sha", "url")), **GIT_COMMIT),
)
LABEL = record("node_id", "description", "default", id=NUMBER, url=URL, name=TEXT, color=TEXT)
ISSUE = record(
    *("node_id", "assignee", "assignees", "milestone", "active_lock_reason", "type", "reactions"),
    *("sub_issues_summary", "issue_dependencies_summary", "closed_by", "author_association"),
    *("performed_via_github_app", "state_reason", "timeline_url", "locked"),
    url=URL,
    repository_url=URL,
    labels_url=URL,
    comments_url=URL,
    events_url=URL,
    html_url=URL,
    id=NUMBER,
    number=NUMBER,
    title=TEXT,
    user=USER,
    labels=many(LABEL),
    state={"enum": ["open", "closed"]},
    comments=NUMBER,
    created_at=MOMENT,
    updated_at=MOMENT,
    closed_at={"anyOf": [MOMENT, {"type": "null"}]},
    body=MAYBE,
)
COMMENT = record(
    *("node_id", "author_association", "performed_via_github_app"),
    url=URL,
    html_url=URL,
    issue_url=URL,
    id=NUMBER,
    user=USER,
    created_at=MOMENT,
    updated_at=MOMENT,
    body=TEXT,
)
REPOSITORY_URLS = (
    *("forks", "keys", "collaborators", "teams", "hooks", "issue_events", "events", "assignees"),
    *("branches", "tags", "blobs", "git_tags", "git_refs", "trees", "statuses", "languages"),
    *("stargazers", "contributors", "subscribers", "subscription", "commits", "git_commits"),
    *("comments", "issue_comment", "contents", "compare", "merges", "archive", "downloads"),
    *("issues", "pulls", "milestones", "notifications", "labels", "releases", "deployments"),
)
REPOSITORY = record(
    *("node_id", "description", "fork", "homepage", "language", "mirror_url", "license", "topics"),
    *("has_issues", "has_projects", "has_downloads", "has_wiki", "has_pages", "has_discussions"),
    *("archived", "disabled", "allow_forking", "is_template", "web_commit_signoff_required"),
    *("visibility", "permissions", "custom_properties", "git_url", "ssh_url", "clone_url"),
    *("svn_url", "private", "forks", "watchers"),
    **{f"{name}_url": URL for name in ("html", *REPOSITORY_URLS)},
    **dict.fromkeys(("id", "size", "stargazers_count", "watchers_count", "forks_count"), NUMBER),
    **dict.fromkeys(("open_issues", "open_issues_count", "network_count"), NUMBER),
    subscribers_count=NUMBER,
    name=TEXT,
    full_name=TEXT,
    owner=USER,
    url=URL,
    created_at=MOMENT,
    updated_at=MOMENT,
    pushed_at=MOMENT,
    default_branch=TEXT,
)
ERROR = record(
    message=TEXT, documentation_url=URL, status={"type": "string", "pattern": r"^\d{3}$"}
)


def check(shape, told):
    jsonschema.validate(told, shape)
    return told
