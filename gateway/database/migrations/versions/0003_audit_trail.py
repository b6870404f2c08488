"""An audit trail with outside eyes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("identity_provider", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_verified", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
