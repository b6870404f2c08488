"""How an event gets into the log: in the transaction of the change that it tells of, as its last writes.

The chain's head is locked with that, so events of one chain line up also between machines; the leaf's bytes are fixed
here. The sequencer gives the event its place in the tree after the commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, TextClause, bindparam, column, text

from audit.entry import Actor, Entry, encode, new_salt
from audit.events import EventName
from audit.merkle import leaf_hash
from gateway.database.base import UtcDateTime
from gateway.ids import new_id

_AT = UtcDateTime()


def _timed(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("new_at", type_=_AT))


# As texts: SQLAlchemy walks through a statement that is built of parts each time that it is executed.
_LINE_UP = (
    text("""
        INSERT INTO audit_chain (chain, n, head, at) VALUES (:chain, :count, '', :at)
        ON CONFLICT (chain) DO UPDATE SET n = audit_chain.n + :count RETURNING n, head, at
    """)
    .bindparams(bindparam("at", type_=_AT))
    .columns(column("n"), column("head"), column("at", _AT))
)
_KEEP = (
    _timed("""
        INSERT INTO audit_event (id, chain, n, type, at, leaf, leaf_hash)
        VALUES (:event_id, :of_chain, :place, :kind, :new_at, :bytes, :hashed)
    """),
    text("INSERT INTO audit_pending (event_id) VALUES (:event_id)"),
    _timed("UPDATE audit_chain SET head = :new_head, at = :new_at WHERE chain = :of_chain"),
)
_GIVEN = {"event_id": "text", "place": "int", "kind": "text", "bytes": "bytea", "hashed": "bytea"}
"""What each event brings, with its type in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, before it has its place in a chain."""

    type: EventName
    actor: Actor
    data: Mapping[str, Any]
    id: str | None = None
    """Its identifier and salt, where somebody else has to be able to write the same entry; random otherwise."""
    salt: str | None = None


def record(
    conn: Connection,
    *,
    chain: str,
    type: EventName,  # noqa: A002 - the entry's own word
    actor: Actor,
    data: Mapping[str, Any],
    at: datetime,
) -> str:
    """Record one event as part of the running transaction and return its id.

    `chain` is a visit's id, or `terminal:<id>`, `staff:<id>` or `system`. `data` holds JSON values, of residents only
    ciphertext and commitments. `at` is aware UTC; an event is never dated before the one ahead of it in its chain, so
    that two machines' clocks do not make an honest log look disordered.

    Raises:
        audit.errors.EntryTooLargeError: `data` does not fit a leaf.
        audit.errors.EntryError: a value in `data` has no canonical form.
    """
    return record_all(conn, chain, (Event(type, actor, data),), at)[0]


def record_all(conn: Connection, chain: str, events: Sequence[Event], at: datetime) -> list[str]:
    """Record events that follow each other in one chain, and return their ids; otherwise as `record`."""
    if conn.dialect.name == "postgresql":
        return _record_at_once(conn, chain, events, at)
    rows = list(_rows(chain, events, _line_up(conn, chain, len(events), at), at))
    for statement in _KEEP:
        # one set of parameters is not a list of one: drivers take a slower way for lists
        conn.execute(statement, rows if len(rows) > 1 else rows[0])
    return [row["event_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a chain ends."""

    n: int
    hash: str
    at: datetime


_LEFT: WeakKeyDictionary[Engine, dict[str, _Head]] = WeakKeyDictionary()
"""Where this process has left each chain: a guess, since others go on with it, and a transaction may not commit."""
_MOST_LEFT = 1000


def _record_at_once(conn: Connection, chain: str, events: Sequence[Event], at: datetime) -> list[str]:
    """Record events at the guessed end of their chain, or at the end that is looked for and locked first."""
    left = _LEFT.setdefault(conn.engine, {})
    head = left.pop(chain, None)
    rows = None if head is None else _kept(conn, chain, events, head, head.n, at)
    if rows is None:
        head = _line_up(conn, chain, len(events), at)
        rows = _kept(conn, chain, events, head, head.n + len(events), at)
    if rows is None:
        raise RuntimeError("the locked head of a chain has moved")
    if len(left) >= _MOST_LEFT:
        left.clear()
    left[chain] = _Head(rows[-1]["place"], rows[-1]["new_head"], rows[-1]["new_at"])
    return [row["event_id"] for row in rows]


def _kept(
    conn: Connection, chain: str, events: Sequence[Event], head: _Head, counted: int, at: datetime
) -> list[dict[str, Any]] | None:
    """Write events after `head`, if the chain ends there and has `counted` events; none if it does not."""
    rows = list(_rows(chain, events, head, at))
    values = {f"{name}_{number}": row[name] for number, row in enumerate(rows) for name in _GIVEN}
    last = rows[-1]
    values |= {"of_chain": chain, "counted": counted, "head": head.hash, "last": last["place"]}
    values |= {"new_head": last["new_head"], "new_at": last["new_at"]}
    return rows if conn.execute(_keeping(len(rows)), values).rowcount == len(rows) else None


@lru_cache(maxsize=32)
def _keeping(count: int) -> TextClause:
    """All that keeps so many events, in one round trip; nothing is written where the chain does not end as expected."""
    rows = (", ".join(f"CAST(:{name}_{n} AS {kind})" for name, kind in _GIVEN.items()) for n in range(count))
    given = ", ".join(f"({row})" for row in rows)
    return _timed(f"""
        WITH moved AS (
            UPDATE audit_chain SET n = :last, head = :new_head, at = :new_at
            WHERE chain = :of_chain AND n = :counted AND head = :head
            RETURNING chain, at
        ), event AS (
            INSERT INTO audit_event (id, chain, n, type, at, leaf, leaf_hash)
            SELECT given.id, chain, given.n, given.type, at, given.leaf, given.leaf_hash
            FROM moved, (VALUES {given}) AS given (id, n, type, leaf, leaf_hash)
        )
        INSERT INTO audit_pending (event_id)
        SELECT given.id FROM moved, (VALUES {", ".join(f"(:event_id_{n})" for n in range(count))}) AS given (id)
    """)  # noqa: S608 - our own names


def _line_up(conn: Connection, chain: str, count: int, at: datetime) -> _Head:
    """Lock the end of a chain, counting so many more events; return where it ended."""
    n, head, last = conn.execute(_LINE_UP, {"chain": chain, "at": at, "count": count}).one()
    return _Head(n - count, head, last)


def _rows(chain: str, events: Sequence[Event], end: _Head, at: datetime) -> Iterator[dict[str, Any]]:
    """The leaves of `events`, each with the hash of the one before it; the first comes after `end`."""
    at, head = max(at, end.at), end.hash
    for place, event in enumerate(events, end.n + 1):
        event_id = event.id or new_id()
        entry = Entry(
            id=event_id,
            time=at,
            type=event.type.value,
            visit=chain,
            n=place,
            prev=head,
            actor=event.actor,
            data=dict(event.data),
            salt=event.salt or new_salt(),
        )
        leaf = encode(entry)
        hashed = leaf_hash(leaf)
        head = hashed.hex()
        yield {
            "event_id": event_id,
            "of_chain": chain,
            "place": place,
            "kind": event.type.value,
            "bytes": leaf,
            "hashed": hashed,
            "new_head": head,
            "new_at": at,
        }
