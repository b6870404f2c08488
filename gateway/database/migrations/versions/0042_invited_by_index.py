"""Whom a rule invites is found by those who want invitations, each with their filings of one service, by index."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_filing_of_principal", "filing", ["service_id", "principal_id", "sent_at"], unique=False)
    op.create_index(
        "ix_resident_preference_said", "resident_preference", ["what", "choice", "resident_id"], unique=False
    )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
