"""What was spent on models, and what is reserved for calls under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "spend",
        sa.Column("id", SERIAL, primary_key=True),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("reserved", sa.BigInteger, nullable=False),
        sa.Column("spent", sa.BigInteger),
        sa.Column("request", sa.Text, nullable=False),
    )
    op.create_index("spend_by_time", "spend", ["at_us"])
    op.create_index("spend_by_incident", "spend", ["incident"])
