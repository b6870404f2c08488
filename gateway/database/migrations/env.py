"""Runs migrations on the connection that `gateway.database.migrating` hands over, or on the configured database.

A new revision, with `PILNVARA_DATABASE_URL` naming a database that is up to date:
`alembic revision --autogenerate -m "What is now stored"`. It must say its triggers itself (`triggers.protect`).
"""

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection, Enum

from gateway.config import Settings
from gateway.database import drivers
from gateway.database.base import UtcDateTime
from gateway.database.models import METADATA


def _render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types by name, and an enumeration as the text that it is stored as."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, JSON):
        return "Json"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        render_item=_render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    _run(handed_over)
else:
    url = drivers.parse_url(Settings.from_environment(os.environ).database_url)
    with drivers.make_engine(url, read_only=False).connect() as opened, opened.begin():
        _run(opened)
