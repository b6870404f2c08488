"""The recovery of an account after two people agreed: each is shown a half of its code, and its holder can end it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import aliased

from audit.events import EventName
from gateway.changes import flow
from gateway.changes.errors import ChangeOverError, ChangeUnknownError, SecretGoneError
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people import recovery
from gateway.people.access import StaffSession
from gateway.people.errors import HalfShownError
from gateway.people.recovery import Half
from gateway.people.staff import fold_login
from gateway.people.tables import Staff, StaffRecovery

REMEMBERED = timedelta(days=7)
"""How long somebody is told of a recovery of their account."""
_OPEN = (ChangeState.PROPOSED, ChangeState.CONFIRMED)
_PROPOSER, _CONFIRMER = aliased(Staff), aliased(Staff)
_IS_RECOVERY = SecurityChange.kind == ChangeKind.ACCOUNT_RECOVER
_ONE = select(SecurityChange.__table__).where(SecurityChange.id == bindparam("id"), _IS_RECOVERY)
_LATELY = (
    select(
        SecurityChange.__table__,
        _PROPOSER.display_name.label("proposer"),
        _CONFIRMER.display_name.label("confirmer"),
        StaffRecovery.used_at,
        StaffRecovery.ends_at,
        StaffRecovery.ended_at.label("recovery_ended_at"),
    )
    .join(Staff, Staff.id == SecurityChange.target)
    .outerjoin(_PROPOSER, _PROPOSER.id == SecurityChange.proposed_by)
    .outerjoin(_CONFIRMER, _CONFIRMER.id == SecurityChange.confirmed_by)
    .outerjoin(StaffRecovery, StaffRecovery.change_id == SecurityChange.id)
    .where(
        _IS_RECOVERY,
        Staff.login == bindparam("login"),
        SecurityChange.proposed_at > bindparam("since"),
    )
    .order_by(SecurityChange.proposed_at.desc())
)


class Stage(StrEnum):
    """How far a recovery is."""

    ASKED = "asked"
    READY = "ready"
    """The halves of the code can be shown and used."""
    DONE = "done"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A recovery, as the account's holder is told of it."""

    change_id: str
    stage: Stage
    proposer: str | None
    confirmer: str | None
    reason: str
    asked_at: datetime
    done_at: datetime | None

    @property
    def can_end(self) -> bool:
        """Whether the holder can still keep it from happening."""
        return self.stage in (Stage.ASKED, Stage.READY)


def concerning(conn: Connection, login: str, now: datetime) -> list[Concern]:
    """What was asked for lately about the account with a login, the newest first. One statement."""
    known = {"login": fold_login(login), "since": now - REMEMBERED}
    return [
        Concern(
            change_id=row.id,
            stage=_stage(row, now),
            proposer=row.proposer,
            confirmer=row.confirmer,
            reason=row.reason,
            asked_at=row.proposed_at,
            done_at=row.used_at,
        )
        for row in conn.execute(_LATELY, known)
    ]


def half_for(conn: Connection, session: StaffSession, change_id: str, now: datetime) -> Half | None:
    """Which half of the code this session's holder can be shown now."""
    half = _half_of(conn.execute(_ONE, {"id": change_id}).one_or_none(), session)
    return half if half in recovery.halves_left(conn, change_id, now) else None


def show_half(conn: Connection, store: Store, session: StaffSession, change_id: str) -> str:
    """Show the caller's half of the code, once: the proposer has one, the confirmer the other.

    Raises:
        SecretGoneError: the caller has none, it was shown, or the recovery is over.
    """
    half = _half_of(conn.execute(_ONE, {"id": change_id}).one_or_none(), session)
    if half is None:
        raise SecretGoneError("no half for this person")
    try:
        digits = recovery.show_half(conn, store, change_id, half)
    except HalfShownError as error:
        raise SecretGoneError("no half to be shown") from error
    _say(conn, store, EventName.SETTINGS_SECRET_SHOWN, session, change_id, half=half.value)
    return digits


def object_to(conn: Connection, store: Store, session: StaffSession, change_id: str) -> None:
    """The account's holder is here and says no: whatever two others agreed on is over.

    Raises:
        ChangeUnknownError: there is no such change, or it is about somebody else's account.
        ChangeOverError: it was used, or had ended before.
    """
    row = conn.execute(_ONE, {"id": change_id}).one_or_none()
    if row is None or row.target != session.staff_id:
        raise ChangeUnknownError("no such change")
    if row.state in _OPEN:
        flow.refuse(conn, store, session, change_id)
        return
    if not recovery.end(conn, change_id, store.clock.database_now(conn)):
        raise ChangeOverError("nothing is left to be ended")
    _say(conn, store, EventName.SETTINGS_REFUSED, session, change_id)


def _half_of(row: Any, session: StaffSession) -> Half | None:
    if row is None or row.target == session.staff_id:
        return None
    halves = {row.proposed_by: Half.PROPOSER, row.confirmed_by: Half.CONFIRMER}
    return halves.get(session.staff_id)


def _stage(row: Any, now: datetime) -> Stage:
    if row.used_at is not None:
        return Stage.DONE
    if row.state in _OPEN:
        return Stage.ASKED
    is_left = row.ends_at is not None and row.recovery_ended_at is None and now < row.ends_at
    return Stage.READY if is_left else Stage.ENDED


def _say(conn: Connection, store: Store, event: EventName, session: StaffSession, change_id: str, **data: str) -> None:
    facts = {"change": change_id, "kind": ChangeKind.ACCOUNT_RECOVER.value, **data}
    at = store.clock.database_now(conn)
    outbox.record(conn, chain="system", type=event, actor=session.actor, data=facts, at=at)
