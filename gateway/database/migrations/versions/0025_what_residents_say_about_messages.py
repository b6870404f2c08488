"""What residents say about messages, the links that end them, and what was heard of a message after it was sent."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resident_preference",
        sa.Column("resident_id", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("said_how", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_resident_preference_resident_id")),
        sa.PrimaryKeyConstraint("resident_id", "what", name=op.f("pk_resident_preference")),
    )
    op.create_table(
        "preference_link",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("resident_id", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_preference_link_resident_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_preference_link")),
    )
    with op.batch_alter_table("preference_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preference_link_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_preference_link_made_at"), ["made_at"], unique=False)
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resident_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("address_hash", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("off_link", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("report", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("report_code", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("reported_at", UtcDateTime(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_message_resident_id"), "resident", ["resident_id"], ["id"])
        batch_op.create_check_constraint("off_link_goes_with_body", "off_link IS NULL OR body IS NOT NULL")
        batch_op.create_check_constraint("report_has_time", "(report IS NULL) = (reported_at IS NULL)")
        batch_op.create_index(
            "ix_message_by_resident",
            ["resident_id"],
            unique=False,
            sqlite_where=sa.text("resident_id IS NOT NULL"),
            postgresql_where=sa.text("resident_id IS NOT NULL"),
        )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
