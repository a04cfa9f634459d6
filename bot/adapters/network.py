"""What a failed connection means, said as people say it."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

# Our own network is at fault, so nothing is known about the other side.
OUR_NETWORK = {errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
OUR_LIMITS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


@dataclass(frozen=True)
class Trouble:
    """`code` is refused, timeout, name or tls; `blind` means that the trouble is on our side."""

    code: str
    detail: str
    blind: bool = False


def trouble(error: BaseException, seconds: float) -> Trouble:
    """Say what an OSError, or whatever was raised from one, means; `seconds` was the patience.

    Of several addresses the one that proves something counts: where there is no IPv6, trying it
    fails on our side, and says nothing of the other.
    """
    found = [known for cause in causes(error) if (known := _known(cause, seconds))]
    proved = (one for one in found if not one.blind)
    return next(proved, found[0] if found else Trouble("refused", "the connection failed"))


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all it was raised from, the groups of exceptions opened."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting.extend(e for e in (current.__cause__, current.__context__) if e is not None)


def _known(error: BaseException, seconds: float) -> Trouble | None:
    if isinstance(error, socket.gaierror):
        return _unresolved(error)
    if isinstance(error, ssl.SSLError):
        said = getattr(error, "verify_message", "") or getattr(error, "reason", "")
        return Trouble("tls", f"TLS failed: {(said or 'no handshake').lower().replace('_', ' ')}")
    if isinstance(error, TimeoutError):
        return Trouble("timeout", f"no answer in {seconds:g} s")
    if isinstance(error, ConnectionRefusedError):
        return Trouble("refused", "refused: nothing listens at its address")
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return Trouble("refused", "it closed the connection")
    return _by_number(error) if isinstance(error, OSError) else None


def _unresolved(error: socket.gaierror) -> Trouble:
    if error.errno == socket.EAI_AGAIN:
        return Trouble("name", "names cannot be resolved from here (DNS)", blind=True)
    return Trouble("name", "its host name is not known (DNS)")


def _by_number(error: OSError) -> Trouble | None:
    if error.errno in OUR_NETWORK:
        return Trouble("refused", "our own network is unreachable", blind=True)
    if error.errno in OUR_LIMITS:
        return Trouble("refused", "this machine is out of sockets or memory", blind=True)
    if error.errno == errno.EHOSTUNREACH:
        return Trouble("refused", "there is no route to its address")
    return None
