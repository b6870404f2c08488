"""Whoever needs longer for the rating on the display takes it."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("display", schema=None) as batch_op:
        batch_op.add_column(sa.Column("farewell_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
