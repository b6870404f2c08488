"""What is new of an application is told at a desk until somebody there has seen it."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("following", schema=None) as batch_op:
        batch_op.add_column(sa.Column("news_for", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("news_at", UtcDateTime(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_following_news_for"), "staff", ["news_for"], ["id"])
        batch_op.create_index(
            "ix_following_news",
            ["news_for", "news_at"],
            unique=False,
            sqlite_where=sa.text("news_for IS NOT NULL"),
            postgresql_where=sa.text("news_for IS NOT NULL"),
        )


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
