"""Whether this process does its work: asked by whoever may restart it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.inbound.border import Answer, in_json
from bot.ports import Store, Unavailable

STALE = 60.0  # seconds: the canary stamps every 5, the engine's pulse turns every 10
STORE_WITHIN = 2.0  # seconds
BELIEVED = 1.0  # seconds that an answer of the store is passed on before it is asked again
PROBE = "healthz"  # the name of a memo that nobody writes: reading it costs one row


@dataclass(frozen=True)
class Health:
    """What the running process knows of itself. Ages are seconds.

    `inbox_age`: since Telegram last answered, None before the first time; shown as a figure and
    never a reason to restart. `looks`: taken by all checks since the start.
    """

    ticks_age: float
    engine_age: float
    inbox_age: float | None = None
    looks: int = 0

    @property
    def wrong(self) -> tuple[str, ...]:
        said = (("the scheduler", self.ticks_age), ("the engine", self.engine_age))
        return tuple(f"{name} has not turned for {age:.0f} s" for name, age in said if age > STALE)


class Healthz:
    """Depends on nothing outside but the store: not on Telegram, not on what is watched."""

    def __init__(
        self,
        store: Store,
        health: Callable[[], Health],
        monotonic: Callable[[], float] = time.monotonic,
        *,
        store_within: float = STORE_WITHIN,
    ) -> None:
        self._store, self._health, self._monotonic = store, health, monotonic
        self._store_within = store_within
        self._asking: asyncio.Task[str] | None = None
        self._said, self._said_at = "", -BELIEVED

    async def answer(self) -> Answer:
        health = self._health()
        gone = await self._store_gone()
        ages = {"ticks_age": round(health.ticks_age, 1), "engine_age": round(health.engine_age, 1)}
        wrong = [*health.wrong, *([gone] if gone else [])]
        if wrong:
            return in_json(503, {"ok": False, "wrong": wrong, **ages})
        return in_json(200, {"ok": True, **ages})

    async def _store_gone(self) -> str:
        """Return what is wrong with the store, or "".

        One question at a time: a store that hangs must not gather a queue of them.
        """
        if self._monotonic() - self._said_at < BELIEVED:
            return self._said
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="healthz")
        done, _ = await asyncio.wait((self._asking,), timeout=self._store_within)
        if not done:
            return f"the store has not answered for {self._store_within:g} s"
        self._asking = None
        self._said, self._said_at = done.pop().result(), self._monotonic()
        return self._said

    async def _ask(self) -> str:
        try:
            await self._store.memo(PROBE)
        except Unavailable:
            return "the store does not answer"  # why is in the log: this page is public
        return ""
