"""A bot's queue of updates: offsets, confirmation, expiry, and the long poll with its conflicts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.pace import Pace
from bot.sandbox.telegram.errors import Json, Refusal, conflict

MESSAGE_LIFE, TAP_LIFE = 24 * 3600, 150  # world seconds
LONGEST_POLL = 50  # real seconds
KINDS = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "poll",
    "poll_answer",
    "chat_join_request",
    "chat_member",
    "message_reaction",
    "message_reaction_count",
)
DEFAULT_KINDS = KINDS[:-3]
OTHER_POLL = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


@dataclass(frozen=True)
class Update:
    id: int
    kind: str
    payload: Json
    expires: float

    def body(self) -> Json:
        return {"update_id": self.id, self.kind: self.payload}

    @property
    def lane(self) -> tuple[str, int]:
        """What a webhook gets strictly one after the other: a chat's updates, a person's taps."""
        if self.kind == "callback_query":
            return "taps", int(self.payload["from"]["id"])
        return "chat", int(self.payload["chat"]["id"])


class Updates:
    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self._pace = pace
        self._clock = clock
        self._queue: list[Update] = []
        self._next_id = random.randrange(100_000_000, 900_000_000)
        self._allowed: tuple[str, ...] | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._last: tuple[int, float, float] | None = None  # offset, start, end of the last call
        self._quiet_until = 0.0  # conflicts before this are told late
        self._closed = False
        self.arrived = asyncio.Event()  # for a webhook's delivery, which clears it

    # What fills the queue.

    def push(self, kind: str, payload: Json) -> None:
        if kind not in (self._allowed or DEFAULT_KINDS):
            return
        life = TAP_LIFE if kind == "callback_query" else MESSAGE_LIFE
        since = float(payload.get("date", self._clock()))
        self._queue.append(Update(self._next_id, kind, payload, since + self._pace.real(life)))
        self._next_id += 1
        self.arrived.set()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def allow(self, kinds: list[str] | None) -> None:
        """Remember the wanted kinds: None keeps the previous list, an empty one resets it."""
        if kinds is not None:
            self._allowed = tuple(kind for kind in kinds if kind in KINDS) or None

    @property
    def allowed(self) -> tuple[str, ...] | None:
        return self._allowed

    @property
    def pending(self) -> int:
        self._expire()
        return len(self._queue)

    def drop(self) -> None:
        self._queue.clear()

    def heads(self) -> list[Update]:
        """Return the oldest update of every lane: what may be delivered now."""
        self._expire()
        lanes: dict[tuple[str, int], Update] = {}
        for update in self._queue:
            lanes.setdefault(update.lane, update)
        return list(lanes.values())

    def forget(self, update_id: int) -> None:
        self._queue = [update for update in self._queue if update.id != update_id]

    # What empties it.

    async def fetch(self, offset: int, limit: int, timeout: float) -> list[Json]:  # noqa: ASYNC109 - the API's word
        started = self._clock()
        limit, wait = self._throttled(offset, limit, min(max(timeout, 0), LONGEST_POLL), started)
        self._confirm(offset)
        batch = self._batch(offset, limit)
        if not batch and wait > 0 and not self._closed:
            await self._wait(wait)
            batch = self._batch(offset, limit)
        self._last = (offset, started, self._clock())
        return batch

    async def _wait(self, seconds: float) -> None:
        self.abort(OTHER_POLL)
        self._waiting = mine = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(mine, seconds)
        except TimeoutError:
            return
        except Refusal:
            await self._tell_late()
            raise
        finally:
            if self._waiting is mine:
                self._waiting = None

    def abort(self, why: str) -> None:
        """End the long poll that waits, if one does, with a conflict."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(conflict(why))

    async def refuse(self, why: str) -> None:
        await self._tell_late()
        raise conflict(why)

    def close(self) -> None:
        self._closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def _tell_late(self) -> None:
        """The first conflict is told at once; the next within three seconds, three late."""
        now = self._clock()
        if now >= self._quiet_until:
            self._quiet_until = now + self._pace.real(3)
        else:
            await asyncio.sleep(self._pace.real(3))

    def _throttled(self, offset: int, limit: int, wait: float, now: float) -> tuple[int, float]:
        """Slow down a bot that asks for the same offset again and again, as the server does."""
        limit = limit if 1 <= limit <= 100 else 100  # noqa: PLR2004 - the documented range
        if self._last is None or self._last[0] != offset:
            return limit, wait
        if now < self._last[2] + self._pace.real(0.5):
            limit = 1
        if now < self._last[1] + self._pace.real(3):
            wait = max(wait, self._pace.real(3))
        return limit, wait

    def _confirm(self, offset: int) -> None:
        self._expire()
        if offset > 0 and not self._far(offset):
            self._queue = [update for update in self._queue if update.id >= offset]
        if offset < 0:
            self._queue = self._queue[offset:]

    def _batch(self, offset: int, limit: int) -> list[Json]:
        self._expire()
        start = offset if offset > 0 and not self._far(offset) else 0
        return [update.body() for update in self._queue if update.id >= start][:limit]

    def _far(self, offset: int) -> bool:
        """An offset far in the future is another bot's, and is ignored."""
        return offset > self._next_id - 1 + 10

    def _expire(self) -> None:
        now = self._clock()
        self._queue = [update for update in self._queue if update.expires > now]
