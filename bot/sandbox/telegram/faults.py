"""Armed faults: the next calls of a method that must go wrong, and how."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

KINDS = ("error", "hang", "drop_before", "drop_after", "slow")


@dataclass
class Fault:
    """`method` None means any; `seconds` are real ones; `bot_id` None means every bot."""

    kind: str
    method: str | None = None
    status: int = 500
    body: Any = None
    seconds: float | None = None
    times: int = 1
    bot_id: int | None = None
    cleared: asyncio.Event = field(default_factory=asyncio.Event)

    def hits(self, method: str, bot_id: int | None) -> bool:
        named = self.method is None or self.method.lower() == method.lower()
        return self.times > 0 and named and self.bot_id in (None, bot_id)

    def answer(self) -> Any:  # noqa: ANN401 - any JSON, or text such as an HTML page
        if self.body is not None:
            return self.body
        return {
            "ok": False,
            "error_code": self.status,
            "description": HTTPStatus(self.status).phrase,
        }


class Faults:
    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise ValueError(f"A fault is one of {', '.join(KINDS)}.")
        HTTPStatus(fault.status)  # says what is wrong with a status that does not exist
        fault.cleared = asyncio.Event()
        self._armed.append(fault)

    def clear(self) -> None:
        """Disarm all, and let go of the calls that hang."""
        for fault in self._armed:
            fault.cleared.set()
        self._armed.clear()

    def take(self, method: str, bot_id: int | None) -> Fault | None:
        for fault in self._armed:
            if fault.hits(method, bot_id):
                fault.times -= 1
                return fault
        return None

    async def hold(self, fault: Fault) -> None:
        """Hang until the fault's seconds are over or the faults are cleared."""
        try:
            await asyncio.wait_for(fault.cleared.wait(), fault.seconds)
        except TimeoutError:
            return
