"""What is allowed in one centre now, and what was stopped lately, as its manager sees it: no names of residents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, String, and_, bindparam, cast, or_, select, union_all
from sqlalchemy.orm import aliased

from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import Action, DelegationState
from gateway.ledger import outbox
from gateway.paging import Key, follows
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.tables import Staff
from gateway.services import naming
from gateway.services.tables import Service
from gateway.terminals.tables import Terminal
from gateway.visits.stopping import StopReason
from gateway.visits.tables import DelegationRow, Filing

LATELY = timedelta(days=7)
AFTER_FILING = (Action.FOLLOW, Action.COLLECT)
_WHO = aliased(Staff)
_OUTLIVES_FILING = or_(*(cast(DelegationRow.services, String).contains(f'"{each}"') for each in AFTER_FILING))
"""Once all was filed, only a right to follow or to collect is left; the last one that is ended revokes it all."""
_IS_IN_FORCE = and_(
    or_(
        DelegationRow.state.in_((DelegationState.REQUESTED, DelegationState.ACTIVE)),
        and_(DelegationRow.state == DelegationState.SPENT, _OUTLIVES_FILING),
    ),
    DelegationRow.valid_until > bindparam("now"),
)
_COLUMNS = select(
    DelegationRow.id,
    DelegationRow.services,
    DelegationRow.granted_at,
    DelegationRow.requested_at,
    DelegationRow.valid_until,
    DelegationRow.ended_at,
    DelegationRow.ended_by,
    DelegationRow.ended_reason,
    Staff.display_name.label("assistant"),
    Terminal.name.label("terminal"),
    _WHO.display_name.label("ended_by_name"),
    _IS_IN_FORCE.label("is_live"),
).select_from(DelegationRow)
_JOINED = (
    _COLUMNS.join(Staff, Staff.id == DelegationRow.assistant_id)
    .join(Terminal, Terminal.id == DelegationRow.terminal_id)
    .outerjoin(_WHO, DelegationRow.ended_by == "staff:" + _WHO.id)
    .where(DelegationRow.centre_id == bindparam("centre"))
)
_IN_FORCE = _JOINED.where(_IS_IN_FORCE)
_LIVE = _IN_FORCE.order_by(DelegationRow.requested_at.desc(), DelegationRow.id.desc()).limit(bindparam("most"))
_LIVE_AFTER = _LIVE.where(follows(DelegationRow.requested_at, DelegationRow.id))
_ONE = _IN_FORCE.where(DelegationRow.id == bindparam("delegation"))
_STOPPED = (
    _JOINED.where(DelegationRow.ended_reason.is_not(None), DelegationRow.ended_at > bindparam("since"))
    .order_by(DelegationRow.ended_at.desc())
    .limit(bindparam("most"))
)
_NUMBER: BindParameter[str] = bindparam("number")
# Each by an index of its own, and never a look through all that the centre has.
_NUMBERED = union_all(
    select(DelegationRow.id).where(DelegationRow.id == _NUMBER),
    select(DelegationRow.id).where(DelegationRow.visit_id == _NUMBER),
    select(Filing.delegation_id).where(Filing.reference == _NUMBER),
)
_FOUND = (
    _JOINED.where(DelegationRow.id.in_(_NUMBERED))
    .order_by(DelegationRow.requested_at.desc(), DelegationRow.id.desc())
    .limit(bindparam("most"))
)
_FOUND_AFTER = _FOUND.where(follows(DelegationRow.requested_at, DelegationRow.id))
_FILED = select(Filing.delegation_id, Filing.service_id).where(
    Filing.delegation_id.in_(bindparam("delegations", expanding=True)), Filing.state == FilingState.FILED
)
_CARDS = select(Service.id, *naming.COLUMNS).where(Service.id.in_(bindparam("services", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One delegation."""

    id: str
    services: tuple[str, ...]
    assistant: str
    terminal: str
    granted_at: datetime | None
    """`None` while nobody has said yes."""
    requested_at: datetime
    valid_until: datetime
    ended_at: datetime | None
    ended_by: str | None
    """As in the row, but the name of a member of staff."""
    reason: StopReason | None
    is_live: bool
    """Whether it can still be stopped."""
    filed: int = 0
    """How many of several services were filed."""

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.requested_at, self.id)


def live(conn: Connection, parts: Parts, by: StaffSession, *, most: int, after: Key | None = None) -> list[Line]:
    """What is asked for or in force in the centre of `by`, newest first, from the line after `after`."""
    asked = {"now": parts.clock.now(), "most": most}
    return _lines(conn, by, _LIVE, asked) if after is None else _lines(conn, by, _LIVE_AFTER, asked | after.values)


def one(conn: Connection, parts: Parts, by: StaffSession, delegation_id: str) -> Line | None:
    """One of these, on whatever page it stands; none where it has ended or is another centre's."""
    return next(iter(_lines(conn, by, _ONE, {"now": parts.clock.now(), "delegation": delegation_id})), None)


def stopped(conn: Connection, parts: Parts, by: StaffSession, *, most: int) -> list[Line]:
    """What somebody stopped in the last week, with who and why."""
    now = parts.clock.now()
    return _lines(conn, by, _STOPPED, {"now": now, "since": now - LATELY, "most": most})


def numbered(
    conn: Connection, parts: Parts, by: StaffSession, number: str, *, most: int, after: Key | None = None
) -> list[Line]:
    """What stands in the centre of `by` under a number, open or past: a permission's, a visit's or a portal's."""
    asked = {"now": parts.clock.now(), "most": most, "number": number}
    return _lines(conn, by, _FOUND, asked) if after is None else _lines(conn, by, _FOUND_AFTER, asked | after.values)


def note_search(conn: Connection, parts: Parts, by: StaffSession, found: Sequence[Line]) -> None:
    """Record that `by` looked for something, and what they were shown; what was typed may be anything, so it is not."""
    outbox.record(
        conn,
        chain=f"staff:{by.staff_id}",
        type=EventName.DELEGATIONS_SEARCHED,
        actor=by.actor,
        data={"found": [each.id for each in found]},
        at=parts.clock.database_now(conn),
    )


def _lines(conn: Connection, by: StaffSession, query: Any, values: dict[str, Any]) -> list[Line]:
    rows = conn.execute(query, {"centre": by.centre_id} | values).all()
    services = sorted({each["service"] for row in rows for each in row.services})
    known = {row.id: row for row in conn.execute(_CARDS, {"services": services})} if services else {}

    several = [row.id for row in rows if len(row.services) > 1]
    filed: dict[str, set[str]] = {}
    for each in conn.execute(_FILED, {"delegations": several}) if several else ():
        filed.setdefault(each.delegation_id, set()).add(each.service_id)

    def title(service_id: str) -> str:
        return (naming.in_list(known[service_id], by.language) if service_id in known else None) or service_id

    return [
        Line(
            id=row.id,
            services=tuple(title(each["service"]) for each in row.services),
            assistant=row.assistant,
            terminal=row.terminal,
            granted_at=row.granted_at,
            requested_at=row.requested_at,
            valid_until=row.valid_until,
            ended_at=row.ended_at,
            ended_by=row.ended_by_name or row.ended_by,
            reason=None if row.ended_reason is None else StopReason(row.ended_reason),
            is_live=bool(row.is_live),
            filed=len(filed.get(row.id, ())),
        )
        for row in rows
    ]
