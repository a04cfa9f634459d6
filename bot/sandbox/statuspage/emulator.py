"""All status pages as the conductor and tests hold them, and the routes of their feeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.faults import Call, Endpoint, Faults, Gate, Spoil, answering
from bot.sandbox.pace import Pace
from bot.sandbox.statuspage import shapes
from bot.sandbox.statuspage.page import Page
from bot.sandbox.statuspage.vendors import VENDORS, Vendor

FEEDS: dict[str, Callable[[Page], shapes.Json]] = {
    "summary": shapes.summary,
    "status": shapes.status,
    "components": shapes.components,
    "incidents": shapes.incidents,
    "incidents/unresolved": shapes.unresolved,
    "scheduled-maintenances": shapes.maintenances,
    "scheduled-maintenances/upcoming": shapes.upcoming,
    "scheduled-maintenances/active": shapes.active,
}
CHALLENGE = "<html><head><title>Just a moment...</title></head><body>Checking.</body></html>"


class StatusPages:
    """Mount `routes` at `/status`; a page is `pages["anthropic"]`."""

    def __init__(
        self,
        pace: Pace,
        vendors: Sequence[Vendor] = VENDORS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._pages = {vendor.key: Page(vendor, now) for vendor in vendors}
        self.faults = Faults(pace)
        self.faults.learn(self._mishaps())
        self._gate = Gate(self.faults)

    def __getitem__(self, key: str) -> Page:
        return self._pages[key]

    @property
    def routes(self) -> list[BaseRoute]:
        endpoint = self._gate(self._show)
        return [
            Route("/{vendor}/api/v2/{feed:path}.json", endpoint, methods=["GET"]),
            Route("/{rest:path}", self._gate(_nothing), methods=["GET"]),
        ]

    @property
    def journal(self) -> list[Call]:
        return self._gate.journal

    def arm(
        self,
        name: str,
        *,
        vendor: str = "",
        times: int | None = 1,
        **how: Any,  # noqa: ANN401 - each fault has its own particulars
    ) -> None:
        """Spoil what is asked of one vendor, or of all."""
        self.faults.arm(name, times=times, where=f"/{vendor}", **how)

    def close(self) -> None:
        self.faults.clear()

    async def _show(self, request: Request) -> Response:
        page, feed = self._asked(request), FEEDS.get(request.path_params["feed"])
        if page is None or feed is None:
            return await _nothing(request)
        return JSONResponse(feed(page), headers={"Cache-Control": "max-age=0, private"})

    def _asked(self, request: Request) -> Page | None:
        return self._pages.get(request.path_params["vendor"])

    def _mishaps(self) -> dict[str, Callable[..., Spoil]]:
        """`stale` shows the page as it is when the fault is armed; `challenge` was seen in 2026."""
        return {
            "stale": self._stale,
            "garbage": partial(_saying, '{"page":{"id":"tymt9', "application/json"),
            "html": partial(_saying, CHALLENGE, "text/html"),
            "wrong_shape": partial(_saying, '{"status":"ok"}', "application/json"),
            "challenge": lambda: answering(lambda _: HTMLResponse(CHALLENGE, 405)),
            "down": lambda status=503: answering(lambda _: Response("Unavailable", status)),
            "moved": lambda: answering(_moved),
        }

    def _stale(self) -> Spoil:
        then = {key: _frozen(page) for key, page in self._pages.items()}

        async def spoil(request: Request, endpoint: Endpoint) -> Response:
            told = then.get(request.path_params.get("vendor", ""), {})
            feed = told.get(request.path_params.get("feed", ""))
            return await endpoint(request) if feed is None else JSONResponse(feed)

        return spoil


def _frozen(page: Page) -> dict[str, shapes.Json]:
    return {name: feed(page) for name, feed in FEEDS.items()}


def _saying(text: str, media_type: str) -> Spoil:
    return answering(lambda _: Response(text, media_type=media_type))


def _moved(request: Request) -> Response:
    """Redirect, as status.anthropic.com does; here to the same place, where the next call lands."""
    return Response(status_code=302, headers={"Location": str(request.url)})


async def _nothing(_: Request) -> Response:
    return HTMLResponse("<html><title>Page not found</title></html>", 404)
