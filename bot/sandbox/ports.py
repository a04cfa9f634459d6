"""A port of our own, below those that the kernel lends to outgoing connections."""

from __future__ import annotations

import contextlib
import random
import socket

HOST = "127.0.0.1"
PORTS = range(15400, 32000)


def free_port() -> int:
    """One that stays ours when it is closed for a while; `RuntimeError` when none is free."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise RuntimeError("every port is taken")


def listening(port: int) -> socket.socket:
    """Listen on the port; connections wait until somebody accepts. `OSError` when it is taken."""
    bound = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY only then
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    bound.listen(128)
    bound.setblocking(False)  # noqa: FBT003 - the socket's own form
    return bound
