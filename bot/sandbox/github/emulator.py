"""GitHub as the conductor and tests hold it, and the routes that its clients call."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox import cast
from bot.sandbox.faults import Call, Endpoint, Faults, Gate
from bot.sandbox.github import contents, issues, mishaps, reading
from bot.sandbox.github.answers import answer, api_of, not_found, refused, tagged
from bot.sandbox.github.hub import Hub, user
from bot.sandbox.github.limits import Limits
from bot.sandbox.github.tracker import Issue
from bot.sandbox.pace import Pace
from bot.sandbox.repository import Repository

NOT_SAID = (
    *("company", "blog", "location", "email", "hireable", "bio"),
    *("twitter_username", "notification_email"),
)
OWNER, _, NAME = cast.REPOSITORY.partition("/")
VERSIONS = ("2022-11-28", "2026-03-10")  # of GitHub's OpenAPI descriptions
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
UNCOUNTED = "/rate_limit"

Serve = Callable[[Hub, Request], Awaitable[Response]]

REPO = "/repos/{owner}/{name}"
CALLS: list[tuple[str, str, Serve]] = [
    ("GET", "", reading.show_repository),
    ("GET", "/branches", reading.list_branches),
    ("GET", "/branches/{branch:path}", reading.show_branch),
    ("GET", "/commits", reading.list_commits),
    ("GET", "/commits/{ref:path}", reading.show_commit),
    ("GET", "/compare/{basehead:path}", reading.compare),
    ("GET", "/contents/{path:path}", contents.read),
    ("GET", "/contents", contents.read),
    ("PUT", "/contents/{path:path}", contents.write),
    ("GET", "/issues", issues.list_issues),
    ("POST", "/issues", issues.create_issue),
    ("GET", "/issues/{number:int}", issues.show_issue),
    ("PATCH", "/issues/{number:int}", issues.change_issue),
    ("GET", "/issues/{number:int}/comments", issues.list_comments),
    ("POST", "/issues/{number:int}/comments", issues.add_comment),
]


class GitHub:
    """Mount `routes` at `/github`. `pushed` is told the branch that a call has written to."""

    def __init__(
        self,
        pace: Pace,
        repository: Repository,
        token: str,
        *,
        owner: str = OWNER,
        name: str = NAME,
        pushed: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.hub, self.token = Hub(repository, owner, name, pushed), token
        self.limits = Limits(pace, clock)
        self.faults = Faults(pace)
        self.faults.learn(mishaps.known(self.faults))
        self._gate = Gate(self.faults, self._dress)

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            *(self._route(method, REPO + path, serve) for method, path, serve in CALLS),
            self._route("GET", "/user", _show_user),
            self._route("GET", UNCOUNTED, self._show_limits),
            Route("/{rest:path}", self._gate(self._guarded(_nothing)), methods=METHODS),
        ]

    @property
    def journal(self) -> list[Call]:
        return self._gate.journal

    @property
    def issues(self) -> list[Issue]:
        return list(self.hub.issues.values())

    def arm(self, name: str, *, times: int | None = 1, where: str = "", **how: Any) -> None:  # noqa: ANN401 - each fault has its own particulars
        self.faults.arm(name, times=times, where=where, **how)

    def switch(self, name: str, *, on: bool, **how: Any) -> None:  # noqa: ANN401 - as above
        self.faults.switch(name, on=on, **how)

    def close(self) -> None:
        self.faults.clear()

    # What every call passes.

    def _route(self, method: str, path: str, serve: Serve) -> Route:
        return Route(path, self._gate(self._guarded(serve)), methods=[method])

    def _guarded(self, serve: Serve) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            self._admit(request)
            self._count(request)
            response = tagged(request, await serve(self.hub, request))
            if response.status_code == 304 and request.state.login:  # noqa: PLR2004 - Not Modified
                self.limits.give_back(known=True)
            return response

        return endpoint

    def _admit(self, request: Request) -> None:
        """A wrong token is refused even where none is needed; writing needs one."""
        request.state.login = None
        if not request.headers.get("user-agent"):
            raise refused(403, "Request forbidden by administrative rules: no User-Agent header.")
        version = request.headers.get("x-github-api-version")
        if version not in (None, *VERSIONS):
            raise refused(400, f"The API version {version} is not supported.")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme:
            known = secrets.compare_digest(token.encode(), self.token.encode())
            if scheme.lower() not in {"bearer", "token"} or not known:
                raise refused(401, "Bad credentials")
            request.state.login = self.hub.owner
        elif request.method != "GET":
            raise refused(401, "Requires authentication")
        wanted = request.path_params.get("owner"), request.path_params.get("name")
        if wanted not in {(None, None), (self.hub.owner, self.hub.name)}:
            raise not_found()

    def _count(self, request: Request) -> None:
        if request.state.call.path == UNCOUNTED:
            return
        if not self.limits.take(known=bool(request.state.login)):
            whose = "user ID 1" if request.state.login else "127.0.0.1"
            raise refused(403, f"API rate limit exceeded for {whose}.")

    def _dress(self, request: Request, response: Response) -> None:
        known = bool(getattr(request.state, "login", None))
        number = f"request {request.state.call.n}"
        digest = hashlib.sha256(number.encode()).hexdigest().upper()
        response.headers.update(self.limits.window(known=known).headers())
        response.headers["X-GitHub-Request-Id"] = f"{digest[:4]}:{digest[4:10]}:{digest[10:16]}"
        response.headers["X-GitHub-Media-Type"] = "github.v3; format=json"
        version = request.headers.get("x-github-api-version") or VERSIONS[0]
        response.headers["X-GitHub-Api-Version-Selected"] = version

    async def _show_limits(self, _hub: Hub, request: Request) -> Response:
        core = self.limits.window(known=bool(request.state.login)).shown()
        return JSONResponse({"resources": {"core": core}, "rate": core})


async def _show_user(hub: Hub, request: Request) -> Response:
    if request.state.login is None:
        return answer(401, "Requires authentication")
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    since = {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    nothing = dict.fromkeys(NOT_SAID, None)
    me = {"name": "Uma", **nothing, **counts, **since}
    return JSONResponse({**user(api_of(request), hub.owner), **me})


async def _nothing(_hub: Hub, _request: Request) -> Response:
    return answer(404, "Not Found")
