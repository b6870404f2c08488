"""A bundle leaves the gateway: the resident can see who took it, why, and what was opened for it."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from audit.entry import Actor, decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.parts import Store
from gateway.visits.bundles import Disclosure
from gateway.visits.looking import is_noted
from gateway.visits.rows import find_visit
from gateway.visits.trail import say

_LATEST = (
    select(AuditEvent.leaf)
    .where(AuditEvent.chain == bindparam("visit"), AuditEvent.type == bindparam("kind"))
    .order_by(AuditEvent.n.desc())
    .limit(50)
)


def note(conn: Connection, store: Store, by: Actor, visit_id: str, chosen: Disclosure, why: str) -> None:
    """Record that `by` makes a bundle of a visit. Raises `NotFoundError`."""
    find_visit(conn, visit_id)
    now = store.clock.database_now(conn)
    say(conn, visit_id, EventName.BUNDLE_EXPORTED, by, now, disclosed=list(chosen.names), reason=why)


def noted(conn: Connection, store: Store, by: Actor, visit_id: str) -> Disclosure | None:
    """What `by` has asked for in this quarter of an hour; nothing where they have not."""
    data = _newest(conn, store, by, visit_id, EventName.BUNDLE_EXPORTED)
    return None if data is None else Disclosure.of(data["disclosed"])


def reason_of(conn: Connection, store: Store, by: Actor, visit_id: str) -> str | None:
    """Why an auditor has opened a visit in this quarter of an hour; nothing where they have not."""
    data = _newest(conn, store, by, visit_id, EventName.VISIT_LOOKED_AT)
    return None if data is None else str(data["reason"])


def _newest(conn: Connection, store: Store, by: Actor, visit_id: str, kind: EventName) -> dict[str, Any] | None:
    now = store.clock.now()
    for leaf in conn.execute(_LATEST, {"visit": visit_id, "kind": kind.value}).scalars():
        entry = decode(bytes(leaf))
        if entry.actor.id == by.id and is_noted(entry.time, now):
            return entry.data
    return None
