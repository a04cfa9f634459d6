"""Files: read one or list a folder at any ref, and write one as a commit.

Shapes: octokit/fixtures ("get-content", "create-file"). What a wrong or missing `sha` leads to was
measured by pome-sh/digital-twins (pull request 400): branch first, then `sha`.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.github import shapes
from bot.sandbox.github.answers import Json, api_of, not_found, not_supplied, refused, sent
from bot.sandbox.github.hub import Hub, blob_id

LARGEST = 1024 * 1024  # bytes; larger files come without content (GitHub REST documentation)
LINE = 60  # base64 characters in a line, as GitHub breaks them
RAW = "https://raw.githubusercontent.com"


async def read(hub: Hub, request: Request) -> Response:
    path, ref = (
        request.path_params.get("path", "").strip("/"),
        request.query_params.get("ref") or "main",
    )
    try:
        files = hub.repository.files(ref)
    except LookupError:
        raise not_found(f"No commit found for the ref {ref}") from None
    if path in files:
        return _file(hub, request, path, files[path], ref)
    rows = _folder(hub, request, path, files, ref)
    if not rows:
        raise not_found()
    return JSONResponse(rows)


def _file(hub: Hub, request: Request, path: str, data: bytes, ref: str) -> Response:
    if ".raw" in request.headers.get("accept", ""):
        return Response(data, media_type="application/vnd.github.raw; charset=utf-8")
    entry = _entry(hub, request, (path, ref), data)
    small = len(data) <= LARGEST
    content = {"content": _lines(data) if small else "", "encoding": "base64" if small else "none"}
    return JSONResponse({**entry, **content})


def _lines(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return "".join(f"{text[at : at + LINE]}\n" for at in range(0, len(text), LINE))


def _folder(hub: Hub, request: Request, path: str, files: dict[str, bytes], ref: str) -> list[Json]:
    """By name; nothing when there is no such folder."""
    start = f"{path}/" if path else ""
    names = {name.removeprefix(start).split("/")[0] for name in files if name.startswith(start)}
    return [
        _entry(hub, request, (start + name, ref), files.get(start + name)) for name in sorted(names)
    ]


def _entry(hub: Hub, request: Request, where: tuple[str, str], data: bytes | None) -> Json:
    """`where` is path and ref. A folder (None) has a made-up id: nobody can ask for a tree here."""
    path, ref = where
    kind, size = ("dir", 0) if data is None else ("file", len(data))
    id = blob_id(path.encode() if data is None else data)
    repository = f"{api_of(request)}repos/{hub.full_name}"
    url = f"{repository}/contents/{path}?ref={ref}"
    git = f"{repository}/git/{'blobs' if kind == 'file' else 'trees'}/{id}"
    html = f"{hub.html_url}/{'blob' if kind == 'file' else 'tree'}/{ref}/{path}"
    return {
        "type": kind,
        "size": size,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": id,
        "url": url,
        "git_url": git,
        "html_url": html,
        "download_url": f"{RAW}/{hub.full_name}/{ref}/{path}" if kind == "file" else None,
        "_links": {"self": url, "git": git, "html": html},
    }


async def write(hub: Hub, request: Request) -> Response:
    """201 for a new file, 200 for a changed one; the commit's author may be given."""
    path, wish = request.path_params["path"].strip("/"), sent(request)
    for name in ("message", "content"):
        if not isinstance(wish.get(name), str):
            raise not_supplied(name)
    data, branch = _decoded(wish["content"]), wish.get("branch") or "main"
    if branch not in hub.repository.branches:
        raise not_found(f"Branch {branch} not found")
    old = hub.repository.files(branch).get(path)
    _check_sha(path, old, wish.get("sha"))
    made = hub.repository.add(
        {path: data}, wish["message"], at=hub.now(), branch=branch, **_author(hub, wish)
    )
    hub.pushed(branch)
    repository = f"{api_of(request)}repos/{hub.full_name}"
    written = {
        "content": _entry(hub, request, (path, branch), data),
        "commit": {
            "sha": made.id,
            "html_url": f"{hub.html_url}/commit/{made.id}",
            "parents": [
                {"sha": id, "url": f"{repository}/git/commits/{id}"} for id in made.parents
            ],
            **shapes.git_commit(hub, repository, made),
        },
    }
    return JSONResponse(written, 201 if old is None else 200)


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except binascii.Error:
        raise refused(422, "content is not valid Base64") from None


def _check_sha(path: str, old: bytes | None, sha: Any) -> None:  # noqa: ANN401 - whatever was sent
    if old is None:
        return
    if not sha:
        raise not_supplied("sha")
    if sha != blob_id(old):
        raise refused(409, f"{path} does not match {sha}")


def _author(hub: Hub, wish: Json) -> dict[str, str]:
    given = wish.get("author") or wish.get("committer") or {}
    email = f"{hub.owner}@users.noreply.github.com"
    return {"author": given.get("name", hub.owner), "email": given.get("email", email)}
