"""The pieces of network that the practice world can break, one for each who uses them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from urllib.parse import urlsplit, urlunsplit

from bot.sandbox.certificate import Authority
from bot.sandbox.wire import Wire

CALM = "running", "frozen"  # states of a database that accepts connections


class Wires:
    """`ours` and `database` are the watchdog's network; Life OS and its people have their own."""

    def __init__(self, server: int, database: int, authority: Authority) -> None:
        self.life_os = Wire(database)
        self.database = Wire(database)
        self.ours = Wire(server)
        self.front = Wire(server, tls=authority.context)  # Life OS's public name

    async def open(self, stack: AsyncExitStack) -> None:
        for wire in (self.life_os, self.database, self.ours, self.front):
            stack.push_async_callback(wire.close)
            await wire.open()

    def database_is(self, state: str) -> None:
        for wire in (self.life_os, self.database):
            wire.far_end(down=state not in CALM)

    def slow_database(self, seconds: float) -> None:
        """Each of its answers comes so many real seconds late.

        To Life OS half as much: its health page opens a connection each time, and gives it 2 s.
        """
        self.life_os.delay, self.database.delay = seconds / 2, seconds

    def cut_off_life_os(self, *, on: bool) -> None:
        """From its database alone: what is open ends, and nobody listens there."""
        if on:
            self.life_os.turn("cut")
        self.life_os.turn("refuse" if on else "pass")

    @property
    def life_os_is_cut_off(self) -> bool:
        return self.life_os.mode == "refuse"

    def cut_off_the_watchdog(self, *, on: bool) -> None:
        for wire in (self.ours, self.database):
            wire.turn("hang" if on else "pass")

    @property
    def watchdog_is_cut_off(self) -> bool:
        return self.ours.mode == "hang"


def through(url: str, wire: Wire) -> str:
    """The same address, reached over the wire."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{place}:{wire.port}"))
