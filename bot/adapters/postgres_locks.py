"""Who waits for a lock in a database, and which session is at the head of the queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from bot.adapters.postgres_health import Health, Limits, Row, judged, session_of
from bot.adapters.postgres_words import length, said

# Advisory locks are waited for by design: for a turn, or to lead. A row's lock is waited for by
# the holder's transaction id, and the table is told by the tuple. Of a session of another role a
# role without pg_monitor is told the name and the role, and no more.
WAITING = """
    WITH waiting AS MATERIALIZED (
        SELECT l.pid, l.waitstart, coalesce(l.relation, (
                   SELECT t.relation FROM pg_locks t
                   WHERE t.pid = l.pid AND t.locktype = 'tuple' LIMIT 1)) AS relation
        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE NOT l.granted AND l.waitstart IS NOT NULL AND l.locktype <> 'advisory'
          AND a.datname = current_database()
        ORDER BY l.waitstart LIMIT 50
    )
    SELECT w.pid, greatest(extract(epoch FROM clock_timestamp() - w.waitstart), 0)::float8 AS waits,
           (SELECT c.relname::text FROM pg_class c WHERE c.oid = w.relation) AS relation,
           b.pid AS blocker, coalesce(nullif(s.application_name, ''), s.usename::text) AS who,
           s.usename::text AS role, s.application_name AS program, s.backend_type AS kind,
           s.backend_start AS since, s.state, current_user::text AS ours,
           (SELECT r.rolsuper FROM pg_roles r WHERE r.oid = s.usesysid) AS super
    FROM waiting w
    LEFT JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS b(pid) ON true
    LEFT JOIN pg_stat_activity s ON s.pid = b.pid
"""


def blocked(rows: Sequence[Row], limits: Limits) -> Health:
    """Who waits for a lock, grouped by the session at the head of each queue.

    The facts on `blocker` are of the session that holds up somebody for longest.
    """
    waits = {row["pid"]: row for row in rows}
    before: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        before[row["pid"]].append(row)
    queues: dict[int | None, list[Row]] = defaultdict(list)
    heads: dict[int | None, Row] = {}
    for pid, row in waits.items():
        head = _head(pid, before)
        queues[head["blocker"]].append(row)
        heads[head["blocker"]] = head
    details, worst = [], None
    for pid, queue in sorted(queues.items(), key=lambda one: -max(r["waits"] for r in one[1])):
        longest = max(queue, key=lambda row: row["waits"])
        if longest["waits"] >= limits.blocked_for.total_seconds():
            on = f" on {said(longest['relation'])}" if longest["relation"] else ""
            waiting = _waiting(queue, longest["waits"])
            details.append(f"{_holder(heads[pid])} a lock{on}: {waiting}")
            worst = worst or (heads[pid], queue)
    longest_wait = max((row["waits"] for row in rows), default=0)
    facts = (("blocked", str(len(waits))), ("blocked_longest_s", f"{longest_wait:.0f}"))
    of_worst = tuple(_facts_of(*worst)) if worst else ()
    return judged("blocked", details, (*facts, *of_worst))


def _facts_of(head: Row, queue: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """What decides on whether the session may be ended, and what a person must know of it.

    A prepared transaction has no session, and `blocker` 0.
    """
    if head["blocker"] is None:
        return
    yield "blocker", str(head["blocker"])
    yield "blocker_waiting", _waiting(queue, max(row["waits"] for row in queue))
    told = {name: head.get(name) for name in ("who", "role", "program", "kind", "state", "ours")}
    yield from ((f"blocker_{name}", said(value)) for name, value in told.items() if value)
    if head.get("since"):
        yield "blocker_since", head["since"].isoformat()
    yield "blocker_own", "yes" if head.get("role") and head["role"] == head["ours"] else "no"
    yield "blocker_super", "yes" if head.get("super") else "no"


def _head(pid: int, rows: Mapping[int, Sequence[Row]]) -> Row:
    """The row that names the first of the queue: who blocks and waits for nobody himself."""
    seen, row = {pid}, rows[pid][0]
    while row["blocker"] in rows and row["blocker"] not in seen:
        seen.add(row["blocker"])
        row = rows[row["blocker"]][0]
    return row


def _holder(head: Row) -> str:
    if head["blocker"] is None:
        return "somebody holds"
    if head["blocker"] == 0:  # pg_blocking_pids: "zero for each prepared transaction"
        return "a prepared transaction holds"
    return f"{session_of({'pid': head['blocker'], 'who': head['who']})} holds"


def _waiting(queue: Sequence[Row], longest: float) -> str:
    if len(queue) == 1:
        return f"1 other waits, for {length(longest)}"
    return f"{len(queue)} others wait, the longest {length(longest)}"
