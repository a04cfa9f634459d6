"""Older looks, thinned out to a line a minute or an hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "stretch",
        sa.Column("id", SERIAL, primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("check", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("lasts_us", sa.BigInteger, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("blind", sa.Integer, nullable=False),
        sa.Column("low", sa.Float),
        sa.Column("high", sa.Float),
        sa.Column("measured", sa.Integer, nullable=False),
        sa.Column("total", sa.Float, nullable=False),
    )
    op.create_index("stretch_of_check", "stretch", ["service", "check", "at_us"])
