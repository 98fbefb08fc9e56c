"""Clicks, orders, earnings and smiles.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from spark_vision.database.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER ledger_no_{verb.lower()} BEFORE {verb} ON ledger"
        " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION ledger_no_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
        "CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_no_change()",
    ),
}


def upgrade() -> None:
    """Go on from the revision before."""
    _clicks()
    _sales()
    _ledger()
    _smiles()


def _clicks() -> None:
    """Ways from tags to the shop."""
    op.create_table(
        "clicks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tag_id", sa.String(length=32), nullable=False),
        sa.Column("post_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_clicks_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_clicks"),
    )
    op.create_index("ix_clicks_account_id_first_at", "clicks", ["account_id", "first_at", "post_id"])
    op.create_index("ix_clicks_visitor_product_id_last_at", "clicks", ["visitor", "product_id", "last_at"])
    op.create_index("uq_clicks_tag_id_visitor_hour", "clicks", ["tag_id", "visitor", "hour"], unique=True)


def _sales() -> None:
    """Order lines and their refunds."""
    op.create_table(
        "sales",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("line_id", sa.String(length=200), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("click_id", sa.String(length=32), nullable=True),
        sa.Column("commission", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["click_id"], ["clicks.id"], name="fk_sales_click_id_clicks"),
        sa.PrimaryKeyConstraint("id", name="pk_sales"),
    )
    op.create_index("uq_sales_order_id_line_id", "sales", ["order_id", "line_id"], unique=True)
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("sale_id", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name="fk_refunds_sale_id_sales"),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
    )
    op.create_index("ix_refunds_sale_id", "refunds", ["sale_id"])


def _ledger() -> None:
    """The ledger, and what keeps it as it is."""
    op.create_table(
        "ledger",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("post_id", sa.String(length=32), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_ledger_account_id_accounts"),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger"),
    )
    op.create_index("ix_ledger_account_id_seq", "ledger", ["account_id", "seq"])
    op.create_index(
        "uq_ledger_account_id_currency_number", "ledger", ["account_id", "currency", "number"], unique=True
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _smiles() -> None:
    """Smiles."""
    op.create_table(
        "smiles",
        sa.Column("post_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("smiled_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_smiles_account_id_accounts", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_smiles_post_id_posts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "account_id", name="pk_smiles"),
    )
    op.create_index("ix_smiles_account_id", "smiles", ["account_id"])
