"""What Alembic runs: our migrations, on the connection and in the transaction we hand it."""

from __future__ import annotations

from alembic import context

from bot.adapters.store.tables import METADATA


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transactional_ddl=True,  # true of SQLite as well, since our engine begins for itself
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


run()
