"""Whether a diff touches what fails: by the words of its changed lines, in files that matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .change import File
from .kinds import Kind, is_idle, kinds_of
from .places import hits

DATABASE = re.compile(
    r"database|postgres|psycopg|asyncpg|sqlalchemy|\bdsn\b|\bdb_|_db\b|pgbouncer|pool|connect|sslmode|\bhost\b|\bport\b",
    re.IGNORECASE,
)
UPSTREAM = re.compile(
    r"base_url|api_url|_url\b|endpoint|https?://|proxy|timeout|api_key|token", re.IGNORECASE
)
TELEGRAM = re.compile(
    r"telegram|proxy|base_url|token|webhook|polling|get_?updates|numInstances", re.IGNORECASE
)
TOPICS = {
    "database_unreachable": DATABASE,
    "upstream_outage": UPSTREAM,
    "upstream_rate_limit": re.compile(
        r"retr(?:y|ies)|sleep|interval|every|concurren|gather|batch|semaphore|limit|poll|seconds",
        re.IGNORECASE,
    ),
    "telegram_network": TELEGRAM,
    "telegram_conflict": TELEGRAM,
    "disk_full": re.compile(
        r"disk|mount|sizeGB|/var/|/tmp|rotat|logfile|filehandler|upload|backupcount", re.IGNORECASE
    ),
    "tls": re.compile(r"ssl|tls|cert|verify|\bca_", re.IGNORECASE),
    "database_auth": re.compile(
        r"database|postgres|\bdsn\b|\bdb_|_db\b|passw|\buser|secret|environ", re.IGNORECASE
    ),
    "upstream_auth": re.compile(r"token|key|auth|secret|credential|environ", re.IGNORECASE),
    "missing_env_var": re.compile(r"environ|getenv|\benv|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+|Field\("),
    "database_saturated": re.compile(
        r"pool|connect|cursor|close\(|max_?\w*size|workers|concurren", re.IGNORECASE
    ),
    "database_slow": re.compile(
        r"select|join|index|order by|where|quer|execute|limit|fetch", re.IGNORECASE
    ),
    "deadlock": re.compile(r"lock|transaction|update|begin|commit|await|thread", re.IGNORECASE),
}
PLACES = {
    "database_unreachable": re.compile(r"(?:^|[/_.])(?:db|database|postgres|pg|pool)(?:[/_.]|$)"),
    "telegram_network": re.compile(r"telegram|webhook|(?:^|/)bot\.py$"),
    "telegram_conflict": re.compile(r"telegram|webhook|(?:^|/)bot\.py$"),
}
NOWHERE = re.compile(r"(?!)")
MATTERS = frozenset({Kind.CONFIG, Kind.START, Kind.DEPENDENCIES})
UNSEEN = frozenset({Kind.CONFIG, Kind.START})  # suspicious also where its lines are not known


def touching(files: Iterable[File], category: str, frames: Sequence[str]) -> list[str]:
    """The files whose changed lines speak of what fails."""
    topic = TOPICS.get(category, NOWHERE)
    return [f.path for f in _mattering(files, category, frames) if topic.search(f.changed)]


def speaks(file: File, category: str) -> bool | None:
    """Whether its changed lines speak of it; None: not all of them are known."""
    topic = TOPICS.get(category)
    if topic is None or topic.search(file.changed):
        return True
    return False if file.whole else None


def may_touch(files: Iterable[File], category: str, frames: Sequence[str]) -> list[str]:
    """The files that could speak of it, but whose lines are not all known."""
    unread = [f for f in _mattering(files, category, frames) if not f.whole]
    traced = set(hits(unread, frames))
    return [f.path for f in unread if kinds_of(f) & UNSEEN or f.path in traced]


def _mattering(files: Iterable[File], category: str, frames: Sequence[str]) -> list[File]:
    """Settings, what the program is made of, and the places of the trouble; nothing idle."""
    files = [file for file in files if not is_idle(file)]
    place, traced = PLACES.get(category, NOWHERE), set(hits(files, frames))
    return [
        file
        for file in files
        if kinds_of(file) & MATTERS or place.search(file.path.lower()) or file.path in traced
    ]
