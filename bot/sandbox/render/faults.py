"""Armed faults: the next requests that must go wrong, and how."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import Receive

from bot.sandbox.connection import gone
from bot.sandbox.render.twist import Twist, truncated, twist, twisted

KINDS = ("error", "hang", "drop_before", "drop_after", "slow", "truncate", "twist")


@dataclass(eq=False)
class Fault:
    """`method` and `path` are looked for in the request's (None = any); `seconds` are real ones.

    A `hang` without `seconds` lasts until the client goes or the faults are cleared.
    `drop_after` does what was asked and cuts the connection instead of answering; `truncate` and
    `twist` do it, too, and spoil the answer.
    """

    kind: str
    method: str | None = None
    path: str | None = None
    status: int = 500
    body: object = None
    seconds: float | None = None
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    change: Twist | None = None

    def hits(self, method: str, path: str) -> bool:
        named = self.method is None or self.method.upper() in method
        return self.times > 0 and named and (self.path is None or self.path in path)

    @property
    def spoils(self) -> bool:
        return self.kind in ("truncate", "twist")

    def spoil(self, body: bytes) -> bytes:
        return truncated(body) if self.change is None else twisted(body, self.change)


class Faults:
    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._cleared = asyncio.Event()

    def arm(
        self,
        kind: str,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int = 500,
        body: object = None,
        seconds: float | None = None,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        change: Twist | Mapping[str, object] | None = None,
    ) -> None:
        """`body` may be JSON data or plain text, such as a gateway's page.

        `change` belongs to `twist`: a function of the answer's JSON, or paths into it with the
        values to be found there (see `twist`).
        """
        if kind not in KINDS or (kind == "twist") != (change is not None):
            raise ValueError(f"A fault is one of {', '.join(KINDS)}; a twist needs its change.")
        made = twist(change) if isinstance(change, Mapping) else change
        self._armed.append(
            Fault(kind, method, path, status, body, seconds, times, headers or {}, made)
        )

    def clear(self) -> None:
        """Disarm all, and let go of the requests that hang."""
        self._armed.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    def take(self, method: str, path: str) -> Fault | None:
        fault = next((one for one in self._armed if one.hits(method, path)), None)
        if fault is not None:
            fault.times -= 1
            self._armed = [one for one in self._armed if one.times > 0]
        return fault

    async def hold(self, fault: Fault, receive: Receive) -> None:
        """Answer nothing until the time is over, the faults are cleared or the client is gone."""
        cleared = asyncio.create_task(self._cleared.wait())
        left = asyncio.create_task(gone(receive))
        try:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait({cleared, left}, timeout=fault.seconds, return_when=first)
        finally:
            cleared.cancel()
            left.cancel()
