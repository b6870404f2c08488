"""How an event gets into the log: in the transaction of the change that it tells of, as its last writes.

The chain's head is locked first, so events of one chain line up also between machines; the leaf's bytes are fixed
here. The sequencer gives the event its place in the tree after the commit.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from audit.entry import Actor, Entry, encode, new_salt
from audit.events import EventName
from audit.merkle import leaf_hash
from gateway.ids import new_id
from gateway.ledger.tables import AuditChain, AuditEvent, AuditPending

_FIRST = {"chain": bindparam("chain"), "n": 1, "head": "", "at": bindparam("at")}
_NEXT = {"n": AuditChain.n + 1}
_LINE_UP = {
    "sqlite": sqlite.insert(AuditChain)
    .values(_FIRST)
    .on_conflict_do_update(index_elements=["chain"], set_=_NEXT)
    .returning(AuditChain.n, AuditChain.head, AuditChain.at),
    "postgresql": postgresql.insert(AuditChain)
    .values(_FIRST)
    .on_conflict_do_update(index_elements=["chain"], set_=_NEXT)
    .returning(AuditChain.n, AuditChain.head, AuditChain.at),
}
_INSERT_EVENT = insert(AuditEvent).values(
    id=bindparam("event_id"),
    chain=bindparam("of_chain"),
    n=bindparam("place"),
    type=bindparam("kind"),
    at=bindparam("new_at"),
    leaf=bindparam("bytes"),
    leaf_hash=bindparam("hashed"),
)
_INSERT_PENDING = insert(AuditPending).values(event_id=bindparam("event_id"))
_MOVE_HEAD = (
    update(AuditChain)
    .where(AuditChain.chain == bindparam("of_chain"))
    .values(head=bindparam("new_head"), at=bindparam("new_at"))
)
_KEEP = {
    "sqlite": (_INSERT_EVENT, _INSERT_PENDING, _MOVE_HEAD),
    # one round trip instead of three
    "postgresql": (_MOVE_HEAD.add_cte(_INSERT_EVENT.cte("event"), _INSERT_PENDING.cte("pending")),),
}


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
    n, head, last = conn.execute(_LINE_UP[conn.dialect.name], {"chain": chain, "at": at}).one()
    at = max(at, last)
    event_id = new_id()
    leaf = encode(
        Entry(
            id=event_id,
            time=at,
            type=type.value,
            visit=chain,
            n=n,
            prev=head,
            actor=actor,
            data=dict(data),
            salt=new_salt(),
        )
    )
    hashed = leaf_hash(leaf)
    values = {
        "event_id": event_id,
        "of_chain": chain,
        "place": n,
        "kind": type.value,
        "bytes": leaf,
        "hashed": hashed,
        "new_head": hashed.hex(),
        "new_at": at,
    }
    for statement in _KEEP[conn.dialect.name]:
        conn.execute(statement, values)
    return event_id
