"""Learned views.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from spark_vision.database.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What was decided before there were learned views teaches, too; vectors are made from the stored photos.
_CONFIRMED = """
    INSERT INTO learned_views
        (id, product_id, poster_id, post_id, photo_digest, box, stance, learned_at, version, revision)
    SELECT d.id, t.product_id, d.account_id, t.post_id, p.photo_digest, t.box, 'confirmed', d.at, 1, 1
    FROM tags t JOIN decisions d ON d.id = t.decision_id JOIN posts p ON p.id = t.post_id
"""
_REJECTED = """
    INSERT INTO learned_views
        (id, product_id, poster_id, post_id, photo_digest, box, stance, learned_at, version, revision)
    SELECT d.id, r.product_id, d.account_id, r.post_id, p.photo_digest, d.region, 'rejected', d.at, 1, 1
    FROM rejections r JOIN decisions d ON d.id = r.decision_id JOIN posts p ON p.id = r.post_id
    WHERE r.reason <> 'not_wanted'
"""


def upgrade() -> None:
    """Add the tables, and the views of what was decided so far."""
    op.create_table(
        "learned_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learned_state"),
    )
    op.create_table(
        "learned_views",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("poster_id", sa.String(length=32), nullable=False),
        sa.Column("post_id", sa.String(length=32), nullable=False),
        sa.Column("photo_digest", sa.String(length=64), nullable=False),
        sa.Column("box", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("learned_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_by", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("encoder", sa.String(length=64), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["poster_id"], ["accounts.id"], name="fk_learned_views_poster_id_accounts"),
        sa.ForeignKeyConstraint(["removed_by"], ["accounts.id"], name="fk_learned_views_removed_by_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_learned_views"),
    )
    op.create_index("ix_learned_views_learned_at", "learned_views", ["learned_at", "id"])
    op.create_index("ix_learned_views_photo_digest", "learned_views", ["photo_digest"])
    op.create_index("ix_learned_views_post_id", "learned_views", ["post_id"])
    op.create_index("ix_learned_views_product_id", "learned_views", ["product_id", "learned_at", "id"])
    op.create_index("ix_learned_views_revision", "learned_views", ["revision"])
    op.execute(sa.text("INSERT INTO learned_state (id, revision) VALUES (1, 1)"))
    op.execute(sa.text(_CONFIRMED))
    op.execute(sa.text(_REJECTED))
