"""How well a database is that answers: its own figures, judged by limits and put into words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.adapters.postgres_words import length, said, volume

# The worst first; the names are rows of the severity table.
RANK = (
    "read_only",
    "disk",
    "blocked",
    "connections",
    "wraparound",
    "slow",
    "long_transaction",
    "replication",
)
EVERY_ONE_TAKEN = "every connection is taken"
MOST_NAMED = 3
# PostgreSQL's pg_settings.source; a setting of the session or of our own address is not its own.
READ_ONLY_BY = {
    "environment variable": "set where it was started",
    "configuration file": "set in its configuration",
    "command line": "set where it was started",
    "global": "set for the role",
    "database": "set for this database",
    "user": "set for the role",
    "database user": "set for the role",
}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Limits:
    """What is too much. Shares are of one; `disk_bytes` is the disk's size where it is known."""

    connections_share: float = 0.9
    blocked_for: timedelta = timedelta(seconds=30)
    transaction_open_for: timedelta = timedelta(minutes=10)
    idle_in_transaction_for: timedelta = timedelta(minutes=5)
    replication_lag: timedelta = timedelta(minutes=5)
    slot_retained_bytes: int = 2 * 2**30
    wraparound_age: int = 1_000_000_000  # of about 2.1 thousand million, where PostgreSQL stops
    disk_share: float = 0.9
    disk_bytes: int | None = None


@dataclass(frozen=True)
class Symptom:
    code: str
    detail: str


@dataclass(frozen=True)
class Health:
    """Symptoms worst first; facts for code; lines for people; and what could not be seen."""

    symptoms: tuple[Symptom, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def together(parts: Iterable[Health]) -> Health:
    parts = tuple(parts)
    return Health(
        worst_first(s for part in parts for s in part.symptoms),
        tuple(fact for part in parts for fact in part.facts),
        tuple(line for part in parts for line in part.lines),
        tuple(dict.fromkeys(what for part in parts for what in part.unseen)),
    )


def worst_first(symptoms: Iterable[Symptom]) -> tuple[Symptom, ...]:
    return tuple(sorted(symptoms, key=lambda symptom: RANK.index(symptom.code)))


def crowd(rows: Sequence[Row], limits: Limits) -> Health:
    """The connections that clients have, of those that they can have."""
    taken, usable = rows[0]["taken"] or 0, max(rows[0]["usable"], 1)
    named = [f"{said(row['who'])} {row['held']}" for row in rows[:MOST_NAMED] if row["who"]]
    holders = ", ".join(named)
    line = f"{taken} of {usable} connections are taken" + (f": {holders}" if holders else "")
    facts = (("taken", str(taken)), ("usable", str(usable)), ("holders", holders))
    if taken < limits.connections_share * usable:
        return Health(facts=facts, lines=(line,))
    limit = f"limit {limits.connections_share * 100:.0f} %"
    free = f"{max(usable - taken, 0)} of {usable} connections free ({limit} taken)"
    detail = f"{free}: {holders}" if holders else free
    return Health((Symptom("connections", detail),), facts, (line,))


def taken(health: Health) -> str:
    """What is known of the connections when it has refused one."""
    facts = dict(health.facts)
    if "taken" not in facts:
        return EVERY_ONE_TAKEN
    free = int(facts["taken"]) < int(facts["usable"])
    what = "it refuses another one, perhaps by a limit of the role" if free else EVERY_ONE_TAKEN
    by = f": {facts['holders']}" if facts["holders"] else ""
    return f"{what}, {facts['taken']} of {facts['usable']}{by}"


def sessions(rows: Sequence[Row], limits: Limits) -> Health:
    """Transactions that are open for long, and those in which nothing happens."""
    most = limits.transaction_open_for.total_seconds()
    most_idle = limits.idle_in_transaction_for.total_seconds()
    idle = [row for row in rows if row["idle"] and row["idle_for"] is not None]
    idle.sort(key=lambda row: -row["idle_for"])
    stuck = [row for row in idle if row["idle_for"] >= most_idle]
    pids = {row["pid"] for row in stuck}
    long = [row for row in rows if row["open_for"] >= most and row["pid"] not in pids]
    details = []
    if stuck:
        since = f"sits idle in a transaction for {length(stuck[0]['idle_for'])}"
        details.append(f"{session_of(stuck[0])} {since} (limit {length(most_idle)}){_more(stuck)}")
    if long:
        since = f"has a transaction open for {length(long[0]['open_for'])}"
        details.append(f"{session_of(long[0])} {since} (limit {length(most)}){_more(long)}")
    facts = (
        ("longest_transaction_s", f"{rows[0]['open_for'] if rows else 0:.0f}"),
        ("idle_in_transaction_s", f"{idle[0]['idle_for'] if idle else 0:.0f}"),
    )
    return judged("long_transaction", details, facts)


def replication(rows: Sequence[Row], limits: Limits) -> Health:
    """What its replicas have not replayed yet. A lag counts only while something is behind."""
    most = limits.replication_lag.total_seconds()
    details = [
        f"replica {said(row['who'])} is {length(row['lag'])} and {volume(row['behind'])} behind"
        f" (limit {length(most)})"
        for row in rows
        if (row["lag"] or 0) >= most and (row["behind"] or 0) > 0
    ]
    worst = max((row["lag"] or 0 for row in rows), default=0)
    facts = (("replicas", str(len(rows))), ("replication_lag_s", f"{worst:.0f}")) if rows else ()
    return judged("replication", details, facts)


def standby(rows: Sequence[Row], limits: Limits) -> Health:
    """How far it is behind its primary; no rows of a database that is none."""
    if not rows or rows[0]["age"] is None:
        return Health()
    age, receiving = rows[0]["age"], rows[0]["receiving"]
    lag = 0 if receiving and rows[0]["caught_up"] else age
    details = []
    if lag >= limits.replication_lag.total_seconds():
        what = f"it is {length(lag)} behind its primary"
        details.append(what if receiving else f"{what} and receives nothing from it")
    return judged("replication", details, (("standby_lag_s", f"{lag:.0f}"),))


def slots(rows: Sequence[Row], limits: Limits) -> Health:
    details = []
    for row in rows:
        name, reader = said(row["slot"]), "" if row["active"] else " and has no reader"
        if row["wal_status"] == "lost":
            details.append(f"slot {name} has lost what it should have kept")
        elif (row["retained"] or 0) >= limits.slot_retained_bytes:
            limit = volume(limits.slot_retained_bytes)
            kept = f"keeps {volume(row['retained'])} of WAL (limit {limit})"
            details.append(f"slot {name} {kept}{reader}")
    most = max((row["retained"] or 0 for row in rows), default=0)
    facts = (("slots", str(len(rows))), ("slot_retained_mb", f"{most / 2**20:.0f}"))
    return judged("replication", details, facts if rows else ())


def wraparound(rows: Sequence[Row], limits: Limits) -> Health:
    most, facts, details = limits.wraparound_age, [], []
    for what, key in (("transaction ids", "age"), ("multixact ids", "mxid_age")):
        age, name = max((row[key], row["name"]) for row in rows)
        facts.append((f"wraparound_{key}", str(age)))
        if age >= most:
            old = f"{age / 1e6:,.0f} million (limit {most / 1e6:,.0f} million)"
            details.append(f"{what} of {said(name)} run out: {old}")
    return judged("wraparound", details, tuple(facts))


def size(rows: Sequence[Row], limits: Limits) -> Health:
    """The size is told; it is judged only where somebody has said how large the disk is."""
    if not rows or rows[0]["here"] is None:
        return Health()
    facts = (("size_mb", f"{rows[0]['here'] / 2**20:.0f}"),)
    lines = (f"its size is {volume(rows[0]['here'])}",)
    whole, disk = rows[0]["whole"] or 0, limits.disk_bytes
    if not disk or whole < limits.disk_share * disk:
        return Health(facts=facts, lines=lines)
    share = f"{whole / disk * 100:.0f} % of its disk (limit {limits.disk_share * 100:.0f} %)"
    found = Symptom("disk", f"its databases take {volume(whole)} of {volume(disk)}, {share}")
    return Health((found,), facts, lines)


def writes(rows: Sequence[Row]) -> Health:
    """Why it takes no writes, if so. What only our own role is told says nothing of others."""
    if not rows:
        return Health()
    row = rows[0]
    why = ""
    if row["standby"]:
        why = "it is a standby, in recovery"
    elif row["read_only"] == "on" and row["source"] in READ_ONLY_BY and row["counts"]:
        why = f"default_transaction_read_only is on, {READ_ONLY_BY[row['source']]}"
    details = [f"it takes no writes: {why}"] if why else []
    return judged("read_only", details, (("takes_writes", "no" if why else "yes"),))


def encryption(rows: Sequence[Row], ours: int) -> Health:
    """Of the server's own word, which behind a pooler is about another connection than ours."""
    if not rows:
        return Health(unseen=("TLS (it does not say)",))
    if rows[0]["pid"] != ours:
        return Health(facts=(("pooler", "yes"),), unseen=("TLS (a pooler is in between)",))
    tls = said(rows[0]["version"]) if rows[0]["ssl"] else "none"
    return Health(facts=(("tls", tls),), lines=(f"TLS of this connection: {tls}",))


JUDGES: dict[str, Callable[[Sequence[Row], Limits], Health]] = {
    "crowd": crowd,
    "sessions": sessions,
    "replication": replication,
    "standby": standby,
    "slots": slots,
    "wraparound": wraparound,
    "size": size,
}


def judged(code: str, details: Sequence[str], facts: Sequence[tuple[str, str]]) -> Health:
    return Health(tuple(Symptom(code, d) for d in details), tuple(facts), tuple(details))


def session_of(row: Row) -> str:
    return f"session {row['pid']}" + (f" ({said(row['who'])})" if row["who"] else "")


def _more(rows: Sequence[Row]) -> str:
    return f", and {len(rows) - 1} more" if len(rows) > 1 else ""
