"""One at a time, where there is no row yet that could be locked."""

from sqlalchemy import Connection, text

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def take_turn(conn: Connection, name: str) -> None:
    """Wait until no other transaction has the turn `name`, and have it until this one ends.

    What is read afterwards is what the one before has left. Nothing on SQLite, where a write transaction already
    excludes every other.
    """
    if conn.dialect.name != "sqlite":
        conn.execute(_LOCK, {"name": name})
