"""Monthly statements of what was delivered to institutions."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import Json, UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holder_statement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("disputes", Json, nullable=True),
        sa.CheckConstraint(
            "(state = 'issued') = (answered_at IS NULL)", name=op.f("ck_holder_statement_answered_has_time")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["staff.id"], name=op.f("fk_holder_statement_answered_by")),
        sa.ForeignKeyConstraint(["issued_by"], ["staff.id"], name=op.f("fk_holder_statement_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_holder_statement_number")),
    )
    with op.batch_alter_table("holder_statement", schema=None) as batch_op:
        batch_op.create_index("uq_holder_statement_month", ["holder", "month"], unique=True)
        batch_op.create_index("ix_holder_statement_issued", ["issued_at", "id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
