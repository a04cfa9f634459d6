"""Looks whether the address proves who it is, and for how long it still can."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from bot.adapters.network import trouble
from bot.adapters.web import few_words
from bot.domain.check import Result, Seen

DAY = 86_400.0  # seconds
# X509_V_FLAG_NO_CHECK_TIME: the one flag of OpenSSL's that Python has no name for (x509_vfy.h).
TIMELESS = 0x200000
# X509_V_ERR_CERT_NOT_YET_VALID, …_HAS_EXPIRED, …_HOSTNAME_MISMATCH, …_IP_ADDRESS_MISMATCH.
OUT_OF_TIME = frozenset({9, 10})
WRONG_NAME = frozenset({62, 64})
FAILED = (OSError, ValueError)  # ValueError: a name that is no host's


class NoRoots(ValueError):  # noqa: N818 - it says what there is
    """We do not know whom to trust."""


@dataclass(frozen=True)
class Term:
    """From when to when a certificate is valid, in epoch seconds."""

    begins: float
    ends: float

    def holds(self, at: float) -> bool:
        return self.begins <= at <= self.ends


@dataclass(frozen=True)
class Certificate:
    """A verified handshake, and what is left of the certificate: the value, in days.

    It ends soon from `days` on. `root` is a file of the roots to trust, None for the system's.
    Whoever does not answer at all is seen by the http check, and here is not seen.
    """

    service: str
    host: str
    port: int
    now: Callable[[], datetime]
    days: float = 14
    within: float = 10.0
    name: str = "certificate"
    root: str | None = None

    async def look(self) -> Result:
        at = self.now()
        try:
            async with asyncio.timeout(self.within):
                return self._judge(await self._term(), at)
        except ssl.SSLCertVerificationError as error:
            return self._result(Seen.FAIL, at, "invalid", self._why(error))
        except FAILED as error:
            return self._result(Seen.BLIND, at, "", self._unseen(error))

    async def _term(self) -> Term:
        """The dates of the certificate, all the rest of it verified."""
        try:
            return await self._shake_hands(_context(self.root, timeless=False))
        except ssl.SSLCertVerificationError as error:
            if error.verify_code not in OUT_OF_TIME:
                raise
            # OpenSSL went by the clock of this machine. Where that is not the world's, ours counts;
            # and if it is not this certificate that has ended, it is one that vouches for it.
            term = await self._shake_hands(_context(self.root, timeless=True))
            if term.holds(time.time()):
                raise
            return term

    async def _shake_hands(self, context: ssl.SSLContext) -> Term:
        _, writer = await asyncio.open_connection(self.host, self.port, ssl=context)
        try:
            peer = writer.get_extra_info("peercert") or {}
        finally:
            writer.transport.abort()
        return Term(*(ssl.cert_time_to_seconds(str(peer[k])) for k in ("notBefore", "notAfter")))

    def _judge(self, term: Term, at: datetime) -> Result:
        left = (term.ends - at.timestamp()) / DAY
        until = f"{datetime.fromtimestamp(term.ends, UTC):%d %b %Y}"
        if left < 0:
            return self._result(
                Seen.FAIL, at, "expired", f"it expired {_length(-left)} ago, on {until}", left
            )
        if at.timestamp() < term.begins:
            begins = f"{datetime.fromtimestamp(term.begins, UTC):%d %b %Y}"
            return self._result(Seen.FAIL, at, "invalid", f"it is valid only from {begins}", left)
        said = f"it is valid for {_length(left)} more, until {until}"
        if left <= self.days:
            said = f"it ends in {_length(left)}, on {until} (limit {self.days:g} days)"
            return self._result(Seen.FAIL, at, "expiring", said, left)
        return self._result(Seen.PASS, at, "", said, left)

    def _why(self, error: ssl.SSLCertVerificationError) -> str:
        if error.verify_code in WRONG_NAME:
            return f"its certificate is for another name than {self.host}"
        if error.verify_code in OUT_OF_TIME:
            return f"a certificate that vouches for it: {few_words(error.verify_message)}"
        return f"its certificate is not trusted: {few_words(error.verify_message)}"

    def _unseen(self, error: OSError | ValueError) -> str:
        if isinstance(error, NoRoots):
            return "the file of the roots that we trust cannot be read"
        if isinstance(error, OSError):
            return trouble(error, self.within).detail
        return "its certificate cannot be read at this address"

    def _result(
        self, seen: Seen, at: datetime, code: str, detail: str, left: float | None = None
    ) -> Result:
        return Result(self.service, self.name, seen, at, code, detail, left)


@lru_cache
def _context(root: str | None, *, timeless: bool) -> ssl.SSLContext:
    """Made once: it takes 25 ms."""
    try:
        context = ssl.create_default_context(cafile=root)
    except OSError as error:
        raise NoRoots(root) from error
    if timeless:
        context.verify_flags |= TIMELESS
    return context


def _length(days: float) -> str:
    if days >= 2:  # noqa: PLR2004 - below that hours say more
        return f"{days:.0f} days"
    hours = days * 24
    return f"{hours:.0f} h" if hours >= 1 else f"{hours * 60:.0f} min"
