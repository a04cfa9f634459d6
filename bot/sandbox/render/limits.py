"""How often one may ask: fixed windows, announced in headers with the seconds that are left."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from bot.sandbox.pace import Pace

MINUTE, HOUR = 60.0, 3600.0

# Source: api-docs.render.com/reference/rate-limiting; that restart and rollback count among the
# other writes, and that scale does not, is inferred from what is said and from recorded answers.
READS = 400
WRITES = 30
SERVICE_WRITES = 10
CREATIONS = 20

SERVICE_ACTION = re.compile(
    r"(POST /services/[^/]+/(?:deploys|suspend|resume|scale)|PATCH /services/[^/]+)"
)
CREATION = re.compile(r"(POST /(?:services|postgres|key-value))")


@dataclass(frozen=True)
class Group:
    """Calls that share an allowance of `count` in a window of world seconds."""

    name: str
    count: int
    seconds: float = MINUTE


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
        group = group_of(method, path)
        limit = max(int(self._pace.rate(group.count)), 1)
        now = time.monotonic()
        since, used = self._used.get(group.name, (now, 0))
        if now - since >= group.seconds:
            since, used = now, 0
        allowed = used < limit
        self._used[group.name] = (since, used + allowed)
        reset = min(int(since + group.seconds - now), int(group.seconds) - 1)
        return Allowance(limit, limit - used - allowed, reset, allowed)


def group_of(method: str, path: str) -> Group:
    if method in ("GET", "HEAD"):
        return Group("reads", READS)
    call = f"{method} {path}"
    if action := SERVICE_ACTION.fullmatch(call):
        return Group(action[1], SERVICE_WRITES)
    if creation := CREATION.fullmatch(call):
        return Group(creation[1], CREATIONS, HOUR)
    return Group("writes", WRITES)
