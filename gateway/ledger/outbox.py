"""How an event gets into the log: in the transaction of the change that it tells of, as its last writes.

The chain's head is locked first, so events of one chain line up also between machines; the leaf's bytes are fixed
here. The sequencer gives the event its place in the tree after the commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, column, text

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
_EVENT = """
    INSERT INTO audit_event (id, chain, n, type, at, leaf, leaf_hash)
    VALUES (:event_id, :of_chain, :place, :kind, :new_at, :bytes, :hashed)
"""
_PENDING = "INSERT INTO audit_pending (event_id) VALUES (:event_id)"
_HEAD = "UPDATE audit_chain SET head = :new_head, at = :new_at WHERE chain = :of_chain"
_KEEP = {
    "sqlite": (_timed(_EVENT), text(_PENDING), _timed(_HEAD)),
    # one round trip instead of three
    "postgresql": (_timed(f"WITH event AS ({_EVENT}), pending AS ({_PENDING}) {_HEAD}"),),
}


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
    line_up = {"chain": chain, "at": at, "count": len(events)}
    n, head, last = conn.execute(_LINE_UP, line_up).one()
    rows = list(_rows(chain, events, n - len(events), head, max(at, last)))
    for statement in _KEEP[conn.dialect.name]:
        # one set of parameters is not a list of one: drivers take a slower way for lists
        conn.execute(statement, rows if len(rows) > 1 else rows[0])
    return [row["event_id"] for row in rows]


def _rows(chain: str, events: Sequence[Event], n: int, head: str, at: datetime) -> Iterator[dict[str, Any]]:
    """The leaves of `events`, each with the hash of the one before it; `n` and `head` are the chain's before them."""
    for place, event in enumerate(events, n + 1):
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
