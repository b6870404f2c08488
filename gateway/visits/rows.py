"""Loading the rows that a step changes, locked, in the one order that every step keeps.

The order is visit, delegation, approval, filing, permit, second look; a step may leave some out but never goes back.
Two steps that meet therefore wait for each other and never for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, or_, select

from gateway.database.base import lock
from gateway.database.once import once, recall
from gateway.keys import store
from gateway.people.access import StaffSession
from gateway.visits.errors import NotFoundError, OutOfOrderError, TakenOverError, VisitClosedError
from gateway.visits.outcome_tables import Following
from gateway.visits.sealed import VisitVault
from gateway.visits.states import Late
from gateway.visits.tables import (
    Approval,
    Channel,
    DelegationRow,
    Filing,
    Permit,
    Receipt,
    Run,
    SecondLook,
    Visit,
    VisitState,
)

AnyRow: TypeAlias = Row[Any]


def is_counted(table: Any = Filing) -> ColumnElement[bool]:
    """Whether a filing can be the newest of its delegation: one that was overtaken leaves the earlier in its place."""
    return or_(table.reason.is_(None), table.reason != Late.OVERTAKEN)


_VISIT = select(Visit.__table__).where(Visit.id == bindparam("id"))
_VISIT_AND_KEY = store.read_with(_VISIT, Visit.key_id)
_DELEGATION = select(DelegationRow.__table__).where(DelegationRow.id == bindparam("id"))
_DELEGATIONS = select(DelegationRow.__table__).where(DelegationRow.id.in_(bindparam("ids", expanding=True)))
_DELEGATION_OF_VISIT = (
    select(DelegationRow.__table__)
    .where(DelegationRow.visit_id == bindparam("visit"))
    .order_by(DelegationRow.requested_at.desc())
    .limit(1)
)
_DELEGATION_ASKED = select(DelegationRow.__table__).where(
    DelegationRow.id == select(Approval.delegation_id).where(Approval.id == bindparam("approval")).scalar_subquery()
)
_APPROVAL = select(Approval.__table__).where(Approval.id == bindparam("id"))
_FILING = select(Filing.__table__).where(Filing.id == bindparam("id"))
FOLLOWED: Final[tuple[Any, ...]] = tuple(
    getattr(Following, name).label(f"followed_{name}")
    for name in ("stage", "looked_at", "next_at", "until", "ended", "failure", "decision_hash")
)
"""How far what was filed has come, beside its filing; `followed_stage` is `None` where nobody follows it."""
_FOLLOWED_FILINGS = (
    select(Filing.__table__, *FOLLOWED)
    .outerjoin(Following, Following.filing_id == Filing.id)
    .order_by(Filing.drafted_at)
)
_FILINGS_OF_DELEGATION = _FOLLOWED_FILINGS.where(Filing.delegation_id == bindparam("delegation"))
_FILING_OF_DELEGATION = (
    select(Filing.__table__)
    .where(Filing.delegation_id == bindparam("delegation"), is_counted())
    .order_by(Filing.drafted_at.desc())
    .limit(1)
)
_FILING_FOR_SERVICE = (
    select(Filing.__table__)
    .where(Filing.delegation_id == bindparam("delegation"), Filing.service_id == bindparam("service"), is_counted())
    .order_by(Filing.drafted_at.desc())
    .limit(1)
)
_FILINGS_OF_VISIT = _FOLLOWED_FILINGS.where(Filing.visit_id == bindparam("visit"))
_RUN = select(Run.__table__).where(Run.id == bindparam("id"))
_SECOND_LOOK = select(SecondLook.__table__).where(SecondLook.id == bindparam("id"))
_RECEIPT = select(Receipt.__table__).where(Receipt.filing_id == bindparam("filing"))
_PERMIT = select(Permit.__table__).where(
    Permit.filing_id == bindparam("filing"), Permit.attempt == bindparam("attempt")
)


def lock_open_visit(conn: Connection, by: StaffSession, visit_id: str) -> AnyRow:
    """The visit, locked, if it is open and `by` serves it at this terminal.

    Raises:
        NotFoundError: there is none, or another assistant's.
        VisitClosedError: it has ended.
    """
    visit = lock_visit(conn, by, visit_id)
    if visit.state is not VisitState.OPEN:
        raise VisitClosedError("the visit has ended, or is set aside")
    return visit


def lock_visit(conn: Connection, by: StaffSession, visit_id: str) -> AnyRow:
    """The visit, locked, open or not, if `by` serves it at this terminal.

    Raises:
        NotFoundError: there is none, or another assistant's; as `TakenOverError` where `by` served it before.
    """
    visit = conn.execute(lock(conn, _VISIT), {"id": visit_id}).one_or_none()
    if visit is None:
        raise NotFoundError("no such visit")
    ensure_serves(visit._asdict(), by)
    return visit


def ensure_serves(visit: Mapping[str, Any], by: StaffSession) -> None:
    """Refuse whoever does not serve the visit at this terminal, by its columns.

    Raises:
        TakenOverError: they did until a colleague, or they themselves at another computer, took it over.
        NotFoundError: they never did.
    """
    here = (by.staff_id, by.terminal_id)
    if (visit["assistant_id"], visit["terminal_id"]) == here:
        return
    if (visit["handed_from"], visit["handed_terminal"]) == here:
        raise TakenOverError("it was taken over")
    raise NotFoundError("no such visit")


def lock_visit_in_centre(conn: Connection, by: StaffSession, visit_id: str) -> AnyRow:
    """The visit, locked, open or not, if it is of the centre at one of whose terminals `by` sits.

    For the one step that must not wait for whoever served it: settling a doubt. Raises `NotFoundError`.
    """
    visit = conn.execute(lock(conn, _VISIT), {"id": visit_id}).one_or_none()
    if visit is None or visit.centre_id != by.centre_id or by.terminal_id is None:
        raise NotFoundError("no such visit")
    return visit


def lock_visit_whole(conn: Connection, visit_id: str) -> AnyRow:
    """The visit, locked, for a step that is not its assistant's own. Raises `NotFoundError`."""
    return _one(conn.execute(lock(conn, _VISIT), {"id": visit_id}).one_or_none(), "visit")


def with_whoever_served(visit: AnyRow) -> str:
    """`Visit.served_by` of a visit that goes over to somebody: whoever serves it until now is among them."""
    earlier = set(visit.served_by.split())
    return "".join(f" {staff_id} " for staff_id in sorted(earlier | {visit.assistant_id}))


def lock_second_look(conn: Connection, look_id: str) -> AnyRow:
    """The second look, locked. Raises `NotFoundError`."""
    return _one(conn.execute(lock(conn, _SECOND_LOOK), {"id": look_id}).one_or_none(), "second look")


def find_second_look(conn: Connection, look_id: str) -> AnyRow:
    """The second look, not locked: to learn what to lock before it. Raises `NotFoundError`."""
    return _found(conn, "second look", _SECOND_LOOK, look_id)


def lock_delegation(conn: Connection, delegation_id: str) -> AnyRow:
    """The delegation, locked. Raises `NotFoundError`."""
    return _one(conn.execute(lock(conn, _DELEGATION), {"id": delegation_id}).one_or_none(), "delegation")


def lock_delegation_of(conn: Connection, visit_id: str) -> AnyRow | None:
    """The newest delegation of a visit, locked."""
    return conn.execute(lock(conn, _DELEGATION_OF_VISIT), {"visit": visit_id}).one_or_none()


def lock_delegation_asked(conn: Connection, approval_id: str) -> AnyRow:
    """The delegation that an approval is about, locked. Raises `NotFoundError`.

    The approval itself is not locked by this: it comes after the delegation.
    """
    return _one(conn.execute(lock(conn, _DELEGATION_ASKED), {"approval": approval_id}).one_or_none(), "approval")


def lock_approval(conn: Connection, approval_id: str) -> AnyRow:
    """The approval, locked. Raises `NotFoundError`."""
    return _one(conn.execute(lock(conn, _APPROVAL), {"id": approval_id}).one_or_none(), "approval")


def lock_filing(conn: Connection, filing_id: str) -> AnyRow:
    """The filing, locked. Raises `NotFoundError`."""
    return _one(conn.execute(lock(conn, _FILING), {"id": filing_id}).one_or_none(), "filing")


def lock_filing_of(conn: Connection, delegation_id: str) -> AnyRow | None:
    """The newest filing under a delegation, locked."""
    return conn.execute(lock(conn, _FILING_OF_DELEGATION), {"delegation": delegation_id}).one_or_none()


def filings_of(conn: Connection, delegation_id: str) -> list[AnyRow]:
    """Every filing under a delegation, not locked, oldest first."""
    found = once(
        conn,
        ("filings of delegation", delegation_id),
        lambda: conn.execute(_FILINGS_OF_DELEGATION, {"delegation": delegation_id}).all(),
    )
    return list(found)


def find_filing_of(conn: Connection, delegation_id: str) -> AnyRow | None:
    """The newest filing under a delegation, not locked."""
    return conn.execute(_FILING_OF_DELEGATION, {"delegation": delegation_id}).one_or_none()


def lock_filing_for(conn: Connection, delegation_id: str, service_id: str) -> AnyRow | None:
    """The newest filing of one service under a delegation, locked."""
    values = {"delegation": delegation_id, "service": service_id}
    return conn.execute(lock(conn, _FILING_FOR_SERVICE), values).one_or_none()


def filings_of_visit(conn: Connection, visit_id: str) -> Sequence[AnyRow]:
    """Every filing of a visit, the oldest first; not locked."""
    return once(
        conn, ("filings of visit", visit_id), lambda: conn.execute(_FILINGS_OF_VISIT, {"visit": visit_id}).all()
    )


def lock_permit(conn: Connection, filing_id: str, attempt: int) -> AnyRow | None:
    """The permit of one attempt, locked."""
    return conn.execute(lock(conn, _PERMIT), {"filing": filing_id, "attempt": attempt}).one_or_none()


def find_delegation(conn: Connection, delegation_id: str) -> AnyRow:
    """The delegation, not locked. Raises `NotFoundError`."""
    return _found(conn, "delegation", _DELEGATION, delegation_id)


def find_delegations(conn: Connection, delegation_ids: Collection[str]) -> list[AnyRow]:
    """These delegations, not locked, in any order; in one statement, without those that the page has read."""
    known = {each: recall(conn, ("delegation", each)) for each in delegation_ids}
    missing = sorted(each for each, row in known.items() if row is None)
    read = conn.execute(_DELEGATIONS, {"ids": missing}).all() if missing else ()
    return [*(row for row in known.values() if row is not None), *read]


def find_approval(conn: Connection, approval_id: str) -> AnyRow:
    """The approval, not locked: to learn which delegation to lock first. Raises `NotFoundError`."""
    return _found(conn, "approval", _APPROVAL, approval_id)


def find_filing(conn: Connection, filing_id: str) -> AnyRow:
    """The filing, not locked. Raises `NotFoundError`."""
    return _found(conn, "filing", _FILING, filing_id)


def find_visit(conn: Connection, visit_id: str) -> AnyRow:
    """The visit, not locked. Raises `NotFoundError`."""
    row = _found(conn, "visit", _VISIT_AND_KEY, visit_id)
    VisitVault.note_key(conn, visit_id, row)
    return row


def find_run(conn: Connection, run_id: str) -> AnyRow:
    """The run, not locked. Raises `NotFoundError`."""
    return _one(conn.execute(_RUN, {"id": run_id}).one_or_none(), "run")


def find_receipt(conn: Connection, filing_id: str) -> AnyRow | None:
    """The receipt of a filing, if it has come."""
    return conn.execute(_RECEIPT, {"filing": filing_id}).one_or_none()


def acts_alone(visit: AnyRow, delegation: AnyRow | None) -> bool:
    """Whether the resident of a visit acts alone at a shared computer: nothing is done in their name."""
    return visit.channel is Channel.SHARED_COMPUTER and delegation is None


def ensure(condition: bool, what: str) -> None:
    """Refuse a step that does not fit the state it meets.

    Raises:
        OutOfOrderError: `condition` is false; `what` says which step, for the log.
    """
    if not condition:
        raise OutOfOrderError(what)


def expected(row: AnyRow | None, what: str) -> AnyRow:
    """The row, where the step fits only when there is one.

    Raises:
        OutOfOrderError: there is none; `what` says which step, for the log.
    """
    if row is None:
        raise OutOfOrderError(what)
    return row


def _found(conn: Connection, what: str, statement: Select[Any], of: str) -> AnyRow:
    """A row that is not locked; on a page that asks for it twice it is read once."""
    return _one(once(conn, (what, of), lambda: conn.execute(statement, {"id": of}).one_or_none()), what)


def _one(row: AnyRow | None, what: str) -> AnyRow:
    if row is None:
        raise NotFoundError(f"no such {what}")
    return row
