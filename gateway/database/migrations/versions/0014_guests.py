"""Codes by which a resident begins to act alone at a shared computer."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visit_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("seed", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_pairing_visit_id"), ["visit_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
