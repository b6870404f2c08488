"""Accounts that are suspended, invitations, and whose officer somebody is."""

import unicodedata

import sqlalchemy as sa
from alembic import op

from gateway.database.base import Json, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("folded", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("holder", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("signed_in_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("state_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("state_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("state_kind", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("state_why", sa.String(length=40), nullable=True))
    _fold_names()
    op.create_table(
        "staff_invitation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=True),
        sa.Column("invited_by", sa.Text(), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_staff_invitation_centre_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["staff.id"], name=op.f("fk_staff_invitation_invited_by")),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name=op.f("fk_staff_invitation_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_invitation")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_staff_invitation_link_hash")),
    )
    with op.batch_alter_table("staff_invitation", schema=None) as batch_op:
        batch_op.create_index("ix_staff_invitation_centre", ["centre_id", "made_at"], unique=False)
        batch_op.create_index("ix_staff_invitation_change", ["change_id"], unique=False)


def _fold_names() -> None:
    """Names as they are looked for: the rule of that day, since a migration does not change with the program."""
    conn = op.get_bind()
    staff = sa.table("staff", sa.column("id"), sa.column("display_name"), sa.column("login"), sa.column("folded"))
    for row in conn.execute(sa.select(staff.c.id, staff.c.display_name, staff.c.login)).all():
        plain = unicodedata.normalize("NFKD", f"{row.display_name} {row.login}".casefold())
        folded = "".join(sign for sign in plain if not unicodedata.combining(sign))
        conn.execute(sa.update(staff).where(staff.c.id == row.id).values(folded=folded))


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
