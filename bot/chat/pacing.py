"""How fast Telegram may be spoken to: per chat, over all, and not at all after a 429."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Messages per second; the figures are Telegram's own advice (Bots FAQ, "limits")."""

    private: float = 1.0
    group: float = 18 / 60
    overall: float = 25.0
    burst: int = 3  # at once in a group
    private_burst: int = 1
    edit_every: float = 2.0  # seconds between edits of one message


@dataclass
class Bucket:
    rate: float
    burst: float
    level: float = 0.0
    at: float | None = None  # None: never used, so it is full

    def take(self, now: float, debt: float = 0.0) -> bool:
        if self.at is None:
            self.level = self.burst
        else:
            self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level + debt < 1:
            return False
        self.level -= 1
        return True

    def spend(self, now: float) -> None:
        self.level, self.at = min(self.level, 0.0), now


class Pacing:
    """Decides whether one more call may go now. Negative chat ids are groups (Bot API)."""

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self.pace, self.clock = pace, clock
        self.chats: dict[int, Bucket] = {}
        self.all = Bucket(pace.overall, pace.overall)
        self.paused: dict[int, float] = defaultdict(float)
        self.edited: dict[str, float] = defaultdict(lambda: -pace.edit_every)

    def may_send(self, chat: int, *, urgent: bool = False) -> bool:
        """What is urgent may run a group into debt: the others wait the longer."""
        now = self.clock()
        if now < self.paused[chat]:
            return False
        debt = float(self.pace.burst) if urgent and chat < 0 else 0.0
        return self.bucket(chat).take(now, debt) and self.all.take(now)

    def may_edit(self, chat: int, key: str, *, urgent: bool = False) -> bool:
        now = self.clock()
        every = self.pace.edit_every / 2 if urgent else self.pace.edit_every
        if now < self.edited[key] + every or not self.may_send(chat, urgent=urgent):
            return False
        self.edited[key] = now
        return True

    def pause(self, chat: int, seconds: float) -> None:
        """It asked for a rest: what was saved up is gone, too."""
        self.paused[chat] = max(self.paused[chat], self.clock() + seconds)
        self.bucket(chat).spend(self.clock())

    def bucket(self, chat: int) -> Bucket:
        group = chat < 0
        rate = self.pace.group if group else self.pace.private
        burst = self.pace.burst if group else self.pace.private_burst
        return self.chats.setdefault(chat, Bucket(rate, burst))
