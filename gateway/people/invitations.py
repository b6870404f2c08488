"""Somebody is to have an account: whoever answers for people says who and in which roles, the invited do the rest.

The link carries 128 random bits, lives three days, opens one account, and can be withdrawn or made anew; what was made
before is then dead. The invited choose their own password and keep their own one-time codes: nobody else ever knows
either. Where the roles ask for two people, the link alone opens nothing: the second of them is shown a code, and only
both open the account, as in `recovery`. It opens nothing while whoever invited, confirmed it or made the link may not
act; somebody else who answers for people makes a new link then, and is the inviter from there on.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import pyotp
from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update
from sqlalchemy.orm import aliased

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.database.base import lock
from gateway.ids import digest, new_id, short_code
from gateway.keys import store as keys
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people import staff, throttle
from gateway.people.errors import (
    AppCodeWrongError,
    InvitationCodeError,
    InvitationOverError,
    InviterGoneError,
    LoginTakenError,
    TwoNeededError,
    UnknownPersonError,
)
from gateway.people.roles import BY_TWO, Role
from gateway.people.sign_in import matching_step
from gateway.people.tables import Centre, Staff, StaffInvitation, StaffState

LASTS: Final = timedelta(hours=72)
"""How long a link works; a new one works as long again."""
_DIGITS: Final = 5
_IS_LEFT = (StaffInvitation.used_at.is_(None), StaffInvitation.withdrawn_at.is_(None))
_INVITER, _LINKER = aliased(Staff), aliased(Staff)
_OPEN: Select[*tuple[Any, ...]] = (
    select(
        StaffInvitation.__table__,
        Centre.name.label("centre"),
        _INVITER.display_name.label("inviter"),
        _INVITER.state.label("inviter_state"),
        _LINKER.display_name.label("linker"),
        _LINKER.state.label("linker_state"),
    )
    .join(Centre, Centre.id == StaffInvitation.centre_id)
    .outerjoin(_INVITER, _INVITER.id == StaffInvitation.invited_by)
    .outerjoin(_LINKER, _LINKER.id == StaffInvitation.linked_by)
    .where(*_IS_LEFT)
)
_ONE = select(StaffInvitation.__table__).where(StaffInvitation.id == bindparam("invitation"))
_BY_LINK = select(StaffInvitation.__table__).where(StaffInvitation.link_hash == bindparam("link"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is to have an account, and what they may do with it."""

    login: str
    name: str
    centre_id: str
    roles: tuple[Role, ...]
    holder: str | None = None
    language: str = "lv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation that is neither used nor withdrawn, for those who answer for it."""

    id: str
    login: str
    name: str
    centre_id: str
    centre: str
    roles: tuple[Role, ...]
    holder: str | None
    language: str
    key_id: str
    change_id: str | None
    made_at: datetime
    ends_at: datetime
    has_link: bool
    has_code: bool
    inviter: str | None
    """Who answers for it; none: the command line."""
    stuck_by: str | None
    """Whose account is out of use, so that it opens nothing; none: nobody's."""

    @property
    def needs_two(self) -> bool:
        """Whether two people's words open it: a link and a code."""
        return self.change_id is not None


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody has brought the link, and the code where one is needed."""

    invitation_id: str
    login: str
    name: str
    roles: tuple[Role, ...]
    totp_secret: str = field(repr=False)
    """What the authenticator app is given."""

    @property
    def totp_uri(self) -> str:
        """`otpauth://…`, for the authenticator app."""
        return staff.totp_uri(self.login, self.totp_secret)


def invite(
    conn: Connection, store: Store, wanted: Wanted, *, by: Actor, invited_by: str | None, change_id: str | None = None
) -> str:
    """Invite somebody and return the invitation's id; there is no link yet.

    Raises:
        AuditorAloneError, HolderMissingError: the roles do not go together.
        LoginTakenError: somebody has the login, or is invited with it.
        TwoNeededError: one of the roles is not one person's to give, and no change says who agreed.
        UnknownPersonError: there is no such centre.
    """
    if change_id is None and BY_TWO & set(wanted.roles):
        raise TwoNeededError("proposed by one, confirmed by another")
    now, login = store.clock.database_now(conn), staff.fold_login(wanted.login)
    staff.ensure_centre(conn, wanted.centre_id)
    staff.ensure_fit(wanted.roles, wanted.holder)
    if not is_login_free(conn, login):
        raise LoginTakenError("somebody has this login, or is invited with it")
    invitation_id, staff_id, key = new_id(), new_id(), store.sealer.new_key()
    keys.save(conn, store.sealer.wrap(key))
    conn.execute(
        insert(StaffInvitation).values(
            id=invitation_id,
            staff_id=staff_id,
            centre_id=wanted.centre_id,
            login=login,
            display_name=wanted.name,
            folded=staff.fold(f"{wanted.name} {login}"),
            roles=staff.names(wanted.roles),
            holder=wanted.holder,
            language=wanted.language,
            key_id=key.id,
            totp=store.sealer.seal(key, _context(invitation_id), pyotp.random_base32().encode()),
            change_id=change_id,
            invited_by=invited_by,
            made_at=now,
            ends_at=now + LASTS,
        )
    )
    data = {"centre": wanted.centre_id, "roles": staff.names(wanted.roles), "holder": wanted.holder}
    _say(conn, EventName.STAFF_INVITED, staff_id, invitation_id, by, now, **data)
    return invitation_id


def is_login_free(conn: Connection, login: str) -> bool:
    """Whether nobody has, had or is invited with this login."""
    is_invited = _OPEN.where(StaffInvitation.login == staff.fold_login(login))
    return staff.is_login_free(conn, login) and conn.execute(is_invited).first() is None


def find(conn: Connection, *, centre_id: str | None, words: list[str], most: int) -> list[Invitation]:
    """Open invitations, the newest first: of one centre, or of all; by words as `directory.words_of` makes them."""
    wanted = _OPEN if centre_id is None else _OPEN.where(StaffInvitation.centre_id == centre_id)
    for word in words:
        wanted = wanted.where(StaffInvitation.folded.contains(word, autoescape=True))
    rows = conn.execute(wanted.order_by(StaffInvitation.made_at.desc(), StaffInvitation.id).limit(most))
    return [_made(row) for row in rows]


def one(conn: Connection, invitation_id: str) -> Invitation:
    """One that is open. Raises `UnknownPersonError`."""
    row = conn.execute(_OPEN.where(StaffInvitation.id == invitation_id)).one_or_none()
    if row is None:
        raise UnknownPersonError("no such invitation, or it is over")
    return _made(row)


def of_change(conn: Connection, change_id: str) -> Invitation | None:
    """The open invitation that a change made; none where it is over."""
    row = conn.execute(_OPEN.where(StaffInvitation.change_id == change_id)).one_or_none()
    return None if row is None else _made(row)


def make_link(
    conn: Connection, store: Store, invitation_id: str, *, by: Actor, made_by: str | None, is_mailed: bool
) -> str:
    """Make the link's secret and return it, once; the one before is dead, and three days begin anew.

    `made_by` could open the account with it: where one person is enough, they are the inviter from now on.

    Raises:
        UnknownPersonError: there is no such invitation, or it is over.
    """
    now, row, token = store.clock.database_now(conn), _locked(conn, invitation_id), new_id()
    inviter = made_by if row.change_id is None else row.invited_by
    values = {"link_hash": digest(token), "ends_at": now + LASTS, "linked_by": made_by, "invited_by": inviter}
    _set(conn, invitation_id, **values)
    data = {"what": "link", "mailed": is_mailed}
    _say(conn, EventName.STAFF_INVITATION_SENT, row.staff_id, invitation_id, by, now, **data)
    return token


def make_code(conn: Connection, store: Store, invitation_id: str, *, by: Actor) -> str:
    """Make the second person's code and return it, once; the one before is dead.

    Raises:
        UnknownPersonError: there is no such invitation, or it is over.
    """
    now, row = store.clock.database_now(conn), _locked(conn, invitation_id)
    digits = short_code(_DIGITS) + short_code(_DIGITS)
    _set(conn, invitation_id, code_hash=_hashed(store, invitation_id, digits))
    _say(conn, EventName.STAFF_INVITATION_SENT, row.staff_id, invitation_id, by, now, what="code")
    return f"{digits[:_DIGITS]} {digits[_DIGITS:]}"


def withdraw(conn: Connection, store: Store, invitation_id: str, *, by: Actor) -> None:
    """Let nobody come by an invitation any more. Raises `UnknownPersonError` where it is over."""
    now, row = store.clock.database_now(conn), _locked(conn, invitation_id)
    _set(conn, invitation_id, withdrawn_at=now)
    _say(conn, EventName.STAFF_INVITATION_WITHDRAWN, row.staff_id, invitation_id, by, now)


def doors(link: str, terminal_id: str | None, address: str) -> tuple[throttle.Door, ...]:
    """What a try is counted at: the link, against guessing its code, and the computer."""
    return throttle.Door("invitation", digest(link).hex(), 10), throttle.place(terminal_id, address)


def check(conn: Connection, store: Store, link: str, code: str) -> Invited | InvitationOverError | InvitationCodeError:
    """Who comes by a link, and by `code` where one is needed. The try was counted at `doors` before.

    A refusal is returned, not raised: of an invitation that is over it is an event, which has to be committed.
    """
    now = store.clock.database_now(conn)
    row = conn.execute(lock(conn, _BY_LINK), {"link": digest(link)}).one_or_none()
    if row is None:
        return InvitationOverError("unknown")
    if (why := _why_over(conn, row, now)) is not None:
        nobody = Actor(ActorKind.NOBODY, row.id)
        _say(conn, EventName.STAFF_INVITATION_REFUSED, row.staff_id, row.id, nobody, now, reason=why)
        return _over(why)
    if row.change_id is not None and not _fits(store, row, code):
        return InvitationCodeError("no code, or another")
    key = keys.load(conn, store.sealer, row.key_id)
    secret = store.sealer.open(key, _context(row.id), row.totp).decode()
    return Invited(row.id, row.login, row.display_name, tuple(Role(each) for each in row.roles), secret)


def why_shut(conn: Connection, link: str, now: datetime) -> InvitationOverError | None:
    """Why a link opens nothing at `now`, aware UTC; none: it opens. Uses, counts and records nothing."""
    row = conn.execute(_BY_LINK, {"link": digest(link)}).one_or_none()
    why = "unknown" if row is None else _why_over(conn, row, now)
    return None if why is None else _over(why)


def _over(why: str) -> InvitationOverError:
    return InviterGoneError(why) if why == "inviter" else InvitationOverError(why)


def is_code(invited: Invited, app_code: str, now: datetime) -> bool:
    """Whether the new app shows this code at `now`, aware UTC."""
    return matching_step(invited.totp_secret, app_code, now) is not None


def accept(
    conn: Connection, store: Store, link: str, code: str, *, password_hash: str, app_code: str
) -> str | InvitationOverError | InvitationCodeError:
    """Open the account: password and codes are its holder's own. Return its id; the invitation is used.

    Raises:
        AppCodeWrongError: `app_code` is not one of the new secret's.
        LoginTakenError: somebody else got the login meanwhile.
    """
    invited = check(conn, store, link, code)
    if not isinstance(invited, Invited):
        return invited
    now = store.clock.database_now(conn)
    step = matching_step(invited.totp_secret, app_code, now)
    if step is None:
        raise AppCodeWrongError("not a code of the new secret")
    row = conn.execute(_ONE, {"invitation": invited.invitation_id}).one()
    key = keys.load(conn, store.sealer, row.key_id)
    values: Mapping[str, Any] = {
        "id": row.staff_id,
        "centre_id": row.centre_id,
        "login": row.login,
        "display_name": row.display_name,
        "password_hash": password_hash,
        "key_id": row.key_id,
        "totp": store.sealer.seal(key, staff.totp_context(row.staff_id), invited.totp_secret.encode()),
        "totp_counter": step,
        "language": row.language,
        "holder": row.holder,
    }
    holder = Actor(ActorKind.NOBODY, row.id)
    staff.insert_account(conn, values, [Role(each) for each in row.roles], by=holder, now=now, invitation=row.id)
    _set(conn, row.id, used_at=now)
    return str(row.staff_id)


def _locked(conn: Connection, invitation_id: str) -> Row[Any]:
    row = conn.execute(lock(conn, _ONE.where(*_IS_LEFT)), {"invitation": invitation_id}).one_or_none()
    if row is None:
        raise UnknownPersonError("no such invitation, or it is over")
    return row


def _why_over(conn: Connection, row: Row[Any], now: datetime) -> str | None:
    if row.used_at is not None:
        return "used"
    if row.withdrawn_at is not None:
        return "withdrawn"
    if now >= row.ends_at:
        return "expired"
    if row.change_id is None and BY_TWO & set(row.roles):  # made when one person still invited officers
        return "alone"
    answering = select(Staff.state).where(Staff.id.in_([row.invited_by, row.linked_by]))
    return None if set(conn.execute(answering).scalars()) <= {StaffState.ACTIVE} else "inviter"


def _fits(store: Store, row: Row[Any], code: str) -> bool:
    typed = _hashed(store, row.id, "".join(filter(str.isdigit, code)))
    return row.code_hash is not None and hmac.compare_digest(row.code_hash, typed)


def _made(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        login=row.login,
        name=row.display_name,
        centre_id=row.centre_id,
        centre=row.centre,
        roles=tuple(role for role in Role if role.value in row.roles),
        holder=row.holder,
        language=row.language,
        key_id=row.key_id,
        change_id=row.change_id,
        made_at=row.made_at,
        ends_at=row.ends_at,
        has_link=row.link_hash is not None,
        has_code=row.code_hash is not None,
        inviter=row.inviter,
        stuck_by=_stuck_by(row),
    )


def _stuck_by(row: Row[Any]) -> str | None:
    """Whose account is out of use, of those who answer for an invitation."""
    answering = ((row.inviter, row.inviter_state), (row.linker, row.linker_state))
    return next((name for name, state in answering if state not in {None, StaffState.ACTIVE}), None)


def _hashed(store: Store, invitation_id: str, digits: str) -> bytes:
    return store.sealer.keyed_hash("staff.invitation", f"{invitation_id} {digits}")


def _context(invitation_id: str) -> str:
    return f"staff.invitation:{invitation_id}"


def _set(conn: Connection, invitation_id: str, **values: Any) -> None:
    conn.execute(update(StaffInvitation).where(StaffInvitation.id == invitation_id).values(values))


def _say(
    conn: Connection, event: EventName, staff_id: str, invitation_id: str, by: Actor, now: datetime, **more: Any
) -> None:
    data = {"staff": staff_id, "invitation": invitation_id, **more}
    outbox.record(conn, chain=f"staff:{staff_id}", type=event, actor=by, data=data, at=now)
