"""An audit trail with outside eyes."""

import sqlalchemy as sa
from alembic import op

from gateway.database import triggers
from gateway.database.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_cosignature",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("size", "key", name=op.f("pk_audit_cosignature")),
    )
    op.create_table(
        "audit_end",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_end")),
        sa.UniqueConstraint("place", name=op.f("uq_audit_end_place")),
    )
    op.create_table(
        "audit_end_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_end_node")),
    )
    op.create_table(
        "audit_ends",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_ends_one_row")),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_ends_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_ends")),
    )
    with op.batch_alter_table("identity_provider", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_verified", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for table in ("audit_cosignature",):
        triggers.protect(op.get_bind(), table)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
