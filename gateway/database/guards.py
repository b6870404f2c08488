"""Whether what makes tables insert-only still stands as the migrations made it: triggers, and nothing beside them.

Whoever owns the database can take all of it away. It is then not the guard that protects the log, but what was signed
and kept elsewhere; that it is gone is a warning, and nothing is filed on a database without it.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from gateway.database import triggers
from gateway.database.errors import GuardMissingError
from gateway.database.models import INSERT_ONLY

_SQLITE = text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'table', 'view')")
_TRIGGERS = text(
    "SELECT c.relname AS on_table, t.tgname AS name, t.tgtype AS kind, t.tgenabled::text AS enabled, p.prosrc AS body,"
    " t.tgqual IS NULL AND cardinality(t.tgattr::int2[]) = 0 AS always"
    " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal AND c.oid = ANY (CAST(:tables AS regclass[]))"
)
_TABLES = text(
    "SELECT c.relname AS name, c.relrowsecurity AS has_policies,"
    " (SELECT count(*) FROM pg_rewrite r WHERE r.ev_class = c.oid) AS rules"
    " FROM pg_class c WHERE c.relkind = 'r' AND c.oid = ANY (CAST(:tables AS regclass[]))"
)
_THERE = text("SELECT to_regclass(:name) IS NOT NULL")


def faults(conn: Connection) -> list[str]:
    """Say what is not as the migrations made it; nothing if all is."""
    look = _faults_in_sqlite if conn.dialect.name == "sqlite" else _faults_in_postgresql
    return list(look(conn, INSERT_ONLY))


def ensure(conn: Connection) -> None:
    """Refuse to work on a database whose records could be changed unnoticed by a slip, or lost.

    Raises:
        GuardMissingError: something is missing, switched off, changed, or beside it.
    """
    found = faults(conn)
    if found:
        raise GuardMissingError(
            f"what keeps the records from being changed is not as it was made: {'; '.join(found)}. Verify the log "
            "(`pilnvara audit verify`), find out who did it, then `pilnvara migrate` makes the triggers anew"
        )


def restore(conn: Connection) -> list[str]:
    """Make the triggers anew where something is wrong with them; return what is still wrong."""
    if faults(conn):
        for table in INSERT_ONLY:
            triggers.unprotect(conn, table)
            triggers.protect(conn, table)
    return faults(conn)


def _faults_in_sqlite(conn: Connection, tables: Sequence[str]) -> Iterator[str]:
    found = conn.execute(_SQLITE).all()
    real = {row.name for row in found if row.type == "table"}
    for table in tables:
        if table not in real:
            yield f"{table} is no table"
        wanted = triggers.sqlite_statements(table)
        there = {row.name: row.sql for row in found if row.type == "trigger" and row.tbl_name == table}
        yield from (f"the trigger {name} is missing" for name in wanted.keys() - there.keys())
        yield from (
            f"the trigger {name} was changed" for name in wanted if there.get(name, wanted[name]) != wanted[name]
        )
        yield from (f"a trigger {name} was put beside ours" for name in there.keys() - wanted.keys())


def _faults_in_postgresql(conn: Connection, tables: Sequence[str]) -> Iterator[str]:
    there = [table for table in tables if conn.execute(_THERE, {"name": table}).scalar_one()]
    rows = conn.execute(_TABLES, {"tables": there}).all()
    found = {(row.on_table, row.name): row for row in conn.execute(_TRIGGERS, {"tables": there})}
    yield from (f"{table} is no table" for table in tables if table not in {row.name for row in rows})
    yield from (f"{row.name} has a rule" for row in rows if row.rules)
    yield from (f"{row.name} has row-level security" for row in rows if row.has_policies)
    wanted = {(table, f"{table}_{end}"): kind for table in tables for end, kind in triggers.POSTGRESQL_KINDS.items()}
    for (table, name), kind in wanted.items():
        row = found.pop((table, name), None)
        if row is None:
            yield f"the trigger {name} is missing"
        elif row.enabled != "A":
            yield f"the trigger {name} is switched off"
        elif row.kind != kind or not row.always or row.body.strip() != triggers.BODY.strip():
            yield f"the trigger {name} was changed"
    yield from (f"a trigger {name} was put beside ours on {table}" for table, name in found)
