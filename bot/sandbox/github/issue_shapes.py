"""Issues, labels and comments as the API shows them.

Fields of issues and labels: a recording of August 2025 (PyGithub, ReplayData/Issue.setUp); those
of comments are from memory.
"""

from __future__ import annotations

from starlette.requests import Request

from bot.sandbox.github.answers import Json, api_of
from bot.sandbox.github.hub import Hub, node_id, number_of, stamp, user
from bot.sandbox.github.tracker import Comment, Issue

LABEL_COLOUR = "ededed"
DEPENDENCIES = ("blocked_by", "total_blocked_by", "blocking", "total_blocking")
REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def shown(hub: Hub, request: Request, one: Issue) -> Json:
    api = api_of(request)
    repository = f"{api}repos/{hub.full_name}"
    own = f"{repository}/issues/{one.number}"
    return {
        "url": own,
        "repository_url": repository,
        "labels_url": f"{own}/labels{{/name}}",
        "comments_url": f"{own}/comments",
        "events_url": f"{own}/events",
        "timeline_url": f"{own}/timeline",
        "html_url": f"{hub.html_url}/issues/{one.number}",
        "id": number_of(own),
        "node_id": node_id("I", own),
        "number": one.number,
        "title": one.title,
        "user": user(api, one.author),
        "labels": [label(repository, name) for name in one.labels],
        "state": one.state,
        "locked": False,
        "comments": len(one.comments),
        "created_at": stamp(one.at),
        "updated_at": stamp(one.updated_at),
        "closed_at": stamp(one.closed_at) if one.closed_at else None,
        "author_association": "OWNER",
        "assignees": [],
        "body": one.body,
        "state_reason": one.reason,
        "reactions": {"url": f"{own}/reactions", "total_count": 0, **dict.fromkeys(REACTIONS, 0)},
        "sub_issues_summary": dict.fromkeys(("total", "completed", "percent_completed"), 0),
        "issue_dependencies_summary": dict.fromkeys(DEPENDENCIES, 0),
        **dict.fromkeys(("assignee", "milestone", "active_lock_reason", "type"), None),
        **dict.fromkeys(("closed_by", "performed_via_github_app"), None),
    }


def label(repository: str, name: str) -> Json:
    return {
        "id": number_of(f"label {name}"),
        "node_id": node_id("LA", name),
        "url": f"{repository}/labels/{name}",
        "name": name,
        "description": None,
        "color": LABEL_COLOUR,
        "default": False,
    }


def comment(hub: Hub, request: Request, one: Issue, said: Comment) -> Json:
    api = api_of(request)
    own = f"{api}repos/{hub.full_name}/issues"
    return {
        "url": f"{own}/comments/{said.id}",
        "html_url": f"{hub.html_url}/issues/{one.number}#issuecomment-{said.id}",
        "issue_url": f"{own}/{one.number}",
        "id": said.id,
        "node_id": node_id("IC", f"{own} {said.id}"),
        "user": user(api, said.author),
        "created_at": stamp(said.at),
        "updated_at": stamp(said.at),
        "author_association": "OWNER",
        "body": said.body,
        "performed_via_github_app": None,
    }
