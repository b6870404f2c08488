"""Why something is not erased yet: read anew each time, since it passes by itself."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from delegation.filing import IN_DOUBT
from delegation.model import DelegationState
from gateway.database.base import UtcDateTime
from gateway.retention.states import Obstacle
from gateway.retention.tables import LegalHold
from gateway.visits.case_tables import Dispute, DisputeState
from gateway.visits.tables import Approval, DelegationRow, Filing, Visit, VisitState

_LONGEST_ASKED = timedelta(days=2)
"""No question waits longer for all who have to say yes."""
_LIVE = (DelegationState.REQUESTED, DelegationState.ACTIVE, DelegationState.SPENT)
_PERSON: BindParameter[str] = bindparam("person")
_VISIT: BindParameter[str] = bindparam("visit")
_NOW = bindparam("now", type_=UtcDateTime())

THEIRS = union(
    select(DelegationRow.id, DelegationRow.visit_id).where(DelegationRow.principal_id == _PERSON),
    select(DelegationRow.id, DelegationRow.visit_id).where(DelegationRow.approver_id == _PERSON),
    select(DelegationRow.id, DelegationRow.visit_id)
    .join(Approval, Approval.delegation_id == DelegationRow.id)
    .where(Approval.approver_id == _PERSON),
).subquery("theirs")
"""The delegations that a person has a part in, each with its visit: as principal, or asked for a yes."""

PEOPLE_OF_VISIT: CompoundSelect[Any] = union(
    select(DelegationRow.principal_id).where(DelegationRow.visit_id == _VISIT),
    select(DelegationRow.approver_id).where(DelegationRow.visit_id == _VISIT),
    select(Approval.approver_id).where(Approval.visit_id == _VISIT, Approval.approver_id.is_not(None)),
)


def _obstacles(delegations: Select[Any], visits: Select[Any], held: ColumnElement[bool]) -> Any:
    """One row for each kind of obstacle that there is."""
    found = {
        Obstacle.OPEN_VISIT: select(Visit.id).where(Visit.id.in_(visits), Visit.state != VisitState.CLOSED),
        Obstacle.IN_FORCE: select(DelegationRow.id).where(
            DelegationRow.id.in_(delegations), DelegationRow.state.in_(_LIVE), DelegationRow.valid_until > _NOW
        ),
        Obstacle.IN_FLIGHT: select(Filing.id).where(Filing.delegation_id.in_(delegations), Filing.state.in_(IN_DOUBT)),
        Obstacle.CASE: select(Dispute.id).where(
            Dispute.delegation_id.in_(delegations), Dispute.state != DisputeState.CLOSED
        ),
        Obstacle.HOLD: select(LegalHold.id).where(LegalHold.lifted_at.is_(None), held),
    }
    return union_all(*(select(literal(kind.value)).where(query.exists()) for kind, query in found.items()))


_THEIR_IDS, _THEIR_VISITS = select(THEIRS.c.id), select(THEIRS.c.visit_id)
_OF_RESIDENT = _obstacles(
    _THEIR_IDS, _THEIR_VISITS, or_(LegalHold.resident_id == _PERSON, LegalHold.visit_id.in_(_THEIR_VISITS))
)
_OF_VISIT = _obstacles(
    select(DelegationRow.id).where(DelegationRow.visit_id == _VISIT),
    select(Visit.id).where(Visit.id == _VISIT),
    or_(LegalHold.visit_id == _VISIT, LegalHold.resident_id.in_(PEOPLE_OF_VISIT)),
)
_ASKED_LATELY = select(DelegationRow.co_approver_ids).where(
    DelegationRow.requested_at > bindparam("since", type_=UtcDateTime()),
    DelegationRow.state == DelegationState.REQUESTED,
    DelegationRow.co_approver_ids.is_not(None),
)
_LAST_SENT = select(func.max(Filing.sent_at, type_=UtcDateTime())).where(Filing.delegation_id.in_(_THEIR_IDS))
_IS_HELD = select(literal(1)).where(
    select(LegalHold.id)
    .where(
        LegalHold.lifted_at.is_(None),
        or_(LegalHold.visit_id == _VISIT, LegalHold.resident_id == _PERSON),
    )
    .exists()
)


def of_resident(conn: Connection, resident_id: str, now: datetime) -> frozenset[Obstacle]:
    """What stands against erasing a resident at `now`, in all that they have a part in. Two statements."""
    found = {Obstacle(each) for each in conn.execute(_OF_RESIDENT, {"person": resident_id, "now": now}).scalars()}
    waiting = conn.execute(_ASKED_LATELY, {"since": now - _LONGEST_ASKED}).scalars()
    if any(resident_id in each for each in waiting):
        found.add(Obstacle.IN_FORCE)  # their yes is needed too, and has not been asked for yet
    return frozenset(found)


def of_visit(conn: Connection, visit_id: str, now: datetime) -> frozenset[Obstacle]:
    """What stands against destroying the values of one visit at `now`."""
    return frozenset(Obstacle(each) for each in conn.execute(_OF_VISIT, {"visit": visit_id, "now": now}).scalars())


def last_sent(conn: Connection, resident_id: str) -> datetime | None:
    """When something was last sent of what a resident has a part in."""
    moment: datetime | None = conn.execute(_LAST_SENT, {"person": resident_id}).scalar_one()
    return moment


def is_held(conn: Connection, visit_id: str, resident_id: str) -> bool:
    """Whether a visit, or a person, is kept because of an inquiry."""
    return conn.execute(_IS_HELD, {"visit": visit_id, "person": resident_id}).first() is not None
