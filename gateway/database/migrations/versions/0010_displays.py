"""Displays are enrolled by a manager, and paired by the desk.

A display that was paired before has no key by which it could prove itself: its row goes, and it says that it has to be
enrolled. Codes live ten minutes; those on their way are made anew.
"""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("display")
    op.create_table(
        "display",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("certificate_hash", sa.LargeBinary(), nullable=True),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("is_large", sa.Boolean(), nullable=False),
        sa.Column("chosen_for", sa.Text(), nullable=True),
        sa.Column("chosen_language", sa.Text(), nullable=True),
        sa.Column("chosen_large", sa.Boolean(), nullable=True),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("enrolled_by", sa.Text(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("proven_at", UtcDateTime(), nullable=False),
        sa.Column("traits", sa.LargeBinary(), nullable=True),
        sa.Column("proof_hash", sa.LargeBinary(), nullable=True),
        sa.Column("proof_before", sa.LargeBinary(), nullable=True),
        sa.Column("refused_mark", sa.LargeBinary(), nullable=True),
        sa.Column("terminal_id", sa.Text(), nullable=True),
        sa.Column("paired_at", UtcDateTime(), nullable=True),
        sa.Column("paired_by", sa.Text(), nullable=True),
        sa.Column("offer_terminal_id", sa.Text(), nullable=True),
        sa.Column("offer_number", sa.Text(), nullable=True),
        sa.Column("offer_until", UtcDateTime(), nullable=True),
        sa.Column("taken_from", sa.Text(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_display_centre_id")),
        sa.ForeignKeyConstraint(["enrolled_by"], ["staff.id"], name=op.f("fk_display_enrolled_by")),
        sa.ForeignKeyConstraint(["offer_terminal_id"], ["terminal.id"], name=op.f("fk_display_offer_terminal_id")),
        sa.ForeignKeyConstraint(["paired_by"], ["staff.id"], name=op.f("fk_display_paired_by")),
        sa.ForeignKeyConstraint(["taken_from"], ["terminal.id"], name=op.f("fk_display_taken_from")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_display_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_display_secret_hash")),
    )
    with op.batch_alter_table("display", schema=None) as batch_op:
        batch_op.create_index("ix_display_by_centre", ["centre_id"], unique=False)
        batch_op.create_index(
            "uq_display_of_terminal",
            ["terminal_id"],
            unique=True,
            sqlite_where=sa.text("terminal_id IS NOT NULL"),
            postgresql_where=sa.text("terminal_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_display_by_offer",
            ["offer_terminal_id"],
            unique=False,
            sqlite_where=sa.text("offer_terminal_id IS NOT NULL"),
            postgresql_where=sa.text("offer_terminal_id IS NOT NULL"),
        )

    op.drop_table("pairing")
    op.create_table(
        "pairing",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("holder_hash", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_pairing_centre_id")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_pairing_made_by")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_pairing")),
    )
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.create_index("ix_pairing_by_holder", ["holder_hash"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
