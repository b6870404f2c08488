"""Connectors, life events and what became of a filing."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connector_forms",
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("forms", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("pages", Json, nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "forms", name=op.f("pk_connector_forms")),
    )
    op.create_table(
        "portal_trouble",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("portal_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("forms", sa.String(length=64), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["portal_id"], ["portal.id"], name=op.f("fk_portal_trouble_portal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_trouble")),
    )
    with op.batch_alter_table("portal_trouble", schema=None) as batch_op:
        batch_op.create_index(
            "ix_portal_trouble_open",
            ["portal_id", "subject"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "following",
        sa.Column("filing_id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("portal_id", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("decision_hash", sa.String(length=43), nullable=True),
        sa.Column("ended", sa.String(length=40), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(ended IS NULL) = (next_at IS NOT NULL)", name=op.f("ck_following_goes_on_or_has_ended")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_following_filing_id")),
        sa.ForeignKeyConstraint(["portal_id"], ["portal.id"], name=op.f("fk_following_portal_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_following_visit_id")),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_following")),
    )
    with op.batch_alter_table("following", schema=None) as batch_op:
        batch_op.create_index(
            "ix_following_due",
            ["portal_id", "next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_following_visit_id"), ["visit_id"], unique=False)

    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("idempotency_key", sa.String(length=32), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_filing_decided_by"), "staff", ["decided_by"], ["id"])

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("share", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("turn", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fee", sa.String(length=16), nullable=True))

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("begun_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("filled_at", UtcDateTime(), nullable=True))
        batch_op.create_index("ix_run_filled", ["filled_at"], unique=False)

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_out", Json, nullable=True))
        batch_op.add_column(sa.Column("set_aside_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("set_aside_until", UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_visit_set_aside",
            ["centre_id", "set_aside_until", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'set_aside'"),
            postgresql_where=sa.text("state = 'set_aside'"),
        )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
