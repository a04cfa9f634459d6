"""Signs of life that others send: kept before they are answered, judged elsewhere."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.iso import moment
from bot.inbound.border import SHORTEST_TOKEN, Answer, line, require, same
from bot.ports import Store

log = logging.getLogger(__name__)

NOTE = 200  # characters kept of what a ping says
MINUTE = 60.0
A_MINUTE = 5  # pings kept of one token
APART = MINUTE / A_MINUTE  # seconds: evenly, so that the last one kept is never much older
HIGHEST_EXIT_CODE = 255


@dataclass(frozen=True)
class Named:
    """Which check a token speaks for."""

    service: str
    check: str

    @property
    def memo(self) -> str:
        return f"beat:{self.service}/{self.check}"


@dataclass
class Kept:
    """What was kept of one token lately: monotonic seconds, and how the last one was."""

    times: deque[float] = field(default_factory=lambda: deque(maxlen=A_MINUTE))
    ok: bool | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def room(self, now: float) -> bool:
        return len(self.times) < A_MINUTE or now - self.times[0] >= MINUTE

    def rested(self, now: float) -> bool:
        return not self.times or now - self.times[-1] >= APART


class Pings:
    """Raises ValueError when a token is too weak."""

    def __init__(
        self,
        store: Store,
        named: Mapping[str, Named],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        for token, one in named.items():
            require(f"the token of {one.service}/{one.check}", token, least=SHORTEST_TOKEN)
        self._store, self._named = store, dict(named)
        self._now, self._monotonic = now, monotonic
        self._kept = {token: Kept() for token in self._named}

    def knows(self, token: str) -> str:
        """Return the token it is, or "": every one is compared, whichever fits."""
        return "".join(known for known in self._named if same(known, token))

    async def take(self, token: str, outcome: str, body: bytes) -> Answer:
        """Keep the beat, then say so. `outcome` is "", "fail" or an exit code in digits.

        Of what is repeated only a few a minute are kept. Raises Unavailable.
        """
        named = self._named.get(self.knows(token))
        said = read_outcome(outcome)
        if named is None or said is None:
            return Answer(404, "not found\n")
        kept = self._kept[self.knows(token)]
        async with kept.lock:
            return await self._take(named, kept, ok=said[0], words=said[1], body=body)

    async def _take(self, named: Named, kept: Kept, *, ok: bool, words: str, body: bytes) -> Answer:
        now, news = self._monotonic(), ok is not kept.ok
        if news and not kept.room(now):
            return Answer(429, "too many changes in one minute: this one is not kept\n")
        if kept.room(now) and (news or kept.rested(now)):
            text = body.decode(errors="replace").strip()
            note = line(": ".join(part for part in (words, text) if part), NOTE)
            await self._keep(named, ok=ok, note=note)
            kept.times.append(now)
            kept.ok = ok
        return Answer(200, "OK\n")

    async def _keep(self, named: Named, *, ok: bool, note: str) -> None:
        beat = {"at": self._now().isoformat(), "ok": ok, "note": note}
        await self._store.set_memo(named.memo, json.dumps(beat))
        if not ok:
            log.info("ping.failed", extra={"service": named.service, "check": named.check})


async def last_beat(store: Store, service: str, check: str) -> tuple[datetime, bool, str] | None:
    """Return when the last sign of life came, whether it was a good one, and what it said.

    None: there has been none. Raises Unavailable.
    """
    text = await store.memo(Named(service, check).memo)
    try:
        beat = json.loads(text or "null")
    except ValueError:
        return None
    at = moment(beat.get("at")) if isinstance(beat, dict) else None
    return (at, beat.get("ok") is True, line(beat.get("note"), NOTE)) if at else None


def read_outcome(outcome: str) -> tuple[bool, str] | None:
    """Return whether it is good and how to say it; None when it means nothing."""
    if not outcome:
        return True, ""
    if outcome == "fail":
        return False, ""
    if not (outcome.isascii() and outcome.isdecimal() and len(outcome) <= 3):  # noqa: PLR2004 - three digits hold every exit code
        return None
    code = int(outcome)
    if code > HIGHEST_EXIT_CODE:
        return None
    return (True, "") if code == 0 else (False, f"exit code {code}")
