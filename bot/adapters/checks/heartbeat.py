"""Looks whether a sign of life came in time, from whoever gives one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.adapters.query import QueryFailed, first_value
from bot.adapters.web import few_words
from bot.domain.check import Result, Seen
from bot.ports import Unavailable

AHEAD = timedelta(minutes=5)  # clocks may differ by this much


@dataclass(frozen=True)
class Beat:
    """A sign of life; `ok` is False for one that reports a failure, `note` says which."""

    at: datetime
    ok: bool = True
    note: str = ""


@dataclass
class Heartbeat:
    """`last` gives the newest sign of life, or None; it may raise Unavailable.

    A sign is due every `every`, and late after `grace` more. While none was ever seen, the first
    look counts as one. The value is the seconds since the last sign.
    """

    service: str
    name: str
    last: Callable[[], Awaitable[Beat | None]]
    every: timedelta
    grace: timedelta
    now: Callable[[], datetime]
    _since: datetime | None = field(default=None, repr=False)

    @property
    def expects(self) -> str:
        """In words that follow "expected"."""
        return f"a sign of life every {_length(self.every)}"

    async def look(self) -> Result:
        try:
            beat = await self.last()
        except Unavailable as hidden:
            return Result(self.service, self.name, Seen.BLIND, self.now(), "", str(hidden))
        at = self.now()
        if beat is None:
            return self._none_yet(at)
        gone = at - beat.at
        if gone < -AHEAD:
            said = f"the last sign of life is {_length(-gone)} ahead of us: is its time in UTC?"
            return Result(self.service, self.name, Seen.BLIND, at, "", said)
        code, said = self._judge(beat, max(gone, timedelta(0)))
        seen = Seen.FAIL if code else Seen.PASS
        return Result(self.service, self.name, seen, at, code, said, max(gone.total_seconds(), 0.0))

    def _judge(self, beat: Beat, gone: timedelta) -> tuple[str, str]:
        note = f": {few_words(beat.note, 120)}" if beat.note else ""
        if not beat.ok:
            return "failed", f"it reported a failure {_length(gone)} ago{note}"
        said = f"last sign of life {_length(gone)} ago"
        if gone > self.every + self.grace:
            return "late", f"{said}; expected every {_length(self.every)}"
        return "", f"{said}{note}"

    def _none_yet(self, at: datetime) -> Result:
        self._since = self._since or at
        waited = at - self._since
        since = f"{self._since.astimezone(UTC):%H:%M} UTC"
        if waited > self.every + self.grace:
            said = f"no sign of life since {since}, {_length(waited)} ago"
            said += f"; expected every {_length(self.every)}"
            return Result(self.service, self.name, Seen.FAIL, at, "late", said)
        said = f"no sign of life yet, waiting since {since}"
        return Result(self.service, self.name, Seen.PASS, at, "", said)


@dataclass(frozen=True)
class RowHeartbeat:
    """The newest time that a query finds in the watched database, as a sign of life.

    The first column of the first row: timestamptz, timestamp (in UTC) or epoch seconds; null or no
    row is no sign yet. `within` is seconds.
    """

    dsn: str = field(repr=False)
    query: str
    within: float = 5.0

    async def __call__(self) -> Beat | None:
        """Raises Unavailable."""
        try:
            _, value = await first_value(self.dsn, self.query, within=self.within)
        except QueryFailed as failed:
            raise Unavailable(f"the heartbeat cannot be read: {failed}") from failed
        return None if value is None else Beat(moment(value))


def moment(value: object) -> datetime:
    """A time of the database as aware UTC. Raises Unavailable for what is none."""
    try:
        match value:
            case datetime():
                aware = value if value.tzinfo else value.replace(tzinfo=UTC)
                return aware.astimezone(UTC)
            case int() | float() | Decimal() if not isinstance(value, bool):
                return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unavailable("the heartbeat cannot be read: it is out of time") from error
    raise Unavailable(f"the heartbeat cannot be read: “{few_words(str(value))}” is no time")


def _length(length: timedelta) -> str:
    seconds = length.total_seconds()
    for size, name, most in ((1, "s", 120), (60, "min", 120), (3600, "h", 48)):
        if seconds < size * most:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds / 86_400:.0f} days"
