"""Schedules of feeds.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from spark_vision.database.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of schedules."""
    op.create_table(
        "feed_schedules",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("time", sa.String(length=5), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("credentials", sa.Text(), nullable=False),
        sa.Column("pictures_base", sa.String(length=2000), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_run_at", UtcDateTime(), nullable=False),
        sa.Column("last_run_at", UtcDateTime(), nullable=True),
        sa.Column("last_import_id", sa.String(length=32), nullable=True),
        sa.Column("notice_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_feed_schedules_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feed_schedules"),
    )
    op.create_index("ix_feed_schedules_account_id", "feed_schedules", ["account_id"])
    op.create_index("ix_feed_schedules_next_run_at", "feed_schedules", ["next_run_at"])
    op.create_index("ix_feed_schedules_notice_at", "feed_schedules", ["notice_at"])
