"""How far figures are: one row, locked by whoever changes any of them, so that one at a time does."""

from typing import Any

from sqlalchemy import Connection, select

from gateway.database.base import lock
from gateway.database.together import insert_once
from gateway.reports.tables import FigureCursor

_CURSOR = select(FigureCursor.leaf, FigureCursor.at, FigureCursor.answers_at, FigureCursor.times_until).where(
    FigureCursor.id == 1
)


def read(conn: Connection) -> Any | None:
    """How far figures are, as `FigureCursor`, without a lock; none: nothing was ever gathered."""
    return conn.execute(_CURSOR).one_or_none()


def locked(conn: Connection) -> Any:
    """Lock the row that lets one at a time gather; it is made at first."""
    row = conn.execute(lock(conn, _CURSOR)).one_or_none()
    if row is None:
        insert_once(conn, FigureCursor, {"id": 1, "leaf": 0, "at": None, "answers_at": None})
        row = conn.execute(lock(conn, _CURSOR)).one()
    return row
