"""The display shows the visit that the desk has in hand."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_hand_at", UtcDateTime(), nullable=True))
        batch_op.create_index("ix_visit_in_hand", ["terminal_id", "in_hand_at"], unique=False)
    op.execute("UPDATE visit SET in_hand_at = opened_at WHERE state = 'open'")


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
