"""How far members of staff have come with the lessons of services."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_progress",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("passed_at", UtcDateTime(), nullable=True),
        sa.Column("passed_version", sa.Integer(), nullable=True),
        sa.Column("exercised_at", UtcDateTime(), nullable=True),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_lesson_progress_service_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_lesson_progress_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "service_id", name=op.f("pk_lesson_progress")),
    )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
