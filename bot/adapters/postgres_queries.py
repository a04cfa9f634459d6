"""The questions that a database is asked about itself, and the asking: it reads, and only reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import asyncpg

from bot.adapters.postgres_health import (
    JUDGES,
    Health,
    Limits,
    Row,
    encryption,
    together,
    writes,
)
from bot.adapters.postgres_locks import WAITING, blocked
from bot.adapters.postgres_words import count, length

# Settings of one transaction only: those of a session would leak through a pooler to the service.
BEGIN = """
    BEGIN READ ONLY;
    SET LOCAL statement_timeout = '3s';
    SET LOCAL lock_timeout = '500ms';
    SET LOCAL idle_in_transaction_session_timeout = '5s'
"""
GONE = frozenset({"57P01", "57P02", "57P03", "57P05"})  # the server, so no answer is an answer
REASONS = {"42501": "no permission", "57014": "it took too long", "55P03": "it took too long"}
NO_MONITOR = "the role lacks pg_monitor"
DEADLOCKS_OVER = 600.0  # seconds that their number looks back
DEADLOCKS_APART = 60.0  # seconds from one number that is kept to the next


@dataclass(frozen=True)
class Query:
    """`what` names it when it is not seen; `partial` if without pg_monitor it hides the others."""

    name: str
    what: str
    sql: str
    partial: bool = False


# Who may see the others is asked here too. numbackends counts everybody for everybody.
CROWD = Query(
    "crowd",
    "connections",
    """
    WITH holders AS (
        SELECT coalesce(nullif(application_name, ''), usename::text) AS who, count(*)::int AS held
        FROM pg_stat_activity
        WHERE usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
        GROUP BY 1
    ), server AS (
        SELECT pg_has_role('pg_read_all_stats', 'usage') AS monitor,
               current_setting('max_connections')::int
               - current_setting('superuser_reserved_connections')::int
               - coalesce(current_setting('reserved_connections', true), '0')::int AS usable
    )
    SELECT monitor, usable, who, held,
           CASE WHEN monitor THEN (SELECT sum(held) FROM holders)
                ELSE (SELECT sum(numbackends) FROM pg_stat_database) END::int AS taken
    FROM server LEFT JOIN holders ON true ORDER BY held DESC NULLS LAST, who LIMIT 3
    """,
)
# A dump is a long transaction by design.
SESSIONS = Query(
    "sessions",
    "the transactions of other roles",
    """
    SELECT pid, coalesce(nullif(application_name, ''), usename::text) AS who,
           state LIKE 'idle in transaction%' AS idle,
           greatest(extract(epoch FROM clock_timestamp() - xact_start), 0)::float8 AS open_for,
           greatest(extract(epoch FROM clock_timestamp() - state_change), 0)::float8 AS idle_for
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
      AND backend_type = 'client backend' AND application_name <> 'pg_dump'
    ORDER BY xact_start LIMIT 100
    """,
    partial=True,
)
BLOCKED = Query("blocked", "locks", WAITING)
REPLICATION = Query(
    "replication",
    "replicas",
    """
    SELECT application_name AS who, extract(epoch FROM replay_lag)::float8 AS lag,
           pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                                ELSE pg_current_wal_lsn() END, replay_lsn)::float8 AS behind
    FROM pg_stat_replication LIMIT 50
    """,
    partial=True,
)
# The age of the last transaction replayed misleads while the primary is idle. Before the first
# one it is not known: then it is at least as far behind as it has been running.
STANDBY = Query(
    "standby",
    "replay",
    """
    SELECT extract(epoch FROM clock_timestamp() - coalesce(
               pg_last_xact_replay_timestamp(), pg_postmaster_start_time()))::float8 AS age,
           pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn() AS caught_up,
           EXISTS (SELECT FROM pg_stat_wal_receiver) AS receiving
    WHERE pg_is_in_recovery()
    """,
)
SLOTS = Query(
    "slots",
    "replication slots",
    """
    SELECT slot_name::text AS slot, active, wal_status,
           pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                                ELSE pg_current_wal_lsn() END, restart_lsn)::float8 AS retained
    FROM pg_replication_slots WHERE NOT temporary LIMIT 50
    """,
)
WRAPAROUND = Query(
    "wraparound",
    "age of transaction ids",
    """
    SELECT datname::text AS name, age(datfrozenxid) AS age, mxid_age(datminmxid) AS mxid_age
    FROM pg_database
    """,
)
DEADLOCKS = Query(
    "deadlocks",
    "deadlocks",
    """
    SELECT deadlocks AS count, stats_reset AS reset FROM pg_stat_database
    WHERE datname = current_database()
    """,
)
TLS = Query(
    "tls",
    "TLS",
    "SELECT pid, ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
)
SIZE = Query(
    "size",
    "size",
    """
    SELECT pg_database_size(current_database()) AS here,
           (SELECT sum(pg_database_size(oid))::float8 FROM pg_database
            WHERE has_database_privilege(oid, 'CONNECT')) AS whole
    """,
)
# Our own READ ONLY shows in transaction_read_only and leaves the default as it is. Where the
# default is our role's own, it counts only if the role could write at all: to keep a role that
# only watches from writing is wise.
WRITES = Query(
    "writes",
    "whether it takes writes",
    """
    SELECT pg_is_in_recovery() AS standby, setting AS read_only, source,
           CASE WHEN source NOT LIKE '%user' THEN true
                ELSE has_database_privilege(current_database(), 'CREATE') OR EXISTS (
                    SELECT FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
                    AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE')) END AS counts
    FROM pg_settings WHERE name = 'default_transaction_read_only'
    """,
)
EVERY = (CROWD, SESSIONS, REPLICATION, STANDBY, SLOTS, WRAPAROUND, DEADLOCKS)
LOCKS = (BLOCKED,)
DEEP = (TLS, SIZE)
FRESH = (WRITES,)


class Examiner:
    """Asks a database for its figures and remembers the answers from one look to the next.

    The locks are asked for at most every `locks_apart` seconds: reading them holds others up for a
    moment. `clock` gives seconds. What the server does not tell is unseen; what asyncpg raises when
    a connection breaks is raised.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        expects_writes: bool = True,
        locks_apart: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._expects_writes = expects_writes
        self._locks_apart = locks_apart
        self._clock = clock
        self._locks_at: float | None = None
        self._known: dict[str, Health] = {}
        self._deadlocks: list[tuple[float, int]] = []
        self._reset: object = None

    @property
    def health(self) -> Health:
        return together(self._known.values())

    async def examine(self, connection: asyncpg.Connection, *, deep: bool = False) -> None:
        """Ask for everything that is due; `deep` adds what only evidence is asked for."""
        queries = list(EVERY)
        if deep or self._limits.disk_bytes:
            queries += DEEP
        due = self._locks_at is None or self._clock() - self._locks_at >= self._locks_apart
        await self._ask(connection, [*queries, *LOCKS] if due else queries)
        if due:
            self._locks_at = self._clock()

    async def standing(self, connection: asyncpg.Connection) -> None:
        """Ask a new connection, as an old one keeps the settings of its beginning."""
        await self._ask(connection, FRESH)

    async def _ask(self, connection: asyncpg.Connection, queries: Sequence[Query]) -> None:
        told = await _tell(connection, queries)
        crowd = told.get(CROWD.name)
        monitor = isinstance(crowd, list) and crowd[0]["monitor"] is True
        for query in queries:
            answer = told[query.name]
            if isinstance(answer, str):
                self._known[query.name] = Health(unseen=(f"{query.what} ({answer})",))
                continue
            found = self._judge(query, answer, connection.get_server_pid())
            if query.partial and not monitor:  # what it shows is true, but not all there is
                found = replace(found, facts=(), unseen=(f"{query.what} ({NO_MONITOR})",))
            self._known[query.name] = found

    def _judge(self, query: Query, rows: Sequence[Row], ours: int) -> Health:
        if query is DEADLOCKS:
            return self._deadlocked(rows)
        if query is TLS:
            return encryption(rows, ours)
        if query is BLOCKED:
            return blocked(rows, self._limits)
        if query is WRITES:
            return writes(rows) if self._expects_writes else Health()
        return JUDGES[query.name](rows, self._limits)

    def _deadlocked(self, rows: Sequence[Row]) -> Health:
        """How many more there are than a while ago; a reset of the statistics begins anew."""
        if not rows:
            return Health()
        at, now = self._clock(), int(rows[0]["count"])
        kept = [one for one in self._deadlocks if at - one[0] <= DEADLOCKS_OVER]
        if rows[0]["reset"] != self._reset or (kept and kept[-1][1] > now):
            kept = []
        self._reset = rows[0]["reset"]
        if not kept or at - kept[-1][0] >= DEADLOCKS_APART:
            kept.append((at, now))
        self._deadlocks = kept
        more, over = now - kept[0][1], at - kept[0][0]
        lines = (f"{count(more, 'deadlock')} in the last {length(over)}",) if more else ()
        return Health(facts=(("deadlocks", str(more)),), lines=lines)


async def _tell(
    connection: asyncpg.Connection, queries: Sequence[Query]
) -> dict[str, list[Row] | str]:
    """All of it in one transaction: rows by name, or why a question got no answer."""
    told: dict[str, list[Row] | str] = {}
    await connection.execute(BEGIN)
    for query in queries:
        try:
            told[query.name] = [dict(row) for row in await connection.fetch(query.sql)]
        except asyncpg.PostgresError as error:
            state = error.sqlstate or ""
            if state[:2] == "08" or state in GONE:
                raise
            told[query.name] = REASONS.get(state, f"SQLSTATE {state}")
            await connection.execute(f"ROLLBACK; {BEGIN}")
    await connection.execute("COMMIT")
    return told
