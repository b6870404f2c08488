"""What a centre is to reach, and what it does for that."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "target",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("aim", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("first_month", sa.String(length=7), nullable=False),
        sa.Column("last_month", sa.String(length=7), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint("last_month >= first_month", name=op.f("ck_target_ends_after_begin")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_target_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index("ix_target_centre", ["centre_id", "first_month"], unique=False)
    op.create_table(
        "improvement_action",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("aim", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_improvement_action_open_has_no_end")),
        sa.CheckConstraint(
            "state <> 'dropped' OR reason IS NOT NULL", name=op.f("ck_improvement_action_dropped_says_why")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_improvement_action_centre_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_improvement_action_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_action")),
    )
    with op.batch_alter_table("improvement_action", schema=None) as batch_op:
        batch_op.create_index("ix_improvement_action_centre", ["centre_id", "state", "due"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
