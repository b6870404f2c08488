"""Who was asked is counted by month, and answers that no bundle tells of are found without reading all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_feedback_invitation_month", "feedback_invitation", ["month", "centre_id", "service_group"])
    op.add_column("figure_answers", sa.Column("waits", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_index("ix_figure_answers_waits", "figure_answers", ["waits"])


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
