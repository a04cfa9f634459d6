"""Looks up names within a deadline, and tells a resolver that hangs from a host that is silent."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

# A lookup that hangs cannot be stopped: in threads of the loop it would hold up all who want one.
RESOLVER = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolver")


async def resolve(names: Sequence[str], within: float) -> None:
    """Return when one of the names is known; `within` is in seconds, for each.

    Raises socket.gaierror as the lookup itself does, EAI_AGAIN when there was no answer in time.
    """
    problem: socket.gaierror | None = None
    loop = asyncio.get_running_loop()
    for name in names:
        try:
            async with asyncio.timeout(within):
                await loop.run_in_executor(RESOLVER, socket.getaddrinfo, name, None)
        except TimeoutError:
            problem = socket.gaierror(socket.EAI_AGAIN, "no answer in time")
        except socket.gaierror as error:
            problem = error
        else:
            return
    if problem is not None:
        raise problem


def hosts(dsn: str) -> list[str]:
    """The names in the usual place of a connection string; numbers and sockets need no lookup.

    Of `host=` among its parameters and of the environment only the driver knows.
    """
    try:
        places = urlsplit(dsn).netloc.rpartition("@")[2].split(",")
    except ValueError:  # the driver will say so
        return []
    found = [unquote(place.partition(":")[0]) for place in places if "[" not in place]
    return [name for name in found if name and not name.startswith("/") and not _number(name)]


def _number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
