"""Silences and maintenance windows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "silence",
        sa.Column("id", SERIAL, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("check", sa.Text, nullable=False),
        sa.Column("pattern", sa.Text, nullable=False),
        sa.Column("begins_us", sa.BigInteger, nullable=False),
        sa.Column("ends_us", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("by_id", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("lifted_us", sa.BigInteger),
        sa.Column("lifted_by", sa.Text, nullable=False),
        sa.Column("lifted_by_id", sa.BigInteger, nullable=False),
        sa.Column("lifted_key", sa.Text, nullable=False),
        sa.UniqueConstraint("key", name="silence_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("silence_by_end", "silence", ["ends_us"])
