"""Places are compared by an index that holds all that is needed for it."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_figure_sum_compared", "figure_sum", ["period", "place", "service_group", "given", "known", "final"]
    )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
