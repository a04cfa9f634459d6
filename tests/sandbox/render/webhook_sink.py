"""A place that webhooks are delivered to: it keeps what came and answers as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulated_render import served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Sink:
    """`statuses` are given one after the other; the last one stays."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [200])
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.came.append((dict(request.headers), await request.body()))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return Response("thanks", status)

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.came]


async def open_sink():
    """To be used as the body of a fixture."""
    sink = Sink()
    app = Starlette(routes=[Route("/hook", sink.take, methods=["POST"])])
    async with served(app) as port:
        sink.url = f"http://127.0.0.1:{port}/hook"
        yield sink
