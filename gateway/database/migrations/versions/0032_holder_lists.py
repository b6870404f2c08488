"""What institutions received by their own lists, held against ours for some days."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holder_list",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("compared_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'compared') = (result IS NOT NULL)", name=op.f("ck_holder_list_compared_has_result")
        ),
        sa.CheckConstraint("(state = 'waiting') = (given IS NOT NULL)", name=op.f("ck_holder_list_waiting_has_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_list")),
    )
    with op.batch_alter_table("holder_list", schema=None) as batch_op:
        batch_op.create_index("ix_holder_list_holder", ["holder", "made_at"], unique=False)
        batch_op.create_index("ix_holder_list_made", ["made_at"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
