"""A terminal's key, and what a session knows of its last proof."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terminal_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_terminal_challenge")),
    )
    with op.batch_alter_table("terminal_challenge", schema=None) as batch_op:
        batch_op.create_index("ix_terminal_challenge_browser", ["bound_to", "purpose"], unique=False)
        batch_op.create_index(batch_op.f("ix_terminal_challenge_begun_at"), ["begun_at"], unique=False)

    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_key", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("certificate_hash", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proven_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("traits", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("proof_hash", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("proof_before", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("refused_mark", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
