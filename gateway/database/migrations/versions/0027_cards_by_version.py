"""Cards of services by dated versions, drafts of them, terms of agreements, and who could act for which holder."""

import sqlalchemy as sa
from alembic import op

from gateway.database import triggers
from gateway.database.base import Json, UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sensitivity", sa.String(length=16), server_default="ordinary", nullable=False))
        batch_op.add_column(sa.Column("directive", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("card_version", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("review_on", sa.Date(), nullable=True))
    _versions()
    _drafts()
    _agreements()


def _versions() -> None:
    op.create_table(
        "service_version",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cards", Json, nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("centre_by", sa.Text(), nullable=True),
        sa.Column("holder_by", sa.Text(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_service_version_author_id")),
        sa.ForeignKeyConstraint(["centre_by"], ["staff.id"], name=op.f("fk_service_version_centre_by")),
        sa.ForeignKeyConstraint(["holder_by"], ["staff.id"], name=op.f("fk_service_version_holder_by")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_version_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_version")),
        sa.UniqueConstraint("service_id", "number", name="uq_service_version_number"),
    )
    triggers.protect(op.get_bind(), "service_version")


def _drafts() -> None:
    op.create_table(
        "service_draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("cards", Json, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("centre_by", sa.Text(), nullable=True),
        sa.Column("holder_by", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_service_draft_author_id")),
        sa.ForeignKeyConstraint(["centre_by"], ["staff.id"], name=op.f("fk_service_draft_centre_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_service_draft_ended_by")),
        sa.ForeignKeyConstraint(["holder_by"], ["staff.id"], name=op.f("fk_service_draft_holder_by")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_draft_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_draft")),
    )
    is_open = sa.text("state IN ('draft', 'submitted')")
    with op.batch_alter_table("service_draft", schema=None) as batch_op:
        batch_op.create_index("ix_service_draft_service", ["service_id", "made_at"], unique=False)
        batch_op.create_index(
            "uq_service_draft_open", ["service_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
        )


def _agreements() -> None:
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("routes", Json, nullable=True))
        batch_op.add_column(sa.Column("most_a_day", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("most_a_month", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("paid", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "agreement_suspension",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("agreement_id", sa.String(length=32), nullable=False),
        sa.Column("begins_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_suspension_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_suspension")),
    )
    op.create_index("ix_agreement_suspension_agreement", "agreement_suspension", ["agreement_id", "begins_at"])
    op.create_table(
        "able_period",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("agreement_id", sa.String(length=32), nullable=False),
        sa.Column("begins_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_able_period_agreement_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_able_period_centre_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_able_period_service_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_able_period_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_able_period")),
    )
    goes_on = sa.text("ends_at IS NULL")
    op.create_index("ix_able_period_time", "able_period", ["begins_at", "ends_at"])
    op.create_index(
        "uq_able_period_open",
        "able_period",
        ["staff_id", "service_id", "agreement_id"],
        unique=True,
        sqlite_where=goes_on,
        postgresql_where=goes_on,
    )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
