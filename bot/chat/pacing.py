"""How fast Telegram may be spoken to: per chat, over all, and not at all after a 429."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pace:
    """Messages per second; the figures are Telegram's own advice (Bots FAQ, "limits")."""

    private: float = 1.0
    group: float = 18 / 60
    overall: float = 25.0
    burst: int = 3
    edit_every: float = 2.0  # seconds between edits of one message


@dataclass
class Bucket:
    rate: float
    burst: float
    level: float = field(default=-1.0)
    at: float = 0.0

    def take(self, now: float) -> bool:
        full = self.level < 0
        self.level = (
            self.burst if full else min(self.burst, self.level + (now - self.at) * self.rate)
        )
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


class Pacing:
    """Decides whether one more call may go now. Negative chat ids are groups (Bot API)."""

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self.pace, self.clock = pace, clock
        self.chats: dict[int, Bucket] = {}
        self.all = Bucket(pace.overall, pace.overall)
        self.paused: dict[int, float] = defaultdict(float)
        self.edited: dict[str, float] = defaultdict(lambda: -pace.edit_every)

    def may_send(self, chat: int) -> bool:
        now = self.clock()
        if now < self.paused[chat]:
            return False
        return self.bucket(chat).take(now) and self.all.take(now)

    def may_edit(self, chat: int, key: str) -> bool:
        now = self.clock()
        if now < self.edited[key] + self.pace.edit_every or not self.may_send(chat):
            return False
        self.edited[key] = now
        return True

    def pause(self, chat: int, seconds: float) -> None:
        self.paused[chat] = max(self.paused[chat], self.clock() + seconds)

    def bucket(self, chat: int) -> Bucket:
        rate = self.pace.group if chat < 0 else self.pace.private
        return self.chats.setdefault(chat, Bucket(rate, self.pace.burst))
