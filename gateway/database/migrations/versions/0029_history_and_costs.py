"""What the network published before, and its money: subsidies, prices, and what staff count by hand."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "history_import",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("first_month", sa.String(length=7), nullable=False),
        sa.Column("last_month", sa.String(length=7), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_import")),
    )
    with op.batch_alter_table("history_import", schema=None) as batch_op:
        batch_op.create_index(
            "ix_history_import_digest",
            ["digest"],
            unique=True,
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        )
    op.create_table(
        "history_row",
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("services", sa.Integer(), nullable=True),
        sa.Column("cents", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.Text(), nullable=True),
        sa.Column("matched_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(services IS NULL) <> (cents IS NULL)", name=op.f("ck_history_row_one_figure")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_history_row_centre_id")),
        sa.ForeignKeyConstraint(["import_id"], ["history_import.id"], name=op.f("fk_history_row_import_id")),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_history_row")),
    )
    op.create_table(
        "centre_position",
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_centre_position_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_centre_position_longitude")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_centre_position_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", name=op.f("pk_centre_position")),
    )
    op.create_table(
        "subsidy",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_subsidy_not_negative")),
        sa.CheckConstraint("until_day >= from_day", name=op.f("ck_subsidy_ends_after_begin")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_subsidy_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy")),
    )
    with op.batch_alter_table("subsidy", schema=None) as batch_op:
        batch_op.create_index("ix_subsidy_centre", ["centre_id", "from_day"], unique=False)
    op.create_table(
        "service_price",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_service_price_not_negative")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_price_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_price")),
    )
    with op.batch_alter_table("service_price", schema=None) as batch_op:
        batch_op.create_index(
            "ix_service_price_day",
            ["service_id", "since"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
    op.create_table(
        "way_count",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("n >= 0", name=op.f("ck_way_count_not_negative")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_way_count_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_way_count")),
    )
    with op.batch_alter_table("way_count", schema=None) as batch_op:
        batch_op.create_index(
            "ix_way_count_now",
            ["centre_id", "month", "way"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
