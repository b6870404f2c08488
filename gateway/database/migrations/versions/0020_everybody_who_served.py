"""Whoever served a visit before another took it over stays known: they are nobody's second pair of eyes in it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("served_by", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE visit SET served_by = ' ' || handed_from || ' ' WHERE handed_from IS NOT NULL")


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
