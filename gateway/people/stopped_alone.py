"""What one administrator does alone to accounts that two answer for: quick, bounded, and seen by others.

An account may be in other hands, so one person suspends it now. But nobody becomes the only one who decides by it: two
administrators who may be each other's second pair of eyes stay, nobody suspends a second such account within a day,
and whoever suspended one does not refuse that two others take it back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select

from audit.entry import Actor, ActorKind, decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.people import inviters, staff_states
from gateway.people.errors import SuspendedLatelyError, TwoAdministratorsError
from gateway.people.roles import BY_TWO, Role
from gateway.people.staff_states import Account
from gateway.people.tables import Staff, StaffRole, StaffState, StateWhy

APART: Final = timedelta(days=1)
"""Between two such suspensions by one person: the time in which others can see the first."""
MOST: Final = 50
"""Suspensions that are listed."""
_HIS_OWN = select(Staff.id).where(
    Staff.state == StaffState.SUSPENDED,
    Staff.state_by == bindparam("by"),
    Staff.state_at > bindparam("since", type_=Staff.created_at.type),
    Staff.id.in_(select(StaffRole.staff_id).where(StaffRole.role.in_(BY_TWO))),
)
_SUSPENDER = select(Staff.state_by).where(Staff.id == bindparam("staff"), Staff.state == StaffState.SUSPENDED)
_SAID = (
    select(AuditEvent.leaf)
    .where(
        AuditEvent.type == EventName.STAFF_ACCOUNT_SUSPENDED.value,
        AuditEvent.at >= bindparam("since", type_=AuditEvent.at.type),
    )
    .order_by(AuditEvent.at.desc(), AuditEvent.id)
)
_NAMES = select(Staff.id, Staff.display_name).where(Staff.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Stopped:
    """One account of an administrator, auditor or officer that one person suspended."""

    staff_id: str
    name: str
    by: str
    why: StateWhy
    at: datetime


def suspend(conn: Connection, account: Account, why: StateWhy, *, by: Actor, now: datetime) -> None:
    """As `staff_states.suspend`, by one person at a page.

    Raises:
        AccountStateError, LastAdministratorError: as there.
        SuspendedLatelyError: the same person suspended another account that two answer for, within a day.
        TwoAdministratorsError: no two administrators would be left who can decide together.
    """
    if account.needs_two:
        _ensure_bounded(conn, account, by, now)
    staff_states.suspend(conn, account, why, by=by, now=now)


def is_suspender(conn: Connection, account_id: str, staff_id: str) -> bool:
    """Whether it was this person who suspended an account that is suspended."""
    return conn.execute(_SUSPENDER, {"staff": account_id}).scalar_one_or_none() == staff_id


def in_period(conn: Connection, since: datetime, end: datetime | None = None) -> list[Stopped]:
    """What was suspended so from `since` until before `end`, aware UTC, the newest first; two statements."""
    wanted = _SAID if end is None else _SAID.where(AuditEvent.at < end)
    said = [decode(bytes(leaf)) for leaf in conn.execute(wanted, {"since": since}).scalars()]
    alone = [each for each in said if each.data.get("by_two") and each.actor.kind is ActorKind.ADMIN][:MOST]
    ids = {str(each.data["staff"]) for each in alone} | {each.actor.id for each in alone}
    names = {row.id: row.display_name for row in conn.execute(_NAMES, {"ids": sorted(ids)})}
    return [
        Stopped(
            staff_id=str(each.data["staff"]),
            name=names[str(each.data["staff"])],
            by=names.get(each.actor.id, each.actor.id),
            why=StateWhy(each.data["why"]),
            at=each.time,
        )
        for each in alone
    ]


def _ensure_bounded(conn: Connection, account: Account, by: Actor, now: datetime) -> None:
    left = [each for each in staff_states.administrators(conn) if each != account.id]
    if Role.ADMINISTRATOR in account.roles and not inviters.has_two(conn, left):
        raise TwoAdministratorsError("one would be left, or several by one inviter")
    if conn.execute(_HIS_OWN, {"by": by.id, "since": now - APART}).first() is not None:
        raise SuspendedLatelyError("another within a day")
