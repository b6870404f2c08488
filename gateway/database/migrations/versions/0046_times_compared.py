"""How long centres took in twelve months, kept by month, so that one stands beside others."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figure_time",
        sa.Column("last_month", sa.String(length=7), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("service_group", sa.String(length=64), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("helped_median", sa.Integer(), nullable=False),
        sa.Column("helped_p90", sa.Integer(), nullable=True),
        sa.Column("waited", sa.Integer(), nullable=True),
        sa.Column("waited_median", sa.Integer(), nullable=True),
        sa.Column("waited_p90", sa.Integer(), nullable=True),
        sa.CheckConstraint("helped >= 5", name=op.f("ck_figure_time_five_visits")),
        sa.CheckConstraint("(helped_p90 IS NULL) = (helped < 20)", name=op.f("ck_figure_time_twenty_visits")),
        sa.CheckConstraint("waited >= 5", name=op.f("ck_figure_time_five_waits")),
        sa.CheckConstraint("(waited_median IS NULL) = (waited IS NULL)", name=op.f("ck_figure_time_waits_are_counted")),
        sa.CheckConstraint(
            "(waited_p90 IS NULL) = (coalesce(waited, 0) < 20)", name=op.f("ck_figure_time_twenty_waits")
        ),
        sa.PrimaryKeyConstraint("last_month", "centre_id", "service_group", name=op.f("pk_figure_time")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("figure_cursor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("times_until", sa.String(length=7), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
