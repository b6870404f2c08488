"""Cards of services that a machine translated."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import Json, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_translation",
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("card", Json, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_translation_service_id")),
        sa.PrimaryKeyConstraint("service_id", "language", name=op.f("pk_service_translation")),
    )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
