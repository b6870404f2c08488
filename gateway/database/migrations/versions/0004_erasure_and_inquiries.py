"""Erasure, inquiries and a log that goes on."""

import sqlalchemy as sa
from alembic import op

from gateway.database import triggers
from gateway.database.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_epoch",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("used_from", UtcDateTime(), nullable=True),
        sa.Column("emptied_at", UtcDateTime(), nullable=True),
        sa.Column("destroyed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_key_epoch")),
    )
    op.create_table(
        "erasure_wish",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("rests_until", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_erasure_wish_ended_has_time")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_erasure_wish_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_wish")),
    )
    with op.batch_alter_table("erasure_wish", schema=None) as batch_op:
        batch_op.create_index(
            "ix_erasure_wish_due",
            ["rests_until", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(batch_op.f("ix_erasure_wish_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(
            "uq_erasure_wish_waiting",
            ["resident_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "inquiry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_terminal_id", sa.Text(), nullable=True),
        sa.Column("opened_browser_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("lapses_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("ends_at > opened_at", name=op.f("ck_inquiry_ends_after_opening")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_inquiry_opened_by")),
        sa.ForeignKeyConstraint(["opened_terminal_id"], ["terminal.id"], name=op.f("fk_inquiry_opened_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
    )
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.create_index("ix_inquiry_ends", ["ends_at"], unique=False)
        batch_op.create_index("ix_inquiry_opened", ["opened_at", "id"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("assistant_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("sign", sa.String(length=40), nullable=True),
        sa.Column("draw", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("is_over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("deadline", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_finding_closed_has_outcome")),
        sa.CheckConstraint("is_over = (state IN ('closed', 'withdrawn'))", name=op.f("ck_finding_over_when_ended")),
        sa.CheckConstraint("is_over = (ended_at IS NOT NULL)", name=op.f("ck_finding_over_has_time")),
        sa.ForeignKeyConstraint(["answered_by"], ["staff.id"], name=op.f("fk_finding_answered_by")),
        sa.ForeignKeyConstraint(["assistant_id"], ["staff.id"], name=op.f("fk_finding_assistant_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_finding_centre_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_finding_ended_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_finding_opened_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_finding_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_assistant", ["assistant_id", "is_over", "deadline", "id"], unique=False)
        batch_op.create_index("ix_finding_centre", ["centre_id", "is_over", "deadline", "id"], unique=False)
        batch_op.create_index("ix_finding_deadline", ["is_over", "deadline", "id"], unique=False)
        batch_op.create_index("ix_finding_visit", ["visit_id"], unique=False)

    op.create_table(
        "inquiry_step",
        sa.Column("inquiry_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(kind = 'ended') = (why IS NOT NULL)", name=op.f("ck_inquiry_step_ended_says_why")),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_inquiry_step_by")),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name=op.f("fk_inquiry_step_inquiry_id")),
        sa.PrimaryKeyConstraint("inquiry_id", "kind", name=op.f("pk_inquiry_step")),
    )
    op.create_table(
        "inquiry_subject",
        sa.Column("inquiry_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name=op.f("fk_inquiry_subject_inquiry_id")),
        sa.PrimaryKeyConstraint("inquiry_id", "kind", "subject_id", name=op.f("pk_inquiry_subject")),
    )
    with op.batch_alter_table("inquiry_subject", schema=None) as batch_op:
        batch_op.create_index("ix_inquiry_subject", ["subject_id", "kind"], unique=False)

    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=True),
        sa.Column("resident_id", sa.Text(), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(visit_id IS NULL) <> (resident_id IS NULL)", name=op.f("ck_legal_hold_one_subject")),
        sa.ForeignKeyConstraint(["placed_by"], ["staff.id"], name=op.f("fk_legal_hold_placed_by")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_legal_hold_resident_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_legal_hold_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    with op.batch_alter_table("legal_hold", schema=None) as batch_op:
        batch_op.create_index("ix_legal_hold_placed", ["placed_at", "id"], unique=False)
        batch_op.create_index(
            "ix_legal_hold_resident",
            ["resident_id"],
            unique=False,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )
        batch_op.create_index(
            "ix_legal_hold_visit",
            ["visit_id"],
            unique=False,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "audit_note",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("finding_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("corrects_id", sa.String(length=32), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["corrects_id"], ["audit_note.id"], name=op.f("fk_audit_note_corrects_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_audit_note_finding_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_audit_note_staff_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_audit_note_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_note")),
    )
    with op.batch_alter_table("audit_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_note_finding_id"), ["finding_id"], unique=False)
        batch_op.create_index("ix_audit_note_visit", ["visit_id", "written_at"], unique=False)

    with op.batch_alter_table("account_sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_sign_in_epoch"), ["epoch"], unique=False)

    with op.batch_alter_table("data_key", schema=None) as batch_op:
        batch_op.create_index(
            "ix_data_key_epoch",
            ["epoch", "id"],
            unique=False,
            sqlite_where=sa.text("epoch IS NOT NULL AND destroyed_at IS NULL"),
            postgresql_where=sa.text("epoch IS NOT NULL AND destroyed_at IS NULL"),
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_waiting",
            ["key_id"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )

    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_resident_kept",
            ["created_at", "id"],
            unique=False,
            sqlite_where=sa.text("erased_at IS NULL"),
            postgresql_where=sa.text("erased_at IS NULL"),
        )

    with op.batch_alter_table("sealed_record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("inner_key_id", sa.Text(), nullable=True))

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(
            "ix_session_by_resident",
            ["resident_id"],
            unique=False,
            sqlite_where=sa.text("resident_id IS NOT NULL"),
            postgresql_where=sa.text("resident_id IS NOT NULL"),
        )

    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signs_from", UtcDateTime(), nullable=True))

    with op.batch_alter_table("throttle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_throttle_since"), ["since"], unique=False)

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("session_hash", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("erased_at", UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_visit_kept",
            ["closed_at", "id"],
            unique=False,
            sqlite_where=sa.text("erased_at IS NULL"),
            postgresql_where=sa.text("erased_at IS NULL"),
        )
        batch_op.create_index(
            "ix_visit_open",
            ["opened_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
    # Everything stands under the first epoch; whoever opens the key file next writes down whose key that is.
    op.bulk_insert(sa.table("key_epoch", sa.column("number", sa.Integer())), [{"number": 1}])
    for table in (
        "audit_note",
        "inquiry",
        "inquiry_subject",
        "inquiry_step",
    ):
        triggers.protect(op.get_bind(), table)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
