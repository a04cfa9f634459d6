"""What is remembered of incidents that are over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "memory",
        sa.Column("incident", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("began_us", sa.BigInteger, nullable=False),
        sa.Column("ended_us", sa.BigInteger, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("helped", sa.Text, nullable=False),
        sa.Column("took_us", sa.BigInteger),
        sa.Column("failed", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("sure", sa.Text, nullable=False),
        sa.Column("proven", sa.Boolean, nullable=False),
    )
    op.create_index("memory_by_fingerprint", "memory", ["fingerprint", "ended_us"])
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX memory_words ON memory"
            " USING gin (to_tsvector('english'::regconfig, words))"
        )
