"""The rating is given on the display by one touch; the phone then asks only for the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feedback_invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rated", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table(
        "feedback_answer",
        schema=None,
        table_args=(
            sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_feedback_answer_satisfaction_range")),
        ),
        table_kwargs={"sqlite_with_rowid": False},
    ) as batch_op:
        batch_op.alter_column("satisfaction", existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column("done", existing_type=sa.String(length=8), nullable=True)
        batch_op.alter_column("clear", existing_type=sa.String(length=8), nullable=True)

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_visit_open_at_terminal",
            ["terminal_id", "opened_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
