"""What the network answers to a disputed statement, and how far a long list is compared."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("holder_statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reply", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("replied_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("replied_by", sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_holder_statement_replied_by"), "staff", ["replied_by"], ["id"])
        batch_op.create_check_constraint("reply_has_time", "(reply IS NULL) = (replied_at IS NULL)")
    op.add_column("holder_list", sa.Column("seen", sa.Integer(), server_default="0", nullable=False))
    op.add_column("holder_list", sa.Column("ours", sa.Integer(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
