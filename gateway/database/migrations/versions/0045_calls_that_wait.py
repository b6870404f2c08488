"""Calls to those who want to be asked by telephone how they were helped, and how each call went."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("service_group", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=True),
        sa.Column("served", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name=op.f("ck_callback_claim_has_end")),
        sa.CheckConstraint("(tries = 0) = (tried_on IS NULL)", name=op.f("ck_callback_tried_has_day")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_callback_centre_id")),
        sa.ForeignKeyConstraint(["claimed_by"], ["staff.id"], name=op.f("fk_callback_claimed_by")),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name=op.f("fk_callback_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.create_index("ix_callback_centre", ["centre_id", "asked_on", "id"], unique=False)
        batch_op.create_index("ix_callback_expires", ["expires_on"], unique=False)
        batch_op.create_index(
            "ix_callback_claimed",
            ["claimed_by"],
            unique=True,
            sqlite_where=sa.text("claimed_by IS NOT NULL"),
            postgresql_where=sa.text("claimed_by IS NOT NULL"),
        )
    with op.batch_alter_table("feedback_invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("called", sa.String(length=40), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
