"""The second looks that a member of staff could answer now: for their list, one page, and the count at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from gateway.database.base import written_out
from gateway.database.once import note
from gateway.keys import store
from gateway.people.access import StaffSession
from gateway.people.tables import Centre, Staff
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits import second_person
from gateway.visits.errors import NotFoundError
from gateway.visits.sealed import VisitVault
from gateway.visits.second_person import FROM_ANY_CENTRE, MAY_LOOK
from gateway.visits.tables import SecondLook, SecondLookKind, SecondLookState, Visit, VisitState

_WHOSE = ("person", "known")
"""What is shown beside a value: whose it is, and what was known before."""
_REFUSED_OF_FILING = select(SecondLook.id).where(
    SecondLook.filing_id == bindparam("filing"), SecondLook.state == SecondLookState.REFUSED
)
_asker = aliased(Staff)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One question to a second person. Says nothing of the resident: that is shown only on the record."""

    id: str
    kind: SecondLookKind
    state: SecondLookState
    visit_id: str
    delegation_id: str | None
    filing_id: str | None
    approval_id: str | None
    asker: str
    centre: str
    service: str | None
    """Its title in the reader's language."""
    asked_at: datetime
    lapses_at: datetime
    is_shown: bool
    """Whether the reader was last recorded as being shown what is to be judged."""


def waiting_for(conn: Connection, session: StaffSession, now: datetime, *, most: int, after: int = 0) -> list[Waiting]:
    """The looks that `session` may answer at `now`, the oldest first: `most` of them, from the one numbered `after`."""
    if not _may_look(session):
        return []
    rows = conn.execute(
        _columns().where(*_open_to(session, now)).order_by(SecondLook.asked_at, SecondLook.id).limit(most).offset(after)
    )
    return [_made(row, session) for row in rows.mappings()]


def count_for(conn: Connection, session: StaffSession, now: datetime) -> int:
    """How many looks `session` may answer at `now`."""
    return int(conn.execute(select(counting(session, now))).scalar_one())


def counting(session: StaffSession, now: datetime) -> Any:
    """The same number, for a statement that counts other things too."""
    if not _may_look(session):
        return literal(0)
    return (
        select(func.count())
        .select_from(SecondLook)
        .join(Visit, Visit.id == SecondLook.visit_id)
        .where(*_open_to(session, now))
        .scalar_subquery()
    )


def of_visit(conn: Connection, visit_id: str) -> list[tuple[SecondLookKind, datetime]]:
    """What still waits for a second person in a visit, with its end; the oldest first."""
    waits = (SecondLook.visit_id == visit_id, SecondLook.state == written_out(SecondLookState.WAITING))
    rows = conn.execute(select(SecondLook.kind, SecondLook.lapses_at).where(*waits).order_by(SecondLook.asked_at))
    return [(row.kind, row.lapses_at) for row in rows]


def refused_values(conn: Connection, vault: VisitVault, filing_id: str) -> frozenset[str]:
    """The values that a second person did not confirm for a filing."""
    looks = conn.execute(_REFUSED_OF_FILING, {"filing": filing_id}).scalars()
    shown = (each for look_id in looks for each in second_person.judged(vault, look_id))
    return frozenset(each.value for each in shown if each.name not in _WHOSE)


def one_for(conn: Connection, session: StaffSession, look_id: str) -> Waiting:
    """One look, answered or not, that `session` could be asked. Raises `NotFoundError`."""
    wanted = _columns().where(SecondLook.id == look_id, *_not_concerned(session))
    found = conn.execute(store.read_with(wanted, Visit.key_id)).one_or_none()
    if found is None or not _may_look(session):
        raise NotFoundError("no such second look")
    note(conn, ("second look", look_id), found)
    VisitVault.note_key(conn, found.visit_id, found)
    return _made(found._asdict(), session)


def _may_look(session: StaffSession) -> bool:
    return session.role in MAY_LOOK and session.terminal_id is not None


def _columns() -> Any:
    return (
        select(SecondLook.__table__, _asker.display_name, Centre.name, Service.cards)
        .join(Visit, Visit.id == SecondLook.visit_id)
        .join(_asker, _asker.id == SecondLook.asked_by)
        .join(Centre, Centre.id == Visit.centre_id)
        .outerjoin(Service, Service.id == Visit.service_id)
    )


def _open_to(session: StaffSession, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SecondLook.state == written_out(SecondLookState.WAITING),
        SecondLook.lapses_at > now,
        Visit.state == VisitState.OPEN,
        *_not_concerned(session),
    )


def _not_concerned(session: StaffSession) -> tuple[ColumnElement[bool], ...]:
    """What `second_person.ensure_may_answer` refuses is not offered either."""
    return (
        or_(Visit.centre_id == session.centre_id, SecondLook.kind.in_(FROM_ANY_CENTRE)),
        SecondLook.asked_by != session.staff_id,
        Visit.assistant_id != session.staff_id,
        ~Visit.served_by.contains(f" {session.staff_id} ", autoescape=True),
        Visit.terminal_id != session.terminal_id,
        or_(SecondLook.asked_terminal_id.is_(None), SecondLook.asked_terminal_id != session.terminal_id),
        ~SecondLook.barred.contains(f" {session.staff_id} ", autoescape=True),
    )


def _made(row: Mapping[Any, Any], session: StaffSession) -> Waiting:
    return Waiting(
        id=row["id"],
        kind=row["kind"],
        state=row["state"],
        visit_id=row["visit_id"],
        delegation_id=row["delegation_id"],
        filing_id=row["filing_id"],
        approval_id=row["approval_id"],
        asker=row["display_name"],
        centre=row["name"],
        service=None if row["cards"] is None else catalogue.title_of(row["cards"], session.language),
        asked_at=row["asked_at"],
        lapses_at=row["lapses_at"],
        is_shown=row["looked_by"] == session.staff_id,
    )
