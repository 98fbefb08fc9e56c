"""Removed posts, suspended accounts, and learned views that count for others or do not.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from spark_vision.database.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# An account whose keys were all revoked is not in good standing; one that signs in elsewhere has none.
_SHARED = """
    UPDATE learned_views SET shared = :yes
    WHERE EXISTS (SELECT 1 FROM posts p WHERE p.id = learned_views.post_id AND p.state = 'published')
    AND NOT (
        EXISTS (SELECT 1 FROM keys k WHERE k.account_id = learned_views.poster_id)
        AND NOT EXISTS (
            SELECT 1 FROM keys k WHERE k.account_id = learned_views.poster_id AND k.revoked_at IS NULL
        )
    )
"""


def upgrade() -> None:
    """Add the columns. Views of posts that are published now go on counting for others."""
    op.add_column("accounts", sa.Column("suspended_at", UtcDateTime(), nullable=True))
    op.add_column("posts", sa.Column("removal_reason", sa.Text(), nullable=False, server_default=""))
    for name, before in (("shared", sa.false()), ("established", sa.true())):
        column: sa.Column[bool] = sa.Column(name, sa.Boolean(), nullable=False, server_default=before)
        op.add_column("learned_views", column)
    op.execute(sa.text(_SHARED).bindparams(yes=True))
    op.execute(sa.text("UPDATE learned_state SET revision = revision + 1"))
    op.execute(sa.text("UPDATE learned_views SET revision = (SELECT revision FROM learned_state)"))
