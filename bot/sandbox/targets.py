"""Small sites beside the service: they answer, until a storm takes all of them at once."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

MOST = 50


class Targets:
    """`/targets/1` … : 200, or 500 in a storm; 404 beyond `count`."""

    def __init__(self, count: int) -> None:
        if not 0 <= count <= MOST:
            raise ValueError(f"The practice world has at most {MOST} targets.")
        self.count = count
        self.storm = False

    @property
    def routes(self) -> list[BaseRoute]:
        return [Route("/targets/{n:int}", self._answer)]

    async def _answer(self, request: Request) -> Response:
        if not 1 <= request.path_params["n"] <= self.count:
            return PlainTextResponse("Not Found", 404)
        if self.storm:
            return PlainTextResponse("Internal Server Error", 500)
        return PlainTextResponse("well")
