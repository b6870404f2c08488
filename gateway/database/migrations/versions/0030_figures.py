"""What the network learns from its visits: figures in which nobody is named; and the region of a centre."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from gateway.database.base import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.Text(), nullable=True))
    op.create_table(
        "figure_fact",
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("fact", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_figure_fact")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_cell",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("service_group", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("route", sa.String(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month",
            "centre_id",
            "service_id",
            "service_group",
            "channel",
            "outcome",
            "route",
            name=op.f("pk_figure_cell"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_figure_cell_centre", "figure_cell", ["centre_id", "month"])
    op.create_table(
        "figure_sum",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("service_group", sa.String(length=64), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("final", sa.Integer(), nullable=False),
        sa.Column("counts", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("period", "place", "service_group", name=op.f("pk_figure_sum")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_answers",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("service_group", sa.String(length=64), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("told", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("month", "centre_id", "service_group", name=op.f("pk_figure_answers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_bundle",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("aspect", sa.String(length=8), nullable=False),
        sa.Column("service_group", sa.String(length=64), nullable=False),
        sa.Column("first_month", sa.String(length=7), nullable=False),
        sa.Column("last_month", sa.String(length=7), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 5", name=op.f("ck_figure_bundle_five_answers")),
        sa.PrimaryKeyConstraint(
            "place", "aspect", "service_group", "first_month", "last_month", name=op.f("pk_figure_bundle")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=True),
        sa.Column("answers_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_figure_cursor_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_cursor")),
    )
    op.create_table(
        "channel_weight",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "since", name=op.f("pk_channel_weight")),
    )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
