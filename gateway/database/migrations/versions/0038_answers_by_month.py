"""Answers are counted by month: the last months' alone are read, however many there are before."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_feedback_answer_month", "feedback_answer", ["month", "centre_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
