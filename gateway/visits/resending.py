"""What was sent, and by a person's word did not arrive, is sent again only after a second member of staff has looked.

Not by whoever decided it, and not by whoever serves the visit: one person alone could file twice. What the portal
itself has proved needs no colleague. The new permit is asked for as always, and only when the colleague has confirmed.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from delegation.commitment import HashKind
from delegation.filing import FilingState
from delegation.statement import local_time
from gateway.database.base import written_out
from gateway.ids import new_id
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.tables import Staff
from gateway.visits.guarding import Needed
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.second_person import Shown
from gateway.visits.tables import Filing, SecondLookKind

_NOT_ARRIVED: Any = (
    select(Filing.__table__, Staff.display_name.label("decider"))
    .outerjoin(Staff, Staff.id == Filing.decided_by)
    .where(
        Filing.principal_id == bindparam("principal"),
        Filing.service_id == bindparam("service"),
        Filing.state == written_out(FilingState.NOT_FILED),
        or_(Filing.service_key == bindparam("key"), Filing.delegation_id == bindparam("delegation")),
    )
    .order_by(Filing.sent_at.desc())
)
"""All of them: what was sent in between, of another period, must not hide what a person said of this one."""


def looks_for(
    conn: Connection, parts: Parts, vault: VisitVault, row: AnyRow, service_id: str, key: bytes
) -> Sequence[Needed]:
    """The second look that a filing needs because an earlier one is said not to have arrived, by a person."""
    earlier = next((each for each in _earlier(conn, row, service_id, key) if each.decided_by is not None), None)
    if earlier is None:
        return ()
    subject = f"second look\n{SecondLookKind.SENT_AGAIN.value}\n{row.principal_id}\n{earlier.id}"
    shown = (
        Shown("person", residents.open_profile(conn, parts, row.principal_id).name),
        Shown("sent_at", local_time(earlier.sent_at, row.language)),
        Shown("decided", f"{earlier.decider}, {local_time(earlier.ended_at, row.language)}"),
    )
    hashed = vault.hasher.hash(HashKind.EVIDENCE, subject.encode())
    return (Needed(SecondLookKind.SENT_AGAIN, hashed, shown, (earlier.decided_by,)),)


def idempotency_key(conn: Connection, row: AnyRow, service_id: str, key: bytes) -> str:
    """The name by which the portal knows the same sending again: that of what did not arrive, else a new one."""
    of_same = (each.idempotency_key for each in _earlier(conn, row, service_id, key) if each.service_key == key)
    return next((str(known) for known in of_same if known is not None), None) or new_id()


def _earlier(conn: Connection, row: AnyRow, service_id: str, key: bytes) -> Sequence[Any]:
    known = {"principal": row.principal_id, "service": service_id, "key": key, "delegation": row.id}
    return conn.execute(_NOT_ARRIVED, known).all()
