"""Who invited whom is looked up by an index, either way."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_invitation", schema=None) as batch_op:
        batch_op.create_index("ix_staff_invitation_staff", ["staff_id"], unique=False)
        batch_op.create_index("ix_staff_invitation_inviter", ["invited_by"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
