"""Several rows in one INSERT: a driver sends a list of parameters row by row, each nearly at a statement's price."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from gateway.database.base import Base


def insert_all(conn: Connection, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, at least one and few, that all have the same columns."""
    statement = _inserting(table, tuple(rows[0]), len(rows))
    conn.execute(statement, {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()})


@lru_cache(maxsize=64)
def _inserting(table: type[Base], names: tuple[str, ...], count: int) -> TextClause:
    """The statement for so many rows; the same object each time, so that it is compiled once."""
    columns = table.__table__.c
    rows = (", ".join(f":{name}_{n}" for name in names) for n in range(count))
    values = ", ".join(f"({row})" for row in rows)
    types = (bindparam(f"{name}_{n}", type_=columns[name].type) for n in range(count) for name in names)
    statement = f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES {values}"  # noqa: S608 - our own names
    return text(statement).bindparams(*types)
