"""What a centre does to get better: each action has somebody who sees to it, a day, and an end that is said.

open -> done | dropped. Those whose day has passed come first wherever they are listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from audit.entry import Actor
from audit.events import EventName
from gateway.days import day_of
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.people.roles import Role
from gateway.people.tables import Centre, Staff, StaffRole, StaffState
from gateway.reports.target_tables import ActionState, Aim, ImprovementAction

LONGEST: Final = 500
_IS_OPEN: Final = ImprovementAction.state == ActionState.OPEN
_OPENER: Final = aliased(Staff)
_ALL: Final = (
    select(
        ImprovementAction.__table__,
        Staff.display_name.label("owner"),
        Centre.name.label("centre"),
        _OPENER.display_name.label("opener"),
    )
    .join(Staff, Staff.id == ImprovementAction.owner_id)
    .join(Centre, Centre.id == ImprovementAction.centre_id)
    .outerjoin(_OPENER, _OPENER.id == ImprovementAction.opened_by)
    .order_by(case((_IS_OPEN, 0), else_=1), ImprovementAction.due, ImprovementAction.id)
    .limit(bindparam("most"))
)
_OF_A_CENTRE: Final = (Role.ASSISTANT, Role.MANAGER)
"""An auditor's or administrator's account names a centre too, and they improve nothing in it."""
_PEOPLE: Final = (
    select(Staff.id, Staff.display_name)
    .where(exists().where(StaffRole.staff_id == Staff.id, StaffRole.role.in_(_OF_A_CENTRE)))
    .where(Staff.centre_id == bindparam("centre"), Staff.state == StaffState.ACTIVE)
    .order_by(Staff.display_name)
)
_OVERDUE: Final = (
    select(func.count())
    .select_from(ImprovementAction)
    .where(ImprovementAction.centre_id == bindparam("centre"), _IS_OPEN, ImprovementAction.due < bindparam("today"))
)


class ActionError(Exception):
    """An action cannot be opened or ended so; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAction:
    """An action that is to begin."""

    centre_id: str
    aim: Aim
    text: str
    owner_id: str
    due: date


def begin(conn: Connection, new: NewAction, *, by: Actor, now: datetime) -> str:
    """Begin an action and return its id.

    Raises:
        ActionError: its text is empty or too long, its day has passed, or whoever sees to it is not of the centre.
    """
    if not 0 < len(new.text) <= LONGEST:
        raise ActionError("a text has 1 to 500 characters")
    if new.due < day_of(now):
        raise ActionError("the day has passed")
    if new.owner_id not in people(conn, new.centre_id):
        raise ActionError("whoever sees to it works in the centre")
    action_id = new_id()
    values = {"id": action_id, "centre_id": new.centre_id, "aim": new.aim, "text": new.text, "due": new.due}
    values |= {"owner_id": new.owner_id, "state": ActionState.OPEN, "opened_at": now, "opened_by": by.id}
    conn.execute(insert(ImprovementAction).values(values))
    said = {"action": action_id, "centre": new.centre_id, "aim": new.aim.value, "due": new.due.isoformat()}
    said |= {"owner": new.owner_id}
    outbox.record(conn, chain="system", type=EventName.IMPROVEMENT_BEGUN, actor=by, data=said, at=now)
    return action_id


def end(
    conn: Connection, action_id: str, centre_id: str, state: ActionState, reason: str, *, by: Actor, now: datetime
) -> None:
    """Say that an action of a centre is done, or dropped and why.

    Raises:
        ActionError: none of this centre is open under this id, it would stay open, or it does not say why.
    """
    if state is ActionState.OPEN or len(reason) > LONGEST or (state is ActionState.DROPPED and not reason):
        raise ActionError("whoever drops an action says why")
    changed = update(ImprovementAction).where(
        ImprovementAction.id == action_id, ImprovementAction.centre_id == centre_id, _IS_OPEN
    )
    values = {"state": state, "reason": reason or None, "ended_at": now, "ended_by": by.id}
    if conn.execute(changed.values(values)).rowcount != 1:
        raise ActionError("no such action is open")
    said = {"action": action_id, "state": state.value}
    outbox.record(conn, chain="system", type=EventName.IMPROVEMENT_ENDED, actor=by, data=said, at=now)


def find(conn: Connection, centre_id: str | None = None, *, most: int = 100) -> Sequence[Any]:
    """The actions of a centre or of all: open ones by their day, the longest overdue first, then those that ended."""
    wanted = _ALL if centre_id is None else _ALL.where(ImprovementAction.centre_id == centre_id)
    return conn.execute(wanted, {"most": most}).all()


def people(conn: Connection, centre_id: str) -> dict[str, str]:
    """Who can see to an action, by id: who serves or leads in the centre, and nobody who looks at it from outside."""
    return {row.id: row.display_name for row in conn.execute(_PEOPLE, {"centre": centre_id})}


def overdue(conn: Connection, centre_id: str, today: date) -> int:
    """How many open actions of a centre have passed their day."""
    return int(conn.execute(_OVERDUE, {"centre": centre_id, "today": today}).scalar_one())
