"""Erasing: the key goes, and with it every value that it sealed, in one transaction with its event.

Locks are taken in the one order (visits, delegations, then the resident's key and record), and what stands against it
is read after them: a request, a case or a hold at the same moment comes before and is seen, or after and finds nobody.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, or_, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.database.base import lock
from gateway.keys import store as keys
from gateway.keys.tables import DataKeyRow
from gateway.ledger import health, outbox
from gateway.notifications import sending
from gateway.parts import Store
from gateway.people import forgetting
from gateway.people.tables import Resident
from gateway.retention import standing
from gateway.retention.errors import ErasedAlreadyError, StillNeededError
from gateway.retention.standing import PEOPLE_OF_VISIT, THEIRS
from gateway.retention.states import Obstacle, Why
from gateway.retention.tables import ErasureWish, WishState
from gateway.visits import emptying
from gateway.visits.errors import NotFoundError
from gateway.visits.tables import DelegationRow, Visit
from gateway.visits.trail import say

_SYSTEM = Actor(ActorKind.SYSTEM, "gateway")
_PERSON: BindParameter[str] = bindparam("person")
_VISITS = select(Visit.id, Visit.key_id).where(Visit.id.in_(select(THEIRS.c.visit_id))).order_by(Visit.id)
_DELEGATIONS = (
    select(DelegationRow.visit_id, DelegationRow.principal_id)
    .where(DelegationRow.id.in_(select(THEIRS.c.id)))
    .order_by(DelegationRow.id)
)
_RESIDENT = select(Resident.id, Resident.key_id, Resident.erased_at).where(Resident.id == _PERSON)
_PEOPLE = select(Resident.id).where(Resident.id.in_(PEOPLE_OF_VISIT)).order_by(Resident.id)
_VISIT = select(Visit.id, Visit.key_id, Visit.erased_at).where(Visit.id == bindparam("visit"))
_WISH_DONE = (
    update(ErasureWish)
    .where(ErasureWish.resident_id == _PERSON, ErasureWish.state == WishState.WAITING)
    .values(state=WishState.DONE, ended_at=bindparam("now"), ended_by="clock")
)
_KEY = select(DataKeyRow.id).where(DataKeyRow.id == bindparam("key"))
_KEYS = select(DataKeyRow.id).where(or_(DataKeyRow.id == bindparam("key"), DataKeyRow.under == bindparam("key")))


def erase_resident(conn: Connection, store: Store, resident_id: str, why: Why, **said: Any) -> None:
    """Destroy a resident's key and whatever else leads to them. `said` are identifiers for the event.

    Raises:
        NotFoundError: there is no such resident.
        ErasedAlreadyError: they were erased before.
        StillNeededError: something stands against it.
        LogUnhealthyError: the log is refused; nothing is erased without it.
    """
    health.ensure_healthy(conn)
    visits, delegations, resident = lock_resident(conn, resident_id)
    now = store.clock.database_now(conn)
    _ensure_free(conn, store, resident_id, now)
    own = sorted({row.visit_id for row in delegations if row.principal_id == resident_id})
    known = [*conn.execute(_KEYS, {"key": resident.key_id}).scalars()]
    keys.destroy(conn, resident.key_id, now)
    emptying.empty_askings(conn, resident_id)
    emptying.empty_visits(conn, own, now)
    forgetting.forget(conn, resident_id, now)
    sending.forget_waiting(conn, known, visits, now)
    sending.forget_people(conn, [resident_id], own)
    conn.execute(_WISH_DONE, {"person": resident_id, "now": now})
    data = {"resident": resident_id, "why": why.value, "visits": len(own), **said}
    outbox.record(
        conn, chain=f"resident:{resident_id}", type=EventName.RESIDENT_ERASED, actor=_SYSTEM, data=data, at=now
    )


def erase_visit(conn: Connection, store: Store, visit_id: str) -> None:
    """Destroy the key of one visit, whose time is over; the person's other visits stay as they are.

    Raises:
        NotFoundError, ErasedAlreadyError, StillNeededError, LogUnhealthyError: as `erase_resident`.
    """
    health.ensure_healthy(conn)
    visit = conn.execute(lock(conn, _VISIT), {"visit": visit_id}).one_or_none()
    if visit is None:
        raise NotFoundError("no such visit")
    if visit.erased_at is not None:
        raise ErasedAlreadyError("the visit")
    conn.execute(lock(conn, _PEOPLE), {"visit": visit_id}).all()
    now = store.clock.database_now(conn)
    if obstacles := standing.of_visit(conn, visit_id, now):
        raise StillNeededError(obstacles)
    keys.destroy(conn, visit.key_id, now)
    emptying.empty_visits(conn, [visit_id], now)
    sending.forget_waiting(conn, [visit.key_id], [visit_id], now)
    sending.forget_people(conn, [], [visit_id])
    say(conn, visit_id, EventName.KEY_DESTROYED, _SYSTEM, now, kind="visit", key=visit.key_id, why=Why.TIME.value)


def _ensure_free(conn: Connection, store: Store, resident_id: str, now: datetime) -> None:
    obstacles = standing.of_resident(conn, resident_id, now)
    sent = standing.last_sent(conn, resident_id)
    if sent is not None and now < sent + store.settings.keep_sent_days:
        obstacles |= {Obstacle.DISPUTABLE}
    if obstacles:
        raise StillNeededError(obstacles)


def lock_resident(conn: Connection, resident_id: str) -> tuple[list[str], list[Any], Any]:
    """Lock a resident with all that they have a part in; return the visits' ids, the delegations, the resident.

    Raises:
        NotFoundError: there is no such resident.
        ErasedAlreadyError: they were erased before.
    """
    person = {"person": resident_id}
    visits = [row.id for row in conn.execute(lock(conn, _VISITS), person)]
    delegations = list(conn.execute(lock(conn, _DELEGATIONS), person))
    found = conn.execute(_RESIDENT, person).one_or_none()
    if found is None:
        raise NotFoundError("no such resident")
    conn.execute(lock(conn, _KEY), {"key": found.key_id}).all()
    resident = conn.execute(lock(conn, _RESIDENT), person).one()
    if resident.erased_at is not None:
        raise ErasedAlreadyError("the resident")
    return visits, delegations, resident
