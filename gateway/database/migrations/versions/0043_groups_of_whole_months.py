"""Invitations by rule: whole months, a life event, an outcome, and what has followed; too few is written down."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import Json

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_RULE = sa.table("outreach_rule", sa.column("id"), sa.column("service_id"), sa.column("group_services", Json))


def upgrade() -> None:
    with op.batch_alter_table("outreach_rule") as table:
        table.add_column(sa.Column("life_event", sa.String(length=128), nullable=True))
        table.add_column(sa.Column("group_services", Json, nullable=True))
        table.add_column(sa.Column("outcome", sa.String(length=16), nullable=False, server_default="filed"))
        table.add_column(sa.Column("leaves_out", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("reached", sa.Integer(), nullable=True))
    conn = op.get_bind()
    for row in conn.execute(sa.select(_RULE.c.id, _RULE.c.service_id)).all():
        services = {"group_services": [row.service_id]}
        conn.execute(sa.update(_RULE).where(_RULE.c.id == row.id).values(services))
    with op.batch_alter_table("outreach_rule") as table:
        table.alter_column("group_services", existing_type=Json, nullable=False)


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
