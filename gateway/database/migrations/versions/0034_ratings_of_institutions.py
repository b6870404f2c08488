"""Institutions ask the clients of their own e-services how it went."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import Json, UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating_survey",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("agency", sa.String(length=200), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("return_url", sa.Text(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_survey")),
    )
    with op.batch_alter_table("rating_survey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_survey_agency"), ["agency"], unique=False)

    op.create_table(
        "rating_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.String(length=200), nullable=False),
        sa.Column("survey_id", sa.String(length=64), nullable=False),
        sa.Column("call_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["rating_survey.id"], name=op.f("fk_rating_batch_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_batch")),
        sa.UniqueConstraint("call_hash", name=op.f("uq_rating_batch_call_hash")),
    )
    with op.batch_alter_table("rating_batch", schema=None) as batch_op:
        batch_op.create_index("ix_rating_batch_of_agency", ["agency", "made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_rating_batch_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "rating_invitation",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["rating_batch.id"], name=op.f("fk_rating_invitation_batch_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_rating_invitation")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("rating_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_invitation_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rating_invitation_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "rating_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("survey_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=False),
        sa.Column("done", sa.String(length=8), nullable=False),
        sa.Column("clear", sa.String(length=8), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_rating_answer_satisfaction_range")),
        sa.ForeignKeyConstraint(["survey_id"], ["rating_survey.id"], name=op.f("fk_rating_answer_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_answer")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("rating_answer", schema=None) as batch_op:
        batch_op.create_index("ix_rating_answer_of_month", ["survey_id", "month"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
