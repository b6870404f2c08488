"""One at a time notes who could act: a row that is locked first."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "able_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_able_cursor_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_able_cursor")),
    )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
