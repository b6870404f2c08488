"""A member of staff who lost password or one-time codes gets both anew, by a code that nobody holds alone.

What else let them in, which is their passkeys, is removed then: nobody knows who has them.

A change of two people opens it (`gateway.changes.accounts`). Each of the two is shown one half of the code, once; only
both halves set a new password. Until then the account stays as it is, and its holder can end it. Whoever recovers is
nobody's second pair of eyes for a day: the event `admin:account:recovered` says since when.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pyotp
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.database.base import lock
from gateway.ids import short_code
from gateway.keys import store as keys
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people import sessions, staff_passkeys, throttle
from gateway.people.errors import AppCodeWrongError, HalfShownError, RecoveryRefusedError
from gateway.people.sign_in import matching_step
from gateway.people.staff import ISSUER, fold_login, totp_context
from gateway.people.tables import Staff, StaffRecovery, StaffState

LASTS = timedelta(days=3)
"""How long the halves can be shown and used."""
_DIGITS = 5
FACTORS = ("password", "code")
"""The means of signing in of every account, as the trail names them."""

_OPEN = (
    StaffRecovery.used_at.is_(None),
    StaffRecovery.ended_at.is_(None),
    StaffRecovery.ends_at > bindparam("now"),
)
_BY_CHANGE = select(StaffRecovery.__table__).where(StaffRecovery.change_id == bindparam("change"))
_BY_LOGIN = (
    select(StaffRecovery.__table__, Staff.login, Staff.key_id)
    .join(Staff, Staff.id == StaffRecovery.staff_id)
    .where(Staff.login == bindparam("login"), Staff.state == StaffState.ACTIVE, *_OPEN)
)


class Half(StrEnum):
    """Whose half of the code."""

    PROPOSER = "proposer"
    CONFIRMER = "confirmer"


@dataclass(frozen=True, slots=True)
class Recovering:
    """Somebody has brought both halves."""

    change_id: str
    staff_id: str
    login: str
    totp_secret: str = field(repr=False)
    """What the authenticator app is given."""

    @property
    def totp_uri(self) -> str:
        """`otpauth://…`, for the authenticator app."""
        return pyotp.TOTP(self.totp_secret).provisioning_uri(name=self.login, issuer_name=ISSUER)


def begin(conn: Connection, store: Store, staff_id: str, change_id: str, by: Actor) -> None:
    """Let an account be recovered from now on; an earlier recovery of it is over."""
    now = store.clock.database_now(conn)
    key_id = conn.execute(select(Staff.key_id).where(Staff.id == staff_id)).scalar_one()
    which = (StaffRecovery.staff_id == staff_id, StaffRecovery.used_at.is_(None), StaffRecovery.ended_at.is_(None))
    conn.execute(update(StaffRecovery).where(*which).values(ended_at=now))
    key = keys.load(conn, store.sealer, key_id)
    secret = pyotp.random_base32().encode()
    conn.execute(
        insert(StaffRecovery).values(
            change_id=change_id,
            staff_id=staff_id,
            totp=store.sealer.seal(key, _context(change_id), secret),
            opened_at=now,
            ends_at=now + LASTS,
        )
    )
    data = {"staff": staff_id, "recovery": change_id}
    _say(conn, EventName.STAFF_ACCOUNT_CHANGED, staff_id, by, data, now)


def show_half(conn: Connection, store: Store, change_id: str, half: Half) -> str:
    """Make one half of the code and return it, once.

    Raises:
        HalfShownError: it was shown, or the recovery is over.
    """
    now = store.clock.database_now(conn)
    row = conn.execute(lock(conn, _BY_CHANGE), {"change": change_id}).one_or_none()
    if row is None or not _is_open(row, now) or _hash_of(row, half) is not None:
        raise HalfShownError("no half to be shown")
    digits = short_code(_DIGITS) + short_code(_DIGITS)
    column = {Half.PROPOSER: "proposer_hash", Half.CONFIRMER: "confirmer_hash"}[half]
    which = StaffRecovery.change_id == change_id
    conn.execute(update(StaffRecovery).where(which).values({column: _hashed(store, change_id, digits)}))
    return f"{digits[:_DIGITS]} {digits[_DIGITS:]}"


def doors(login: str, terminal_id: str | None, address: str) -> tuple[throttle.Door, ...]:
    """What a try with a code is counted at; its own doors, so that nobody is kept from signing in."""
    return throttle.Door("recovery", fold_login(login), 5), throttle.place(terminal_id, address)


def check(conn: Connection, store: Store, login: str, halves: Collection[str]) -> Recovering:
    """Whose account the two halves recover; in either order. The try was counted at `doors` before.

    Raises:
        RecoveryRefusedError: no such account, nothing is open for it, or not both halves are right: not said which.
    """
    now = store.clock.database_now(conn)
    row = conn.execute(lock(conn, _BY_LOGIN), {"login": fold_login(login), "now": now}).one_or_none()
    if row is None or row.proposer_hash is None or row.confirmer_hash is None:
        raise RecoveryRefusedError("nothing to recover")
    typed = [_hashed(store, row.change_id, "".join(filter(str.isdigit, half))) for half in halves]
    if not all(_is_among(each, typed) for each in (row.proposer_hash, row.confirmer_hash)):
        raise RecoveryRefusedError("not both halves")
    key = keys.load(conn, store.sealer, row.key_id)
    secret = store.sealer.open(key, _context(row.change_id), row.totp).decode()
    return Recovering(row.change_id, row.staff_id, row.login, secret)


def finish(
    conn: Connection, store: Store, login: str, halves: Collection[str], password_hash: str, code: str
) -> Recovering:
    """Set password and one-time codes anew; every session of the account ends.

    Raises:
        RecoveryRefusedError: as `check`.
        AppCodeWrongError: `code` is not one of the new secret's.
    """
    now = store.clock.database_now(conn)
    found = check(conn, store, login, halves)
    step = matching_step(found.totp_secret, code, now)
    if step is None:
        raise AppCodeWrongError("not a code of the new secret")
    key_id = conn.execute(select(Staff.key_id).where(Staff.id == found.staff_id)).scalar_one()
    sealed = store.sealer.seal(
        keys.load(conn, store.sealer, key_id), totp_context(found.staff_id), found.totp_secret.encode()
    )
    conn.execute(
        update(Staff)
        .where(Staff.id == found.staff_id)
        .values(password_hash=password_hash, totp=sealed, totp_counter=step)
    )
    conn.execute(update(StaffRecovery).where(StaffRecovery.change_id == found.change_id).values(used_at=now))
    ended = sessions.end_all_of_staff(conn, found.staff_id, now)
    passkeys = staff_passkeys.remove_all(conn, found.staff_id, now)
    throttle.forgive(conn, store.sealer, [throttle.account(found.login)])
    holder = Actor(ActorKind.NOBODY, found.change_id)
    which = {"staff": found.staff_id, "change": found.change_id}
    gone = {"factors": [*FACTORS, staff_passkeys.FACTOR], "passkeys": passkeys} if passkeys else {"factors": [*FACTORS]}
    _say(conn, EventName.STAFF_FACTOR_REMOVED, found.staff_id, holder, which | gone, now)
    _say(conn, EventName.STAFF_FACTOR_ADDED, found.staff_id, holder, which | {"factors": [*FACTORS]}, now)
    _say(conn, EventName.STAFF_ACCOUNT_RECOVERED, found.staff_id, holder, which | {"sessions_ended": ended}, now)
    return found


def end(conn: Connection, change_id: str, now: datetime) -> bool:
    """Let nobody use a recovery any more; return whether anybody still could have."""
    which = (StaffRecovery.change_id == change_id, *_OPEN)
    return conn.execute(update(StaffRecovery).where(*which).values(ended_at=now), {"now": now}).rowcount == 1


def halves_left(conn: Connection, change_id: str, now: datetime) -> frozenset[Half]:
    """Which halves of the code can still be shown."""
    row = conn.execute(_BY_CHANGE, {"change": change_id}).one_or_none()
    if row is None or not _is_open(row, now):
        return frozenset()
    return frozenset(half for half in Half if _hash_of(row, half) is None)


def _is_open(row: Row[Any], now: datetime) -> bool:
    return row.used_at is None and row.ended_at is None and now < row.ends_at


def _hash_of(row: Row[Any], half: Half) -> bytes | None:
    stored: bytes | None = row.proposer_hash if half is Half.PROPOSER else row.confirmer_hash
    return stored


def _is_among(stored: bytes, typed: Collection[bytes]) -> bool:
    return any(hmac.compare_digest(stored, each) for each in typed)


def _hashed(store: Store, change_id: str, digits: str) -> bytes:
    return store.sealer.keyed_hash("staff.recovery", f"{change_id} {digits}")


def _context(change_id: str) -> str:
    return f"staff.recovery:{change_id}"


def _say(conn: Connection, event: EventName, staff_id: str, by: Actor, data: dict[str, Any], now: datetime) -> None:
    outbox.record(conn, chain=f"staff:{staff_id}", type=event, actor=by, data=data, at=now)
