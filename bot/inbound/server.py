"""The doors that are open to others. A door whose secret is not set does not exist."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.flows.engine import Bell
from bot.inbound.alerts import Alerts, Report
from bot.inbound.border import SHORTEST_SECRET, Answer, require, same
from bot.inbound.health import Health, Healthz
from bot.inbound.listener import Listener, bound
from bot.inbound.metrics import Metrics
from bot.inbound.pings import Named, Pings
from bot.inbound.render_hooks import LookNow, RenderHooks
from bot.ports import Stale, Unavailable, World

if TYPE_CHECKING:
    from starlette.types import ExceptionHandler

log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000  # of a body
BEARER = "bearer "


class Inbound:
    """One server for all of it.

    `pings`: which check each token speaks for; without any there are no pings. `render_secret`
    (whsec_…) opens /hooks/render and needs `look_now`; `alert_token` opens /alerts and needs
    `report`; `metrics_token` closes /metrics to those who do not have it. Raises ValueError, with a
    sentence for people, when a secret is too weak.
    """

    def __init__(
        self,
        world: World,
        bell: Bell,
        port: int,
        *,
        health: Callable[[], Health],
        host: str = "0.0.0.0",  # noqa: S104 - hosts send what comes from outside to this address
        pings: Mapping[str, Named] | None = None,
        render_secret: str = "",
        look_now: LookNow | None = None,
        alert_token: str = "",
        report: Report | None = None,
        metrics_token: str = "",
    ) -> None:
        for name, token in {"alert token": alert_token, "metrics token": metrics_token}.items():
            if token:
                require(f"the {name}", token, least=SHORTEST_SECRET)
        self.host, self.port = host, port  # 0 becomes the real one
        self.ready = asyncio.Event()
        self._alert_token, self._metrics_token = alert_token, metrics_token
        self._healthz, self._metrics = Healthz(world.store, health), Metrics(world, health)
        self._pings = Pings(world.store, pings, world.now) if pings else None
        self._hooks: RenderHooks | None = None
        self._alerts: Alerts | None = None
        if render_secret and look_now:
            self._hooks = RenderHooks(world.store, render_secret, look_now, bell)
        if alert_token and report:
            services = list(dict.fromkeys(check.service for check in world.checks))
            self._alerts = Alerts(world.store, services, report, bell=bell, now=world.now)

    def app(self) -> Starlette:
        handlers: Mapping[type[Exception], ExceptionHandler] = {
            Unavailable: _later,
            Stale: _later,
            ClientDisconnect: _gone,
        }
        app = Starlette(routes=self._routes(), exception_handlers=handlers)
        app.router.redirect_slashes = False
        return app

    async def serve(self, stop: asyncio.Event) -> None:
        """Answer until `stop` is set, and then for a second more. Raises Unavailable: no port."""
        taken = bound(self.host, self.port)
        self.port = taken.getsockname()[1]
        log.info("inbound.listens", extra={"host": self.host, "port": self.port})
        listener = Listener(self.app(), stop, self.ready)
        try:
            await listener.serve(sockets=[taken])
        finally:
            for server in getattr(listener, "servers", ()):  # it has none before it has begun
                server.close()
            taken.close()
            if self._hooks:
                await self._hooks.close()

    def _routes(self) -> list[Route]:
        routes = [Route("/healthz", self._health), Route("/metrics", self._figures)]
        if self._pings:
            methods = ["GET", "HEAD", "POST"]
            routes.append(Route("/ping/{token}", self._ping, methods=methods))
            routes.append(Route("/ping/{token}/{outcome}", self._ping, methods=methods))
        if self._hooks:
            routes.append(Route("/hooks/render", self._hook, methods=["POST"]))
        if self._alerts:
            routes.append(Route("/alerts", self._alert, methods=["POST"]))
            routes.append(Route("/alerts/{token}", self._alert, methods=["POST"]))
        return routes

    async def _health(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        return _response(await self._healthz.answer())

    async def _figures(self, request: Request) -> Response:
        if self._metrics_token and not same(self._metrics_token, _bearer(request)):
            raise HTTPException(403)
        return Response(await self._metrics.page(), media_type=self._metrics.kind)

    async def _ping(self, request: Request) -> Response:
        token, outcome = request.path_params["token"], request.path_params.get("outcome", "")
        if self._pings is None or not self._pings.knows(token):
            raise HTTPException(404)
        body, _ = await _read(request)  # a long one is no reason to lose the sign of life
        return _response(await self._pings.take(token, outcome, body))

    async def _hook(self, request: Request) -> Response:
        if self._hooks is None:
            raise HTTPException(404)
        return _response(await self._hooks.take(request.headers, await _whole(request)))

    async def _alert(self, request: Request) -> Response:
        in_path = request.path_params.get("token")
        if self._alerts is None or not same(self._alert_token, in_path or _bearer(request)):
            raise HTTPException(403 if in_path is None else 404)
        return _response(await self._alerts.take(await _whole(request)))


async def _whole(request: Request) -> bytes:
    body, whole = await _read(request)
    if not whole:
        raise HTTPException(413)
    return body


async def _read(request: Request) -> tuple[bytes, bool]:
    """Return the body up to the cap, and whether that is all of it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return bytes(body[:MOST_BYTES]), False
    return bytes(body), True


def _bearer(request: Request) -> str:
    said = request.headers.get("authorization", "")
    return said[len(BEARER) :].strip() if said.lower().startswith(BEARER) else ""


def _response(answer: Answer) -> Response:
    return Response(answer.text, answer.status, media_type=answer.kind)


async def _later(request: Request, gone: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    """Ask whoever sent it to send it again."""
    log.warning("inbound.later", extra={"why": str(gone)})
    return PlainTextResponse("not now: try again\n", 503, headers={"Retry-After": "10"})


async def _gone(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    return PlainTextResponse("", 400)  # nobody reads it
