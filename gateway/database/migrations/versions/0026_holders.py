"""What service holders are told: when a filing counts, and which questions portals refuse."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_at", UtcDateTime(), nullable=True))
        batch_op.create_index("ix_filing_counted", ["service_id", "counted_at", "id"], unique=False)
    op.execute("UPDATE filing SET counted_at = coalesce(sent_at, drafted_at)")
    op.create_table(
        "refused_input",
        sa.Column("filing_id", sa.String(length=32), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("input", sa.String(length=128), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("connector_version", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_refused_input_filing_id")),
        sa.PrimaryKeyConstraint("filing_id", "attempt", "input", name=op.f("pk_refused_input")),
    )
    with op.batch_alter_table("refused_input", schema=None) as batch_op:
        batch_op.create_index("ix_refused_input_service", ["service_id", "at"], unique=False)
    since = op.create_table(
        "kept_since",
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_kept_since")),
    )
    op.bulk_insert(since, [{"what": "refused_input", "at": datetime.now(UTC)}])


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
