"""Whoever owns the database can take the triggers away: then nothing starts on it, and `pilnvara migrate` says so."""

import pytest
from sqlalchemy import Connection, text

from gateway.database import guards
from gateway.database.engine import Database
from gateway.database.errors import GuardMissingError

SQLITE = {
    "DROP TRIGGER audit_event_no_update": "the trigger audit_event_no_update is missing",
    "DROP TRIGGER audit_leaf_no_delete; CREATE TRIGGER audit_leaf_no_delete BEFORE DELETE ON audit_leaf "
    "BEGIN SELECT 1; END": "the trigger audit_leaf_no_delete was changed",
    "CREATE TRIGGER mine BEFORE INSERT ON audit_event BEGIN SELECT RAISE(IGNORE); END": "put beside ours",
    "ALTER TABLE audit_node RENAME TO other; CREATE VIEW audit_node AS SELECT * FROM other": "audit_node is no table",
}
POSTGRESQL = {
    "DROP TRIGGER audit_event_no_change ON audit_event": "the trigger audit_event_no_change is missing",
    "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_truncate": "audit_event_no_truncate is switched off",
    "ALTER TABLE audit_event ENABLE TRIGGER audit_event_no_change": "audit_event_no_change is switched off",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$": (
        "the trigger audit_event_no_change was changed"
    ),
    "CREATE OR REPLACE TRIGGER audit_leaf_no_change BEFORE UPDATE OR DELETE ON audit_leaf FOR EACH ROW "
    "WHEN (old.idx < 0) EXECUTE FUNCTION refuse_change(); "
    "ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_no_change": "audit_leaf_no_change was changed",
    "CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING": "audit_event has a rule",
    "ALTER TABLE audit_node ENABLE ROW LEVEL SECURITY": "audit_node has row-level security",
    "CREATE TRIGGER mine BEFORE INSERT ON audit_node FOR EACH ROW EXECUTE FUNCTION refuse_change()": "put beside ours",
}
ONLY_A_PERSON = ("put beside ours", "no table", "has a rule", "row-level security")


class _UndoneError(Exception):
    """Rolls back what was done."""


def run(conn: Connection, statements: str) -> None:
    for statement in _split(statements):
        conn.execute(text(statement))


def _split(statements: str) -> list[str]:
    """At each `; ` that a new statement follows."""
    found = statements
    for word in ("CREATE", "ALTER"):
        found = found.replace(f"; {word}", f"\0{word}")
    return found.split("\0")


def test_what_was_done_to_them_is_named_and_made_anew(database: Database) -> None:
    assert database.read_now(guards.faults) == []
    for statements, said in (SQLITE if database.dialect == "sqlite" else POSTGRESQL).items():

        def attack(conn: Connection, statements: str = statements, said: str = said) -> None:
            run(conn, statements)
            assert any(said in each for each in guards.faults(conn)), (statements, guards.faults(conn))
            with pytest.raises(GuardMissingError, match="pilnvara audit verify"):
                guards.ensure(conn)
            if "no table" not in said:
                left = guards.restore(conn)
                assert bool(left) == any(each in said for each in ONLY_A_PERSON), (statements, left)
            raise _UndoneError

        with pytest.raises(_UndoneError):
            database.write_now(attack)
