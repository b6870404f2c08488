"""The second looks that a member of staff could answer now: for their list, one page, and the count at the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, String, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from gateway.database.base import written_out
from gateway.database.once import note
from gateway.keys import store
from gateway.people.access import StaffSession
from gateway.people.tables import Centre, Staff
from gateway.services import naming
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
_ME, _HERE = bindparam("assistant", type_=String()), bindparam("terminal", type_=String())
_AMONG = bindparam("among", type_=String())
_NOT_CONCERNED: Final = (
    or_(Visit.centre_id == bindparam("centre"), SecondLook.kind.in_(FROM_ANY_CENTRE)),
    SecondLook.asked_by != _ME,
    Visit.assistant_id != _ME,
    ~Visit.served_by.like(_AMONG, escape="/"),
    Visit.terminal_id != _HERE,
    or_(SecondLook.asked_terminal_id.is_(None), SecondLook.asked_terminal_id != _HERE),
    ~SecondLook.barred.like(_AMONG, escape="/"),
)
"""What `second_person.ensure_may_answer` refuses is not offered either."""
_OPEN_TO: Final = (
    SecondLook.state == written_out(SecondLookState.WAITING),
    SecondLook.lapses_at > bindparam("now"),
    Visit.state == VisitState.OPEN,
    *_NOT_CONCERNED,
)
_COLUMNS: Final[Select[Any]] = (
    select(SecondLook.__table__, _asker.display_name, Centre.name, *naming.COLUMNS)
    .join(Visit, Visit.id == SecondLook.visit_id)
    .join(_asker, _asker.id == SecondLook.asked_by)
    .join(Centre, Centre.id == Visit.centre_id)
    .outerjoin(Service, Service.id == Visit.service_id)
)
_LIST: Final = (
    _COLUMNS.where(*_OPEN_TO)
    .order_by(SecondLook.asked_at, SecondLook.id)
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)
_ONE: Final = store.read_with(_COLUMNS.where(SecondLook.id == bindparam("look"), *_NOT_CONCERNED), Visit.key_id)
_COUNT: Final = (
    select(func.count()).select_from(SecondLook).join(Visit, Visit.id == SecondLook.visit_id).where(*_OPEN_TO)
)
COUNT: Final = _COUNT.scalar_subquery()
"""What `count_for` says of whoever `may_look`, for a statement that counts other things too and is given `reader`."""


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
    if not may_look(session):
        return []
    rows = conn.execute(_LIST, reader(session, now) | {"most": most, "after": after})
    return [_made(row, session, naming.in_list(row, session.language)) for row in rows]


def count_for(conn: Connection, session: StaffSession, now: datetime) -> int:
    """How many looks `session` may answer at `now`."""
    return int(conn.execute(_COUNT, reader(session, now)).scalar_one()) if may_look(session) else 0


def reader(session: StaffSession, now: datetime | None = None) -> dict[str, Any]:
    """What `COUNT` and the statements here are given; `now` where they ask what waits."""
    return {
        "centre": session.centre_id,
        "assistant": session.staff_id,
        "terminal": session.terminal_id,
        "among": among(session.staff_id),
        "now": now,
    }


def among(staff_id: str) -> str:
    """The pattern of a list of ids with spaces about each, such as `Visit.served_by`, that has this one."""
    escaped = "".join(f"/{sign}" if sign in "/_%" else sign for sign in staff_id)
    return f"% {escaped} %"


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
    found = conn.execute(_ONE, reader(session) | {"look": look_id}).one_or_none()
    if found is None or not may_look(session):
        raise NotFoundError("no such second look")
    note(conn, ("second look", look_id), found)
    VisitVault.note_key(conn, found.visit_id, found)
    return _made(found, session, naming.titled(found, session.language))


def may_look(session: StaffSession) -> bool:
    """Whether somebody may answer second looks at all."""
    return session.role in MAY_LOOK and session.terminal_id is not None


def _made(row: Any, session: StaffSession, service: str | None) -> Waiting:
    return Waiting(
        id=row.id,
        kind=row.kind,
        state=row.state,
        visit_id=row.visit_id,
        delegation_id=row.delegation_id,
        filing_id=row.filing_id,
        approval_id=row.approval_id,
        asker=row.display_name,
        centre=row.name,
        service=service,
        asked_at=row.asked_at,
        lapses_at=row.lapses_at,
        is_shown=row.looked_by == session.staff_id,
    )
