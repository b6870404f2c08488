"""Triggers that make a table insert-only on both databases."""

from sqlalchemy import Connection, text

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def protect(conn: Connection, table: str) -> None:
    """Refuse UPDATE and DELETE of `table`, on PostgreSQL also TRUNCATE, whoever asks.

    On SQLite `INSERT OR REPLACE` is refused too, on connections with `recursive_triggers` as ours have.
    """
    for statement in _sqlite(table) if conn.dialect.name == "sqlite" else _postgresql(table):
        conn.execute(text(statement))


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        for change in ("UPDATE", "DELETE")
    ]


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
