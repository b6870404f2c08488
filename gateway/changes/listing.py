"""Changes as pages show them: what waits, what took effect by one person lately, and what was decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from gateway.changes.errors import ChangeUnknownError
from gateway.changes.kinds import Values
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.ids import ID_LENGTH
from gateway.people.tables import Staff

LATELY = timedelta(days=7)
MOST_WAITING = 100
_OPEN = (ChangeState.PROPOSED, ChangeState.CONFIRMED)
_PROPOSER, _CONFIRMER, _ENDER, _HOLDER = aliased(Staff), aliased(Staff), aliased(Staff), aliased(Staff)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, for a page."""

    id: str
    kind: ChangeKind
    target: str
    before: Values | None
    after: Values
    reason: str
    state: ChangeState
    proposed_by: str | None
    """Id of the account; none: the command line."""
    proposer: str | None
    proposed_at: datetime
    lapses_at: datetime
    confirmed_by: str | None
    confirmer: str | None
    confirmed_at: datetime | None
    effective_at: datetime | None
    applied_at: datetime | None
    ender: str | None
    ended_at: datetime | None
    ended_why: str | None
    secret_mark: str | None
    """Of the secret that comes with it; none: the secret stays, or there is none."""
    secret_mark_before: str | None
    brings_secret: bool
    secret_waits: bool
    """Whether there is a secret that was not shown to its proposer yet."""

    holder: str | None
    """Whose account or training it is about, if it is about one."""

    @property
    def title(self) -> str:
        """What it is about, as people call it."""
        return _title(self.holder, self.target)

    @property
    def is_open(self) -> bool:
        """Whether it can still be stopped."""
        return self.state in _OPEN

    @property
    def by_one(self) -> bool:
        """Whether one person was enough."""
        return self.state is ChangeState.APPLIED and self.confirmer is None


def waiting_and_alone(conn: Connection, now: datetime) -> tuple[list[Change], list[Change]]:
    """What waits, the oldest first, and what one person put into effect alone lately, as it made things stricter.

    The latter the newest first; both in one statement, since one page shows them.
    """
    is_open = SecurityChange.state.in_(_OPEN)
    alone = (SecurityChange.state == ChangeState.APPLIED, SecurityChange.confirmed_by.is_(None))
    found = _changes().where(or_(is_open, and_(*alone, SecurityChange.applied_at > now - LATELY)))
    ordered = found.order_by(
        is_open.desc(), case((is_open, SecurityChange.proposed_at)), SecurityChange.applied_at.desc()
    )
    changes = [_made(row) for row in conn.execute(ordered.limit(2 * MOST_WAITING))]
    waits = [change for change in changes if change.is_open]
    return waits[:MOST_WAITING], [change for change in changes if not change.is_open]


def decided(conn: Connection, *, most: int, after: int = 0) -> list[Change]:
    """What is over, the newest first: `most` of them, from the one numbered `after`."""
    found = _changes().where(SecurityChange.state.not_in(_OPEN))
    ordered = found.order_by(SecurityChange.proposed_at.desc(), SecurityChange.id)
    return [_made(row) for row in conn.execute(ordered.limit(most).offset(after))]


def of_kinds(conn: Connection, kinds: Collection[ChangeKind], *, most: int) -> list[Change]:
    """The newest changes of some kinds, open or over."""
    found = _changes().where(SecurityChange.kind.in_(kinds)).order_by(SecurityChange.proposed_at.desc())
    return [_made(row) for row in conn.execute(found.limit(most))]


def of_target(conn: Connection, kind: ChangeKind, target: str, *, most: int) -> list[Change]:
    """The newest changes of one kind of one thing, open or over."""
    found = _changes().where(SecurityChange.kind == kind, SecurityChange.target == target)
    ordered = found.order_by(SecurityChange.proposed_at.desc(), SecurityChange.id)
    return [_made(row) for row in conn.execute(ordered.limit(most))]


def one(conn: Connection, change_id: str) -> Change:
    """One change.

    Raises:
        ChangeUnknownError: there is none.
    """
    row = conn.execute(_changes().where(SecurityChange.id == change_id)).one_or_none()
    if row is None:
        raise ChangeUnknownError("no such change")
    return _made(row)


def open_of(conn: Connection, subject: str) -> Change | None:
    """The one change of a subject that is not over, if there is one."""
    row = conn.execute(
        _changes().where(SecurityChange.subject == subject, SecurityChange.state.in_(_OPEN))
    ).one_or_none()
    return None if row is None else _made(row)


def title_of(conn: Connection, target: str) -> str:
    """What a change is about, as people call it: of an account or somebody's training its holder's name."""
    name = conn.execute(select(Staff.display_name).where(Staff.id == target.partition(" ")[0])).scalar_one_or_none()
    return _title(name, target)


def _title(holder: str | None, target: str) -> str:
    """The holder's name stands in place of the account's id, the training after it."""
    return target if holder is None else " · ".join(filter(None, (holder, target.partition(" ")[2])))


def _changes() -> Select[Any]:
    return (
        select(
            SecurityChange.__table__,
            _PROPOSER.display_name.label("proposer"),
            _CONFIRMER.display_name.label("confirmer"),
            _ENDER.display_name.label("ender"),
            _HOLDER.display_name.label("holder"),
        )
        .outerjoin(_PROPOSER, _PROPOSER.id == SecurityChange.proposed_by)
        .outerjoin(_CONFIRMER, _CONFIRMER.id == SecurityChange.confirmed_by)
        .outerjoin(_ENDER, _ENDER.id == SecurityChange.ended_by)
        .outerjoin(_HOLDER, _HOLDER.id == func.substr(SecurityChange.target, 1, ID_LENGTH))
    )


def _made(row: Any) -> Change:
    is_portal = row.kind in {ChangeKind.PORTAL_REGISTER, ChangeKind.PORTAL_ALTER}
    return Change(
        id=row.id,
        kind=row.kind,
        target=row.target,
        before=row.before,
        after=row.payload,
        reason=row.reason,
        state=row.state,
        proposed_by=row.proposed_by,
        proposer=row.proposer,
        proposed_at=row.proposed_at,
        lapses_at=row.lapses_at,
        confirmed_by=row.confirmed_by,
        confirmer=row.confirmer,
        confirmed_at=row.confirmed_at,
        effective_at=row.effective_at,
        applied_at=row.applied_at,
        ender=row.ender,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
        secret_mark=row.secret_mark,
        secret_mark_before=row.secret_mark_before,
        brings_secret=row.secret is not None,
        holder=row.payload["display_name"] if row.kind is ChangeKind.ACCOUNT_INVITE else row.holder,
        secret_waits=is_portal and row.secret is not None and row.secret_shown_at is None,
    )
