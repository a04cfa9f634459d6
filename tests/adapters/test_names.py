"""Names are looked up first, and a resolver that hangs is our trouble."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from bot.adapters import names
from bot.adapters.postgres import Probe


async def test_a_resolver_that_hangs_is_our_trouble_and_is_given_up(monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: let_go.wait(10))
    began = time.monotonic()
    try:
        found = await Probe("postgresql://u:p@db.example/x", within=0.1).look()
    finally:
        let_go.set()
    assert time.monotonic() - began < 2
    assert (found.code, found.blind) == ("", True)
    assert found.detail == "names cannot be resolved from here (DNS)"


async def test_of_several_names_one_that_is_known_will_do(monkeypatch):
    asked = []

    def lookup(name, _):
        asked.append(name)
        if name == "a":
            raise socket.gaierror(socket.EAI_NONAME, "x")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    await names.resolve(["a", "b", "c"], 1)
    assert asked == ["a", "b"]
    with pytest.raises(socket.gaierror):
        await names.resolve(["a"], 1)


@pytest.mark.parametrize(
    ("dsn", "found"),
    [
        ("postgresql://u:p%40@db.example:5432/x", ["db.example"]),
        ("postgresql://u:p@a,b:1/x", ["a", "b"]),
        ("postgresql://u@127.0.0.1:5432/x", []),
        ("postgresql://u@[::1]:5432/x", []),
        ("postgresql://u@[oops/x", []),
        ("postgresql://u@%2Fvar%2Frun/x", []),
        ("postgresql:///x?host=h", []),
    ],
)
def test_the_names_in_an_address(dsn, found):
    assert names.hosts(dsn) == found
