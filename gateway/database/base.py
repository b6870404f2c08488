"""What every table is made of: one metadata, fixed names for constraints, and types that both databases share."""

import enum
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, TypeVarTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Enum,
    LargeBinary,
    MetaData,
    Select,
    String,
    Text,
    TypeDecorator,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

Columns = TypeVarTuple("Columns")

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, UTC in and UTC out; a naive one is refused.

    `timestamptz` on PostgreSQL. On SQLite text of fixed width with microseconds and `Z`, so that text order is time
    order.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware time into what the driver takes."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        value = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn what the driver gives into aware UTC."""
        if value is None:
            return None
        moment: datetime = datetime.fromisoformat(value) if dialect.name == "sqlite" else value
        return moment.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON value. Its bytes are not kept (PostgreSQL reorders keys): what is hashed or signed is stored as bytes."""


class Base(DeclarativeBase):
    """The root of every table; enumerations are stored by their values, as text."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        bytes: LargeBinary(),
        datetime: UtcDateTime(),
        dict[str, Any]: Json,
        dict[str, str]: Json,
        list[Any]: Json,
        list[str]: Json,
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


def lock(conn: Connection, statement: Select[*Columns]) -> Select[*Columns]:
    """Make `statement` lock the rows that it reads until the transaction ends.

    `FOR UPDATE` on PostgreSQL; nothing on SQLite, where a write transaction already excludes every other
    (`BEGIN IMMEDIATE`).
    """
    return statement if conn.dialect.name == "sqlite" else _locking(statement)


@lru_cache(maxsize=256)
def _locking(statement: Select[*Columns]) -> Select[*Columns]:
    """The same object each time: SQLAlchemy derives its cache key from a statement only once."""
    return statement.with_for_update()


def only_where(condition: str) -> dict[str, Any]:
    """What an index of few rows is given besides its columns: the SQL that those rows fulfil, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def written_out(value: enum.StrEnum) -> ColumnElement[Any]:
    """A value as part of the statement's text, where a partial index's condition is about its column.

    SQLite cannot know from a parameter whether such an index covers what is asked, and plans anew at each execution.
    """
    return literal_column(f"'{value}'", String())
