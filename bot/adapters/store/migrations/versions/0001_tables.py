"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = sa.text("status <> 'closed'")


def upgrade() -> None:
    looks()
    incidents()
    outbox()
    chat()
    forbid_changes()


def looks() -> None:
    op.create_table(
        "result",
        sa.Column("id", SERIAL, primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("check", sa.Text, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("value", sa.Float),
    )
    op.create_index("result_newest", "result", ["service", "check", sa.text("at_us DESC")])


def incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("announced", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "incident_one_live",
        "incident",
        ["service"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_table(
        "event",
        sa.Column("incident", sa.Integer, sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("incident", "version"),
    )


def outbox() -> None:
    op.create_table(
        "post",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("lane", sa.SmallInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("reply_to", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("repeated", sa.Boolean, nullable=False),
        sa.Column("not_before_us", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("updated_us", sa.BigInteger, nullable=False),
    )
    op.create_index("post_by_state", "post", ["state"])
    op.create_table(
        "moved_chat",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("now", sa.BigInteger, nullable=False),
    )


def chat() -> None:
    op.create_table(
        "button",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("post", sa.Text, sa.ForeignKey("post.key"), nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("arg", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("style", sa.Text, nullable=False),
        sa.UniqueConstraint("post", "verb", "incident", "arg", name="button_once"),
    )
    op.create_table(
        "inbox",
        sa.Column("seq", SERIAL, primary_key=True),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("done_us", sa.BigInteger),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.UniqueConstraint("update_id", name="inbox_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memo",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def forbid_changes() -> None:
    """Events are only ever added: the database itself says so."""
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event"
                " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event"
        " FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()"
    )
