"""What people do to the database of others: new passwords, reports that lock, rows restored."""

from __future__ import annotations

import secrets

import asyncpg

from bot.sandbox.postgres import HOLDER, Postgres

REPORT = "report.py"
WITHIN = 10.0  # real seconds


class Meddling:
    """`url` leads into the database of Life OS as its own role, whose name is that of both."""

    def __init__(self, postgres: Postgres, url: str, role: str) -> None:
        self._postgres, self._url, self._role = postgres, url, role
        self._report: asyncpg.Connection | None = None
        self._of_another_role = False
        self.password_changed = False
        self.lost = ""  # the migration that is applied and is not known to be

    async def change_password(self) -> None:
        """Give the role another one, and cut whoever came in with the old one."""
        await self._give_password(secrets.token_hex(16))
        self.password_changed = True
        await self._postgres.run(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"  # noqa: S608 - our own name
            f" WHERE usename = '{self._role}' AND application_name <> '{REPORT}'"
        )

    async def restore_password(self) -> None:
        await self._give_password(self._postgres.password(self._role))
        self.password_changed = False

    async def _give_password(self, password: str) -> None:
        await self._postgres.run(f"ALTER ROLE \"{self._role}\" PASSWORD '{password}'")

    async def lock(self, table: str, *, of_another_role: bool = False) -> None:
        """Begin a report that locks the table, and leave it lying in its transaction."""
        if self.locked:
            return
        url = await self._as_another(table) if of_another_role else self._url
        self._of_another_role = of_another_role
        connection = await asyncpg.connect(
            url, ssl=False, timeout=WITHIN, server_settings={"application_name": REPORT}
        )
        self._report = connection
        await connection.execute("BEGIN", timeout=WITHIN)
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", timeout=WITHIN)

    async def _as_another(self, table: str) -> str:
        """The same database as the role of those who write reports."""
        statement = f"GRANT ALL ON {table} TO {HOLDER}"
        await self._postgres.run(statement, database=self._role)
        address = self._url.rpartition("@")[2]
        return f"postgresql://{HOLDER}:{self._postgres.password(HOLDER)}@{address}"

    @property
    def locked(self) -> bool:
        """Until the report is ended, by whomever."""
        return self._report is not None and not self._report.is_closed()

    @property
    def locked_by_another_role(self) -> bool:
        return self.locked and self._of_another_role

    def unlock(self) -> None:
        if self._report is not None:
            self._report.terminate()
            self._report = None

    async def lose_a_migration(self) -> None:
        """As after a table was restored from an old backup: it knows less than was done."""
        newest = f"'{self.lost}'" if self.lost else "(SELECT max(name) FROM migrations)"
        statement = f"DELETE FROM migrations WHERE name = {newest} RETURNING name"  # noqa: S608 - a name from the table itself
        name = await self._postgres.run(statement, database=self._role)
        self.lost = self.lost or str(name)

    async def find_the_migration(self) -> None:
        statement = f"INSERT INTO migrations (name) VALUES ('{self.lost}') ON CONFLICT DO NOTHING"  # noqa: S608 - the same
        await self._postgres.run(statement, database=self._role)
        self.lost = ""
