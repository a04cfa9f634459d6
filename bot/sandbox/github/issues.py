"""The calls about issues: list, create, show, change, comment.

A missing field is refused with "wasn't supplied", a wrong one with `errors` (measured by
pome-sh/digital-twins, pull request 400).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.github import answers
from bot.sandbox.github.answers import not_found, not_supplied, refused, sent
from bot.sandbox.github.hub import Hub
from bot.sandbox.github.issue_shapes import comment, shown
from bot.sandbox.github.tracker import Comment, Issue

STATES = ("open", "closed")
REASONS = ("completed", "not_planned", "duplicate", "reopened", None)


async def list_issues(hub: Hub, request: Request) -> Response:
    """`state` (open), `labels` (all of them), `creator`; the newest first."""
    query = request.query_params
    state, labels = (
        query.get("state", "open"),
        set(filter(None, query.get("labels", "").split(","))),
    )
    found = [
        one
        for one in hub.issues.values()
        if state in {one.state, "all"}
        and labels <= set(one.labels)
        and query.get("creator", one.author) == one.author
    ]
    if query.get("direction", "desc") == "desc":
        found.reverse()
    return answers.paged(request, [shown(hub, request, one) for one in found])


async def create_issue(hub: Hub, request: Request) -> Response:
    wish = sent(request)
    if not wish.get("title"):
        raise not_supplied("title")
    at = hub.now()
    made = Issue(
        number=len(hub.issues) + 1,
        author=request.state.login,
        title=str(wish["title"]),
        body=wish.get("body"),
        labels=_labels(wish.get("labels", ())),
        at=at,
        updated_at=at,
    )
    hub.issues[made.number] = made
    told = shown(hub, request, made)
    return JSONResponse(told, 201, {"Location": told["url"]})


async def show_issue(hub: Hub, request: Request) -> Response:
    return JSONResponse(shown(hub, request, issue_of(hub, request)))


async def change_issue(hub: Hub, request: Request) -> Response:
    one, wish = issue_of(hub, request), sent(request)
    state, reason = wish.get("state", one.state), wish.get("state_reason", one.reason)
    if state not in STATES or reason not in REASONS:
        raise invalid("state" if state not in STATES else "state_reason")
    if state != one.state:
        one.closed_at = hub.now() if state == "closed" else None
        reason = wish.get("state_reason", "completed" if state == "closed" else "reopened")
    one.state, one.reason, one.updated_at = state, reason, hub.now()
    one.title, one.body = wish.get("title", one.title), wish.get("body", one.body)
    one.labels = _labels(wish["labels"]) if "labels" in wish else one.labels
    return JSONResponse(shown(hub, request, one))


async def list_comments(hub: Hub, request: Request) -> Response:
    one = issue_of(hub, request)
    return answers.paged(request, [comment(hub, request, one, said) for said in one.comments])


async def add_comment(hub: Hub, request: Request) -> Response:
    one, body = issue_of(hub, request), sent(request).get("body")
    if not body:
        raise not_supplied("body")
    number = 1 + sum(len(other.comments) for other in hub.issues.values())
    said = Comment(number, request.state.login, str(body), hub.now())
    one.comments.append(said)
    one.updated_at = said.at
    return JSONResponse(comment(hub, request, one, said), 201)


def invalid(name: str) -> Exception:
    error = {"resource": "Issue", "code": "invalid", "field": name}
    return refused(422, "Validation Failed", errors=[error])


def issue_of(hub: Hub, request: Request) -> Issue:
    number = request.path_params["number"]
    if number not in hub.issues:
        raise not_found()
    return hub.issues[number]


def _labels(said: Iterable[Any]) -> list[str]:
    """A label that does not exist yet is made; it may be an object with its name."""
    names = (one.get("name") if isinstance(one, dict) else one for one in said)
    return list(dict.fromkeys(str(name) for name in names if name))
