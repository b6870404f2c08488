"""Why help was needed, and what is in doubt, found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("help_reason", sa.String(length=40), nullable=True))

    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_filing_in_doubt",
            ["sent_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'needs_human'"),
            postgresql_where=sa.text("state = 'needs_human'"),
        )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
