"""Lifting a legal hold: an auditor says that it is no longer needed, an administrator confirms it."""

from sqlalchemy import Connection

from audit.entry import Actor
from gateway.changes.checks import known
from gateway.changes.kinds import Kind, Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.retention import holds
from gateway.retention.errors import HoldUnknownError


def current(conn: Connection, hold_id: str) -> Values | None:
    """A hold that stands. Whoever looks again whether it is needed moves its day: a proposal from before ends by it."""
    try:
        row = holds.one(conn, hold_id)
    except HoldUnknownError:
        return None
    if row.lifted_at is not None:
        return None
    return {"reference": row.reference, "review_on": row.review_on.isoformat()}


def _check(_conn: Connection, _store: Store, _plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    known(before)


def _lift(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    holds.lift(conn, store, plan.target, by)


KINDS = {
    ChangeKind.HOLD_LIFT: Kind(
        about="hold", current=current, check=_check, apply=_lift, proposers=frozenset({Role.AUDITOR})
    ),
}
"""The kind of change that is about legal holds; placing one needs one person, since it only keeps what there is."""
