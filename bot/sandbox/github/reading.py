"""The calls that show history: repository, branches, commits, comparison."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.github import shapes
from bot.sandbox.github.answers import api_of, not_found, paged, refused, window
from bot.sandbox.github.hub import Hub
from bot.sandbox.github.patches import as_diff, as_patch
from bot.sandbox.repository import Commit

MOST_COMMITS = 250


async def show_repository(hub: Hub, request: Request) -> Response:
    return JSONResponse(shapes.repository(hub, api_of(request)))


async def list_branches(hub: Hub, request: Request) -> Response:
    heads = sorted(hub.repository.branches.items())
    return paged(request, [shapes.branch(hub, api_of(request), *head) for head in heads])


async def show_branch(hub: Hub, request: Request) -> Response:
    name, api = request.path_params["branch"], api_of(request)
    head = hub.repository.branches.get(name)
    if head is None:
        raise not_found("Branch not found")
    own = f"{api}repos/{hub.full_name}/branches/{name}"
    whole = {
        **shapes.branch(hub, api, name, head),
        "commit": shapes.commit(hub, api, hub.repository.commit(head)),
        "_links": {"self": own, "html": f"{hub.html_url}/tree/{name}"},
        "protection": {"enabled": False},
        "protection_url": f"{own}/protection",
    }
    return JSONResponse(whole)


async def list_commits(hub: Hub, request: Request) -> Response:
    """`sha`, `path`, `since`, `until`, `author`; newest first."""
    query = request.query_params
    try:
        found = hub.repository.commits(query.get("sha") or "main")
    except LookupError:
        raise not_found() from None
    since, until = moment(request, "since"), moment(request, "until")
    found = [
        one
        for one in found
        if (since is None or one.at >= since)
        and (until is None or one.at <= until)
        and query.get("author", one.email) in {one.email, one.author}
        and ("path" not in query or touches(hub, one, query["path"].strip("/")))
    ]
    return paged(request, [shapes.commit(hub, api_of(request), one) for one in found])


def touches(hub: Hub, one: Commit, path: str) -> bool:
    changes = hub.repository.changes(shapes.first_parent(one), one.id)
    return any(c.path == path or c.path.startswith(f"{path}/") or not path for c in changes)


def moment(request: Request, name: str) -> datetime | None:
    """ISO 8601 with its offset; the answer to any other is unknown, 422 the likely one."""
    said = request.query_params.get(name)
    if not said:
        return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise refused(422, f"Invalid {name}: {said}")
    return at


async def show_commit(hub: Hub, request: Request) -> Response:
    one = commit_of(hub, request.path_params["ref"])
    media = request.headers.get("accept", "")
    if ".diff" in media or ".patch" in media:
        changes = hub.repository.changes(shapes.first_parent(one), one.id)
        text = as_diff(changes) if ".diff" in media else as_patch(one, changes)
        return Response(text, media_type=wire_type(media))
    return JSONResponse(shapes.with_files(hub, api_of(request), one))


def commit_of(hub: Hub, ref: str) -> Commit:
    try:
        return hub.repository.commit(ref)
    except LookupError:
        raise refused(422, f"No commit found for SHA: {ref}") from None


async def compare(hub: Hub, request: Request) -> Response:
    """Three dots: what head has changed since it left base."""
    base_ref, dots, head_ref = request.path_params["basehead"].partition("...")
    if not dots:
        raise not_found()
    try:
        ours = hub.repository.commits(base_ref.rpartition(":")[2])
        theirs = hub.repository.commits(head_ref.rpartition(":")[2])
    except LookupError:
        raise not_found() from None
    ahead, behind, fork = apart(ours, theirs)
    if fork is None:
        raise not_found(f"No common ancestor between {base_ref} and {head_ref}.")
    media = request.headers.get("accept", "")
    if ".diff" in media or ".patch" in media:
        return Response(_text(hub, fork, ahead, media), media_type=wire_type(media))
    return JSONResponse(_comparison(hub, request, (ours[0], fork, theirs[0]), ahead, behind))


def apart(
    ours: list[Commit], theirs: list[Commit]
) -> tuple[list[Commit], list[Commit], Commit | None]:
    """What only they have, oldest first; what only we have; where the ways part."""
    mine, its = {one.id for one in ours}, {one.id for one in theirs}
    ahead = [one for one in reversed(theirs) if one.id not in mine]
    behind = [one for one in reversed(ours) if one.id not in its]
    return ahead, behind, next((one for one in theirs if one.id in mine), None)


def _comparison(
    hub: Hub,
    request: Request,
    ends: tuple[Commit, Commit, Commit],
    ahead: list[Commit],
    behind: list[Commit],
) -> dict[str, object]:
    base, fork, head = ends
    api, pair = api_of(request), request.path_params["basehead"]
    html = f"{hub.html_url}/compare/{pair}"
    fixed = f"{hub.owner}:{base.id[:7]}...{hub.owner}:{head.id[:7]}"
    changes = hub.repository.changes(fork.id, head.id)
    page, size = window(request)
    paged_out = {"page", "per_page"} & set(request.query_params)
    shown = ahead[(page - 1) * size : page * size] if paged_out else ahead[:MOST_COMMITS]
    return {
        "url": f"{api}repos/{hub.full_name}/compare/{pair}",
        "html_url": html,
        "permalink_url": f"{hub.html_url}/compare/{fixed}",
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": shapes.commit(hub, api, base),
        "merge_base_commit": shapes.commit(hub, api, fork),
        "status": STATUSES[bool(ahead), bool(behind)],
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [shapes.commit(hub, api, one) for one in shown],
        # All files are on the first page (GitHub REST documentation, "Compare two commits").
        "files": shapes.changed(hub, api, fork.id, head.id, changes) if page == 1 else [],
    }


STATUSES = {
    (False, False): "identical",
    (True, False): "ahead",
    (False, True): "behind",
    (True, True): "diverged",
}


def _text(hub: Hub, fork: Commit, ahead: list[Commit], media: str) -> str:
    if ".diff" in media:
        return as_diff(hub.repository.changes(fork.id, ahead[-1].id)) if ahead else ""
    return "".join(
        as_patch(one, hub.repository.changes(shapes.first_parent(one), one.id)) for one in ahead
    )


def wire_type(media: str) -> str:
    kind = "diff" if ".diff" in media else "patch"
    return f"application/vnd.github.{kind}; charset=utf-8"
