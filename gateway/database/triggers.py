"""Triggers that make a table insert-only on both databases."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, text

BODY: Final = """
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END """
"""What PostgreSQL's triggers do."""

POSTGRESQL_KINDS: Final[Mapping[str, int]] = MappingProxyType({"no_change": 27, "no_truncate": 34})
"""How the names of PostgreSQL's triggers end, and when each fires, as `pg_trigger.tgtype` has it."""

_FUNCTION = f"CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$"


def protect(conn: Connection, table: str) -> None:
    """Refuse UPDATE and DELETE of `table`, on PostgreSQL also TRUNCATE, whoever asks.

    On SQLite `INSERT OR REPLACE` is refused too, on connections with `recursive_triggers` as ours have.
    """
    statements = sqlite_statements(table).values() if conn.dialect.name == "sqlite" else _postgresql(table)
    for statement in statements:
        conn.execute(text(statement))


def unprotect(conn: Connection, table: str) -> None:
    """Take these triggers away, as far as they are there: to make them anew."""
    if conn.dialect.name == "sqlite":
        names = [f"{name}" for name in sqlite_statements(table)]
    else:
        names = [f"{table}_{end} ON {table}" for end in POSTGRESQL_KINDS]
    for name in names:
        conn.execute(text(f"DROP TRIGGER IF EXISTS {name}"))


def sqlite_statements(table: str) -> dict[str, str]:
    """SQLite's triggers of `table`, by name."""
    return {
        f"{table}_no_{change.lower()}": f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        for change in ("UPDATE", "DELETE")
    }


def _postgresql(table: str) -> list[str]:
    refuse = "EXECUTE FUNCTION refuse_change()"
    return [
        _FUNCTION,
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
        # row triggers do not see TRUNCATE
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        # ALWAYS: session_replication_role = replica does not switch them off
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate",
    ]
