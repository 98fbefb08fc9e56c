"""Imports that wait are queued.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the state of imports that wait."""
    op.execute(sa.text("UPDATE imports SET state = 'queued' WHERE state = 'waiting'"))
