"""Why something is not erased yet: read anew each time, since it passes by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Subquery,
    Text,
    bindparam,
    func,
    literal,
    literal_column,
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


def _of_person(person: ColumnElement[str]) -> Subquery:
    return union(
        select(DelegationRow.id, DelegationRow.visit_id).where(DelegationRow.principal_id == person),
        select(DelegationRow.id, DelegationRow.visit_id).where(DelegationRow.approver_id == person),
        select(DelegationRow.id, DelegationRow.visit_id)
        .join(Approval, Approval.delegation_id == DelegationRow.id)
        .where(Approval.approver_id == person),
    ).subquery("theirs")


THEIRS = _of_person(_PERSON)
"""The delegations that a person has a part in, each with its visit: as principal, or asked for a yes."""

PEOPLE_OF_VISIT: CompoundSelect[Any] = union(
    select(DelegationRow.principal_id).where(DelegationRow.visit_id == _VISIT),
    select(DelegationRow.approver_id).where(DelegationRow.visit_id == _VISIT),
    select(Approval.approver_id).where(Approval.visit_id == _VISIT, Approval.approver_id.is_not(None)),
)


def _obstacles(
    delegations: Select[Any], visits: Select[Any], held: ColumnElement[bool]
) -> Mapping[Obstacle, ColumnElement[bool]]:
    """Whether there is an obstacle, by its kind."""
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
    return {kind: query.exists() for kind, query in found.items()}


def _against(person: ColumnElement[str], theirs: Subquery) -> Mapping[Obstacle, ColumnElement[bool]]:
    visits = select(theirs.c.visit_id)
    return _obstacles(select(theirs.c.id), visits, or_(LegalHold.resident_id == person, LegalHold.visit_id.in_(visits)))


def _listed(obstacles: Mapping[Obstacle, ColumnElement[bool]]) -> CompoundSelect[Any]:
    """One row for each kind of obstacle that there is."""
    return union_all(*(select(literal(kind.value)).where(there) for kind, there in obstacles.items()))


def _sent_last(theirs: Subquery) -> Select[Any]:
    return select(func.max(Filing.sent_at, type_=UtcDateTime())).where(Filing.delegation_id.in_(select(theirs.c.id)))


_OF_RESIDENT = _listed(_against(_PERSON, THEIRS))
_OF_VISIT = _listed(
    _obstacles(
        select(DelegationRow.id).where(DelegationRow.visit_id == _VISIT),
        select(Visit.id).where(Visit.id == _VISIT),
        or_(LegalHold.visit_id == _VISIT, LegalHold.resident_id.in_(PEOPLE_OF_VISIT)),
    )
)
_ASKED_LATELY = select(DelegationRow.co_approver_ids).where(
    DelegationRow.requested_at > bindparam("since", type_=UtcDateTime()),
    DelegationRow.state == DelegationState.REQUESTED,
    DelegationRow.co_approver_ids.is_not(None),
)
_LAST_SENT = _sent_last(THEIRS)
IS_HELD = (
    select(LegalHold.id)
    .where(LegalHold.lifted_at.is_(None), or_(LegalHold.visit_id == _VISIT, LegalHold.resident_id == _PERSON))
    .exists()
)
"""Whether `visit`, or `person`, is kept because of an inquiry."""


def of_resident(conn: Connection, resident_id: str, now: datetime) -> frozenset[Obstacle]:
    """What stands against erasing a resident at `now`, in all that they have a part in. Two statements."""
    found = {Obstacle(each) for each in conn.execute(_OF_RESIDENT, {"person": resident_id, "now": now}).scalars()}
    if resident_id in asked_lately(conn, now):
        found.add(Obstacle.IN_FORCE)  # their yes is needed too, and has not been asked for yet
    return frozenset(found)


def columns_of(person: str) -> tuple[Any, ...]:
    """What `last_sent` and `read_of` say of the person whose id stands in a column, such as `erasure_wish.resident_id`.

    For a statement that lists many; their yes that has not been asked for yet (`asked_lately`) comes on top.
    """
    column = literal_column(person, Text())
    theirs = _of_person(column)
    there = (is_there.label(f"has_{kind.value}") for kind, is_there in _against(column, theirs).items())
    return (_sent_last(theirs).scalar_subquery().label("last_sent"), *there)


def read_of(row: Any) -> set[Obstacle]:
    """The obstacles in a row with the columns of `columns_of`."""
    return {kind for kind in Obstacle if getattr(row, f"has_{kind.value}", False)}


def asked_lately(conn: Connection, now: datetime) -> frozenset[str]:
    """Whose yes is needed beside another's that waits for its answer at `now`, and is asked for after it."""
    waiting = conn.execute(_ASKED_LATELY, {"since": now - _LONGEST_ASKED}).scalars()
    return frozenset(person for each in waiting for person in each)


def of_visit(conn: Connection, visit_id: str, now: datetime) -> frozenset[Obstacle]:
    """What stands against destroying the values of one visit at `now`."""
    return frozenset(Obstacle(each) for each in conn.execute(_OF_VISIT, {"visit": visit_id, "now": now}).scalars())


def last_sent(conn: Connection, resident_id: str) -> datetime | None:
    """When something was last sent of what a resident has a part in."""
    moment: datetime | None = conn.execute(_LAST_SENT, {"person": resident_id}).scalar_one()
    return moment
