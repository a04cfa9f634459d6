"""A small git history, and what it takes to reach the emulator."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

from bot.sandbox.repository import Repository

TOKEN = "ghp_practice"
START = datetime(2026, 1, 1, tzinfo=UTC)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the usual one takes long to make


def grown(folder):
    """Four commits on main, one on a branch that leaves after the third."""
    repository = Repository.create(folder)

    def add(day, files, message, branch="main", **who):
        at = START + timedelta(days=day)
        return repository.add(files, message, at=at, branch=branch, **who)

    add(1, {"README.md": b"# Life OS\n", "lifeos/db.py": b"a = 1\nb = 2\n"}, "Begin\n\nAll of it.")
    add(2, {"lifeos/db.py": b"a = 1\nb = 3\n"}, "Better b", author="Ben", email="ben@example.com")
    add(3, {"lifeos/web/app.py": b"x\n", "logo.png": b"\x89PNG\x00"}, "Add the web")
    add(4, {"lifeos/db.py": b"a = 2\nb = 3\n"}, "A bad idea", branch="streaks")
    add(5, {"README.md": None}, "Drop the readme")
    return repository
