"""The platform's edge: the public address of the service, whichever process is behind it."""

from __future__ import annotations

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.render import Service

PATIENCE = 5.0  # real seconds


def routes(service: Service, client: httpx.AsyncClient) -> list[BaseRoute]:
    async def forward(request: Request) -> Response:
        """Pass a GET on; 502 when no process answers (facts: Render's edge does the same)."""
        if service.port is None:
            return Response("Bad Gateway", 502)
        path = request.path_params["path"]
        try:
            answer = await client.get(f"http://127.0.0.1:{service.port}/{path}", timeout=PATIENCE)
        except httpx.TransportError:
            return Response("Bad Gateway", 502)
        return Response(answer.content, answer.status_code)

    return [Route(f"/edge/{service.name}/{{path:path}}", forward)]
