"""Rows in one INSERT: several together, since a driver sends them one by one; or one that may be there already."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.dialects import postgresql, sqlite

from gateway.database.base import Base


def insert_all(conn: Connection, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, at least one and few, that all have the same columns."""
    statement = _inserting(table, tuple(rows[0]), len(rows))
    conn.execute(statement, {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()})


def insert_once(conn: Connection, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert one row unless its key is taken, also by somebody at the same moment; whether it was inserted."""
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    kept = insert(table).values(dict(values)).on_conflict_do_nothing().returning(*table.__table__.primary_key)
    return conn.execute(kept).one_or_none() is not None


@lru_cache(maxsize=64)
def _inserting(table: type[Base], names: tuple[str, ...], count: int) -> TextClause:
    """The statement for so many rows; the same object each time, so that it is compiled once."""
    columns = table.__table__.c
    rows = (", ".join(f":{name}_{n}" for name in names) for n in range(count))
    values = ", ".join(f"({row})" for row in rows)
    types = (bindparam(f"{name}_{n}", type_=columns[name].type) for n in range(count) for name in names)
    statement = f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES {values}"  # noqa: S608 - our own names
    return text(statement).bindparams(*types)
