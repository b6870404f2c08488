"""Invitations of an institution to residents by a rule, and whom each has reached."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outreach_rule",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("template", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("since <= until", name=op.f("ck_outreach_rule_days_in_order")),
        sa.CheckConstraint(
            "state NOT IN ('sending', 'done') OR approved_by IS NOT NULL",
            name=op.f("ck_outreach_rule_sent_is_approved"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by", name=op.f("ck_outreach_rule_two_people")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_outreach_rule_proposed_by")),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_outreach_rule_approved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_rule")),
    )
    op.create_index(op.f("ix_outreach_rule_holder"), "outreach_rule", ["holder"], unique=False)
    op.create_table(
        "outreach_reached",
        sa.Column("rule_id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["outreach_rule.id"], name=op.f("fk_outreach_reached_rule_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_outreach_reached_resident_id")),
        sa.PrimaryKeyConstraint("rule_id", "resident_id", name=op.f("pk_outreach_reached")),
    )
    op.create_index(op.f("ix_outreach_reached_resident_id"), "outreach_reached", ["resident_id"], unique=False)
    op.create_index("ix_outreach_reached_at", "outreach_reached", ["at"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
