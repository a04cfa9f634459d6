"""The commits that Life OS has seen so far."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from bot.sandbox.render import Commit

MESSAGES = ("Keep goals in the database", "Add notes", "Remember words with embeddings")


def commit(n: int, message: str) -> Commit:
    at = datetime.now(UTC) - timedelta(days=len(MESSAGES) - n, hours=2)
    id = hashlib.sha1(message.encode(), usedforsecurity=False).hexdigest()
    return Commit(id=id, message=message, created_at=at)


COMMITS = tuple(commit(n, message) for n, message in enumerate(MESSAGES))
