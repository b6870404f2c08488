"""What a key is good for is kept as every other list is: PostgreSQL's other kind of JSON."""

from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("api_key", "scopes", type_=JSONB(none_as_null=True), postgresql_using="scopes::jsonb")


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
