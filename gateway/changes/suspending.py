"""Suspending a holder's agreement, which takes one and counts at once, and lifting that, which takes two."""

from sqlalchemy import Connection

from audit.entry import Actor
from audit.events import EventName
from gateway.changes import holders
from gateway.changes.checks import known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ADMINISTRATORS, ALWAYS, Kind, Plan, Values
from gateway.changes.network import current_agreement, moment
from gateway.changes.tables import ChangeKind
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.services import agreements

_PROPOSERS = ADMINISTRATORS | {Role.OFFICER}


def _check_suspend(conn: Connection, store: Store, _plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    holders.ensure_own_values(by, before)
    values, now = known(before), store.clock.database_now(conn)
    is_over = values["ends_at"] is not None and moment(values["ends_at"]) <= now
    if values["suspended"] or is_over:
        raise ChangeFaultError("target", Fault.NOTHING)


def _check_lift(_conn: Connection, _store: Store, _plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    holders.ensure_own_values(by, before)
    if not known(before)["suspended"]:
        raise ChangeFaultError("target", Fault.NOTHING)


def _suspend(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    agreements.suspend(conn, plan.target, store.clock.database_now(conn))
    _record(conn, store, plan, by, suspended=True)


def _lift(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    agreements.lift(conn, plan.target, store.clock.database_now(conn))
    _record(conn, store, plan, by, suspended=False)


def _record(conn: Connection, store: Store, plan: Plan, by: Actor, *, suspended: bool) -> None:
    now, data = store.clock.database_now(conn), {"agreement": plan.target, "suspended": suspended}
    outbox.record(conn, chain="system", type=EventName.AGREEMENT_CHANGED, actor=by, data=data, at=now)


KINDS = {
    ChangeKind.AGREEMENT_SUSPEND: Kind(
        about="agreement",
        current=current_agreement,
        check=_check_suspend,
        apply=_suspend,
        proposers=_PROPOSERS,
        is_stricter=ALWAYS,
    ),
    ChangeKind.AGREEMENT_LIFT: Kind(
        about="agreement", current=current_agreement, check=_check_lift, apply=_lift, proposers=_PROPOSERS
    ),
}
"""The kinds of change that are about whether an agreement counts for now."""
