"""The doctor at the watched database: reach, rights, TLS, and that it is not the store. Reads."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qs, urlsplit

from bot.adapters.postgres import Finding as Looked
from bot.adapters.postgres import Probe
from bot.adapters.postgres_queries import NO_MONITOR
from bot.adapters.query import QueryFailed, first_value
from bot.app.finding import LOCAL, Finding, advice, ok, wrong
from bot.ports import Unavailable
from bot.settings import ServiceConfig, Settings

WITHIN = 5.0  # seconds
PORT = 5432
DEMANDS = frozenset({"require", "verify-ca", "verify-full"})
SICK = frozenset({"slow", "read_only"})  # it is the right database, and not well
TODO = {
    "auth": "Correct the user and the password in its address.",
    "name": "Correct the host and the database's name in its address.",
    "refused": "Correct the host and the port, or see that it lets this machine in.",
    "timeout": "See that it lets this machine in (its firewall or list of addresses).",
    "saturated": "Give it more connections, or its users fewer.",
}
# A superuser may everything, so this holds of it as well.
MAY_WRITE = """
    SELECT has_database_privilege(current_database(), 'CREATE') OR EXISTS (
        SELECT FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
        AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE'))
"""


async def database(service: ServiceConfig, settings: Settings) -> list[Finding]:
    dsn = service.database_url.get_secret_value()
    if not dsn:
        return []
    name = f"{service.name}: its database"
    found = list(not_the_store(name, dsn, settings.store_url.get_secret_value()))
    probe = Probe(dsn, expects_writes=service.database_writes)
    looked = await probe.figures()
    found.append(reached(name, looked))
    if looked.code in {"", *SICK} and not looked.blind:
        found += [encrypted(name, dsn, looked), monitors(name, looked), await rights(name, dsn)]
    return found


def reached(name: str, looked: Looked) -> Finding:
    if looked.blind:
        todo = "Mend this machine's own network."
        return wrong(name, f"It cannot be seen from here: {looked.detail}.", todo)
    if looked.code in SICK:
        return advice(name, f"It answers, but {looked.detail}.", "See what ails it.")
    if looked.code:
        todo = TODO.get(looked.code, "See what ails it, and ask again.")
        return wrong(name, f"No connection: {looked.detail}.", todo)
    return ok(name, f"PostgreSQL {looked.version.split()[0]}, {looked.detail}.")


def encrypted(name: str, dsn: str, looked: Looked) -> Finding:
    about, parts = f"{name}, TLS", urlsplit(dsn)
    mode = parse_qs(parts.query).get("sslmode", ["prefer"])[0]
    demand = "Add ?sslmode=require to its address: nobody can then make us speak in the clear."
    if not looked.tls:
        return ok(about, f"Behind a pooler it cannot be seen (sslmode {mode}).")
    if host(parts) in LOCAL:
        return ok(about, f"{looked.tls}, on this machine (sslmode {mode}).")
    if looked.tls == "none":
        return advice(about, f"The connection is not encrypted (sslmode {mode}).", demand)
    if mode not in DEMANDS:
        return advice(about, f"{looked.tls}, but not demanded (sslmode {mode}).", demand)
    return ok(about, f"{looked.tls} (sslmode {mode}).")


def monitors(name: str, looked: Looked) -> Finding:
    about = f"{name}, pg_monitor"
    unseen = looked.health.unseen if looked.health else ()
    if any(NO_MONITOR in what for what in unseen):
        said = "Its role lacks it: the sessions, locks and transactions of others are not seen."
        return advice(about, said, "Say GRANT pg_monitor TO the role.")
    if unseen:
        return advice(about, f"Not seen: {'; '.join(unseen)}.", "Ask again later.")
    return ok(about, "Its role has it.")


async def rights(name: str, dsn: str) -> Finding:
    about = f"{name}, rights"
    try:
        _, writes = await first_value(dsn, MAY_WRITE, within=WITHIN)
    except (Unavailable, QueryFailed) as hidden:
        return advice(about, f"What its role may do is not told: {hidden}.", "Ask again later.")
    if writes is not True:
        return ok(about, "Its role may only read.")
    todo = "Make a role for the watchdog that may connect and read, with pg_monitor."
    return advice(about, "Its role may write, and the watchdog only reads.", todo)


def not_the_store(name: str, dsn: str, store: str) -> Iterator[Finding]:
    """By their addresses: Render's inner and outer names of a database begin alike."""
    if not store.startswith("postgres"):
        return
    try:
        ours, theirs = urlsplit(store), urlsplit(dsn)
        same_server = server(ours) == server(theirs)
    except ValueError:  # a port that is no number: whoever connects will say so
        return
    if same_server and kept_in(ours) == kept_in(theirs):
        todo = "Give the watchdog a database of its own, or leave STORE_URL out."
        yield wrong("STORE_URL", f"The watchdog's own records are in {name}.", todo)
    elif same_server:
        said = f"The watchdog's own records are on the same server as {name}."
        yield advice("STORE_URL", said, "Keep them apart: they are needed when it is down.")


def server(parts: SplitResult) -> tuple[str, int]:
    whole = host(parts)
    first = whole.partition(".")[0]
    short = first if first.startswith("dpg-") else whole
    return ("localhost" if short in LOCAL else short, parts.port or PORT)


def host(parts: SplitResult) -> str:
    """In lower case, from either place that libpq reads; "" for a socket of this machine."""
    found = parts.hostname or parse_qs(parts.query).get("host", [""])[0]
    return "" if found.startswith("/") else found.lower()


def kept_in(parts: SplitResult) -> str:
    """The database's name; without one it is the user's (libpq)."""
    return parts.path.strip("/") or (parts.username or "")
