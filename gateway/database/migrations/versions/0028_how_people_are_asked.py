"""How an invitation to say how it went reached somebody, and who does not want to be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feedback_invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reach", sa.String(length=40), nullable=False, server_default="page"))
        batch_op.add_column(sa.Column("declined", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("ix_feedback_invitation_of_month", ["centre_id", "month"], unique=False)

    with op.batch_alter_table("sealed_record", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sealed_feedback_link",
            ["stored_at"],
            unique=False,
            sqlite_where=sa.text("kind = 'feedback'"),
            postgresql_where=sa.text("kind = 'feedback'"),
        )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
