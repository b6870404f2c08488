"""Who took an open visit over, and from whom."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handed_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("handed_from", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("handed_terminal", sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_visit_handed_from"), "staff", ["handed_from"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_visit_handed_terminal"), "terminal", ["handed_terminal"], ["id"])


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
