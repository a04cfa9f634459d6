"""Brings the schema up to date at start: all of it or nothing, by one process at a time."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from bot.ports import Unavailable

SCHEMA = "0005"  # the newest revision in migrations/versions
LOCK = 0x6C69666564  # any number that only we use


def migrate(connection: Connection) -> None:
    """Run what is missing inside the connection's transaction; the caller commits.

    Raises Unavailable (permanent) when the schema is newer than this program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    found = revision(connection)
    if found != SCHEMA:
        _upgrade(connection, found)


def revision(connection: Connection) -> str | None:
    """What the database is at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection, found: str | None) -> None:
    # Imported when needed: 0.6 s and 12 MiB that a start on a current schema does not pay.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "bot.adapters.store:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise Unavailable(
            f"the database has schema {found}, which is newer than this program ({SCHEMA}):"
            " install the newer version again, or restore a backup from before it",
            permanent=True,
        )
    command.upgrade(config, "head")
    _check_references(connection)


def _check_references(connection: Connection) -> None:
    """SQLite enforces no foreign keys while it migrates, so look afterwards."""
    if connection.dialect.name != "sqlite":
        return
    broken = {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
    if broken:
        tables = ", ".join(sorted(broken))
        raise Unavailable(f"the migration would leave rows of {tables} astray", permanent=True)
