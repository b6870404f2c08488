"""Whose hands the link of an invitation is in: with theirs, too, it opens nothing while their account is out of use."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("linked_by", sa.Text(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_staff_invitation_linked_by"), "staff", ["linked_by"], ["id"])


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
