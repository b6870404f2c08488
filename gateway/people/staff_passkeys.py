"""Passkeys of staff as rows: listed, named, removed, suspended; and what their holder has not been told of yet.

One of them stands for password and code together. `staff_passkey_questions` adds them and has them answer. Nobody but
their holder adds or removes one; a recovery of the account removes them all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ledger import outbox
from gateway.people import sessions
from gateway.people.access import StaffSession
from gateway.people.errors import UnknownPersonError
from gateway.people.passkey_errors import StaffPasskeyNotFreshError
from gateway.people.tables import StaffPasskey

FRESH: Final = timedelta(minutes=5)
"""How long after showing who one is passkeys may be changed: an unlocked desk that is left alone adds none."""
MOST: Final = 10
"""Passkeys that one person may have at a time."""
REMEMBERED: Final = timedelta(days=7)
"""How long the page of the account tells of a change."""
FACTOR: Final = "passkey"
"""This means of signing in, as the trail names it."""
LONGEST_NAME: Final = 40

_THEIRS = StaffPasskey.staff_id == bindparam("whose")
_IS_THERE = StaffPasskey.removed_at.is_(None)
_ALL = select(StaffPasskey.__table__).where(_THEIRS).order_by(StaffPasskey.created_at, StaffPasskey.id)
_REMOVE = (
    update(StaffPasskey)
    .where(_THEIRS, _IS_THERE, or_(bindparam("every"), StaffPasskey.id == bindparam("which")))
    .values(removed_at=bindparam("at"), changed_at=bindparam("at"))
    .returning(StaffPasskey.id)
)
_SUSPEND = (
    update(StaffPasskey)
    .where(StaffPasskey.id == bindparam("which"), StaffPasskey.suspended_at.is_(None))
    .values(suspended_at=bindparam("at"), changed_at=bindparam("at"))
    .returning(StaffPasskey.staff_id)
)
_TELL = (
    update(StaffPasskey)
    .where(
        _THEIRS,
        StaffPasskey.id != bindparam("by"),
        or_(StaffPasskey.told_at.is_(None), StaffPasskey.told_at < StaffPasskey.changed_at),
    )
    .values(told_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A passkey, as its holder sees it."""

    id: str
    name: str | None
    kind: str
    """Where it seems to be kept: `key`, `phone`, `computer` or `unknown`, as browsers say."""
    is_synced: bool
    """Whether it is, or may be, copied to the holder's other devices."""
    created_at: datetime
    used_at: datetime | None
    suspended_at: datetime | None
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Passkeys:
    """What somebody has, and what was changed of it lately; the oldest first."""

    here: tuple[Listed, ...]
    lately: tuple[Listed, ...]

    @property
    def is_full(self) -> bool:
        """Whether no other can be added."""
        return len(self.here) >= MOST


def of_staff(conn: Connection, staff_id: str, now: datetime) -> Passkeys:
    """The passkeys of a member of staff. One statement."""
    rows = conn.execute(_ALL, {"whose": staff_id}).all()
    here = tuple(_listed(row) for row in rows if row.removed_at is None)
    return Passkeys(here, tuple(_listed(row) for row in rows if _is_late(row, now)))


def ensure_fresh(session: StaffSession, now: datetime) -> None:
    """Raise `StaffPasskeyNotFreshError` unless the session's holder has shown who they are within `FRESH`."""
    if not is_fresh(session, now):
        raise StaffPasskeyNotFreshError("who they are was not shown lately")


def is_fresh(session: StaffSession, now: datetime) -> bool:
    """Whether the session's holder may change passkeys now."""
    return session.confirmed_at is not None and now - session.confirmed_at <= FRESH


def rename(conn: Connection, session: StaffSession, passkey_id: str, name: str) -> None:
    """Call one's passkey something else; nothing clears the name. Raises `UnknownPersonError` if it is not theirs."""
    which = (StaffPasskey.id == passkey_id, StaffPasskey.staff_id == session.staff_id, _IS_THERE)
    renamed = conn.execute(update(StaffPasskey).where(*which).values(name=name[:LONGEST_NAME] or None))
    if renamed.rowcount != 1:
        raise UnknownPersonError("no such passkey")


def remove(conn: Connection, session: StaffSession, passkey_id: str, now: datetime) -> None:
    """Remove one's passkey for ever, and end one's other sessions: whoever holds it may have begun them.

    Raises:
        StaffPasskeyNotFreshError: who they are was not shown lately.
        UnknownPersonError: it is not theirs, or is removed.
    """
    ensure_fresh(session, now)
    which = {"whose": session.staff_id, "every": False, "which": passkey_id, "at": now}
    if conn.execute(_REMOVE, which).one_or_none() is None:
        raise UnknownPersonError("no such passkey")
    ended = sessions.end_others_of_staff(conn, session.staff_id, but=session.token_hash, now=now)
    data = {"factors": [FACTOR], "passkeys": [passkey_id], "sessions_ended": ended}
    _say(conn, EventName.STAFF_FACTOR_REMOVED, session.staff_id, session.actor, data, now)


def remove_all(conn: Connection, staff_id: str, now: datetime) -> list[str]:
    """Remove every passkey of an account and return their ids; the caller records why."""
    which = {"whose": staff_id, "every": True, "which": "", "at": now}
    return sorted(conn.execute(_REMOVE, which).scalars())


def suspend(conn: Connection, passkey_id: str, now: datetime) -> None:
    """Let a passkey count for nothing any more: there may be two of it. Its holder can still remove it."""
    staff_id = conn.execute(_SUSPEND, {"which": passkey_id, "at": now}).scalar_one_or_none()
    if staff_id is not None:
        actor = Actor(ActorKind.SYSTEM, "gateway")
        _say(conn, EventName.STAFF_FACTOR_SUSPENDED, staff_id, actor, {"passkey": passkey_id}, now)


def take_news(conn: Connection, staff_id: str, *, by: str | None, now: datetime) -> bool:
    """Whether somebody who has just signed in, `by` a passkey or without, has to be told of a change; asks once.

    Signing in by a passkey tells nobody that it was added: it may be a stranger who added it.
    """
    return conn.execute(_TELL, {"whose": staff_id, "by": by or "", "at": now}).rowcount > 0


def _is_late(row: Row[Any], now: datetime) -> bool:
    """Whether a change is to be told of: it is new, or its holder has only just come by another means."""
    return row.told_at is None or max(row.changed_at, row.told_at) > now - REMEMBERED


def _listed(row: Row[Any]) -> Listed:
    return Listed(
        id=row.id,
        name=row.name,
        kind=_kind(set(row.transports)),
        is_synced=row.backed_up,
        created_at=row.created_at,
        used_at=row.used_at,
        suspended_at=row.suspended_at,
        removed_at=row.removed_at,
    )


def _kind(transports: set[str]) -> str:
    if transports & {"usb", "nfc", "ble", "smart-card"}:
        return "key"
    if "hybrid" in transports:
        return "phone"
    return "computer" if "internal" in transports else "unknown"


def _say(conn: Connection, event: EventName, staff_id: str, by: Actor, data: dict[str, Any], now: datetime) -> None:
    outbox.record(conn, chain=f"staff:{staff_id}", type=event, actor=by, data={"staff": staff_id, **data}, at=now)
