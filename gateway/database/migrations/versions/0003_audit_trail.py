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
    op.create_table(
        "barred_step",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_barred_step_staff_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_barred_step_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barred_step")),
    )
    with op.batch_alter_table("barred_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_barred_step_at"), ["at"], unique=False)

    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text_length", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("number_hash", sa.LargeBinary(length=32), nullable=True))
        batch_op.create_index("ix_approval_decided", ["decided_at"], unique=False)
        batch_op.create_index("ix_approval_route", ["route", "visit_id"], unique=False)

    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index("ix_delegation_requested", ["requested_at"], unique=False)

    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.create_index("ix_filing_sent", ["sent_at"], unique=False)
        batch_op.create_index("ix_filing_service", ["service_id", "visit_id"], unique=False)

    with op.batch_alter_table("identity_provider", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_verified", sa.Boolean(), server_default=sa.text("false"), nullable=False))

    with op.batch_alter_table("second_look", schema=None) as batch_op:
        batch_op.create_index("ix_second_look_asked", ["asked_at"], unique=False)

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_by_assistant", ["assistant_id", "opened_at", "id"], unique=False)
        batch_op.create_index("ix_visit_by_centre", ["centre_id", "opened_at", "id"], unique=False)
        batch_op.create_index("ix_visit_by_ending", ["ending", "opened_at", "id"], unique=False)
        batch_op.create_index("ix_visit_by_service", ["service_id", "opened_at", "id"], unique=False)
    for table in ("audit_cosignature",):
        triggers.protect(op.get_bind(), table)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
