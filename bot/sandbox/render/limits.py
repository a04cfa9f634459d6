"""How often one may ask: fixed windows, announced in headers with the seconds that are left."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from bot.sandbox.pace import Pace

MINUTE = 60.0

# Per world minute, as documented by the platform.
READS = 400
WRITES = 30
SERVICE_WRITES = 10

SERVICE_ACTION = re.compile(
    r"(POST /services/[^/]+/(?:deploys|suspend|resume)|PATCH /services/[^/]+)"
)
"""The calls that have an allowance per service; restart is not among them."""


@dataclass(frozen=True)
class Allowance:
    limit: int
    remaining: int
    reset: int  # seconds left, not an epoch
    allowed: bool

    def headers(self) -> dict[str, str]:
        said = {
            "Ratelimit-Limit": str(self.limit),
            "Ratelimit-Remaining": str(self.remaining),
            "Ratelimit-Reset": str(self.reset),
        }
        return said if self.allowed else {**said, "Retry-After": str(self.reset + 1)}


class Limits:
    """A rate of `n` per world minute is `pace.rate(n)` per real one."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._used: dict[str, tuple[float, int]] = {}

    def take(self, method: str, path: str) -> Allowance:
        bucket, per_minute = _bucket(method, path)
        limit = max(int(self._pace.rate(per_minute)), 1)
        now = time.monotonic()
        since, used = self._used.get(bucket, (now, 0))
        if now - since >= MINUTE:
            since, used = now, 0
        allowed = used < limit
        self._used[bucket] = (since, used + allowed)
        reset = min(int(since + MINUTE - now), 59)
        return Allowance(limit, limit - used - allowed, reset, allowed)


def _bucket(method: str, path: str) -> tuple[str, int]:
    if method in ("GET", "HEAD"):
        return "reads", READS
    action = SERVICE_ACTION.fullmatch(f"{method} {path}")
    return (action[1], SERVICE_WRITES) if action else ("writes", WRITES)
