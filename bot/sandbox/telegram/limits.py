"""Flood limits: how much a bot may send before it is told to wait."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.pace import Pace
from bot.sandbox.telegram.errors import flooded

PRIVATE_PER_SECOND, PRIVATE_BURST = 1, 20
GROUP_MESSAGES, GROUP_SECONDS = 20, 60
OVERALL_PER_SECOND, OVERALL_BURST = 30, 30


@dataclass
class Bucket:
    """`burst` at once, then `rate` a second."""

    rate: float
    burst: int
    level: float = 0.0
    at: float = 0.0

    def wait(self, now: float, count: int) -> float:
        """Return the seconds until that many more fit, 0.0 when they do now."""
        self.level = max(0.0, self.level - max(0.0, now - self.at) * self.rate)
        self.at = now
        # The clock's own rounding must not cost a message that is due exactly now.
        return max(0.0, (self.level + min(count, self.burst) - self.burst - 1e-6) / self.rate)

    def take(self, now: float, count: int) -> None:  # noqa: ARG002 - the same shape as Window.take
        self.level += count


@dataclass
class Window:
    """At most `count` in any `seconds`."""

    count: int
    seconds: float
    taken: deque[float] = field(default_factory=deque)

    def wait(self, now: float, count: int) -> float:
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        over = len(self.taken) + min(count, self.count) - self.count
        return 0.0 if over <= 0 else self.taken[over - 1] + self.seconds - now

    def take(self, now: float, count: int) -> None:
        self.taken.extend([now] * count)


class Flood:
    """The limits of every bot and chat."""

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self._pace = pace
        self._clock = clock
        self._overall: dict[int, Bucket] = {}
        self._chats: dict[tuple[int, int], Bucket | Window] = {}

    def admit(self, bot_id: int, chat_id: int, count: int = 1) -> None:
        """Let that many messages (an album is several) pass together, or none of them."""
        now = self._clock()
        limits = (self._of_bot(bot_id), self._of_chat(bot_id, chat_id))
        wait = max(limit.wait(now, count) for limit in limits)
        if wait > 0:
            raise flooded(math.ceil(wait))
        for limit in limits:
            limit.take(now, count)

    def _of_bot(self, bot_id: int) -> Bucket:
        rate = self._pace.rate(OVERALL_PER_SECOND)
        return self._overall.setdefault(bot_id, Bucket(rate, OVERALL_BURST))

    def _of_chat(self, bot_id: int, chat_id: int) -> Bucket | Window:
        if chat_id < 0:  # groups have negative ids
            fresh: Bucket | Window = Window(GROUP_MESSAGES, self._pace.real(GROUP_SECONDS))
        else:
            fresh = Bucket(self._pace.rate(PRIVATE_PER_SECOND), PRIVATE_BURST)
        return self._chats.setdefault((bot_id, chat_id), fresh)
