"""Residents sign in to their own page: with a provider of their choice, or with a passkey.

Such a sign-in names nothing that is approved, so it can never be a yes; and one that has counted, here or as a yes,
opens nothing again. It has to reach the level *substantial*: the page shows everything that was ever sent.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.assurance import Assurance, NumberSource
from delegation.errors import AssuranceTooLowError
from gateway.database.base import lock
from gateway.ids import digest, new_id
from gateway.keys import epochs
from gateway.keys.errors import KeyDestroyedError
from gateway.keys.moving import Place
from gateway.ledger import outbox
from gateway.oauth.relying_party import SignedIn
from gateway.parts import Parts
from gateway.people import residents, sessions
from gateway.people.access import AccountSession
from gateway.people.passkey_evidence import Checked
from gateway.people.sessions import ACCOUNT_IDLE, Lifetime
from gateway.people.tables import AccountSignIn
from gateway.visits import sign_ins
from gateway.visits.errors import NobodyHereError, SignInStaleError
from gateway.visits.sign_ins import FRESH, SignInRequest

LEAST = Assurance.SUBSTANTIAL
"""At which level somebody has to sign in to see what was sent in their name."""

_NOBODY = "own page"
_ATTEMPT = select(AccountSignIn.__table__).where(AccountSignIn.state_hash == bindparam("state"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A trip to a provider that came back for the first and only time."""

    id: str
    provider: str
    nonce: str
    verifier: str
    return_to: str
    begun_at: datetime


def begin(conn: Connection, parts: Parts, browser: bytes, provider: str, return_to: str) -> SignInRequest:
    """Begin a sign-in in the browser that `browser` is the hash of; afterwards it is led to `return_to`."""
    attempt_id, state, verifier = new_id(), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    nonce, epoch = new_id(), epochs.ensure_alive(conn, parts.sealer.epoch)
    conn.execute(
        insert(AccountSignIn).values(
            state_hash=digest(state),
            id=attempt_id,
            browser_hash=browser,
            provider=provider,
            nonce=nonce,
            epoch=epoch,
            verifier=parts.sealer.seal_under_epoch(epoch, _context(attempt_id), verifier.encode()),
            return_to=return_to,
            begun_at=parts.clock.database_now(conn),
        )
    )
    return SignInRequest(provider, state, nonce, verifier)


def take(conn: Connection, parts: Parts, browser: bytes, state: str) -> Returned:
    """Use up the trip that came back with `state`: a second return finds nothing.

    Raises:
        SignInStaleError: no such trip, already used, or begun in another browser.
    """
    row = conn.execute(lock(conn, _ATTEMPT), {"state": digest(state)}).one_or_none()
    if row is None or row.used_at is not None or not secrets.compare_digest(row.browser_hash, browser):
        raise SignInStaleError("no such sign-in is under way")
    now = parts.clock.database_now(conn)
    conn.execute(update(AccountSignIn).where(AccountSignIn.state_hash == row.state_hash).values(used_at=now))
    verifier = parts.sealer.open_under_epoch(row.epoch, _context(row.id), row.verifier).decode()
    return Returned(
        id=row.id,
        provider=row.provider,
        nonce=row.nonce,
        verifier=verifier,
        return_to=row.return_to,
        begun_at=row.begun_at,
    )


def enter(conn: Connection, parts: Parts, returned: Returned, signed: SignedIn, language: str) -> str:
    """Open the page of whoever has signed in; return the new session's token.

    What the provider says of them is taken over, as after every sign-in.

    Raises:
        AssuranceTooLowError: they signed in at a lower level than `LEAST`.
        SignInStaleError: the provider answered with an older sign-in, or with one that has counted before.
        NobodyHereError: nothing was ever done in their name here.
    """
    now = parts.clock.database_now(conn)
    level = Assurance.parse(signed.acr)
    if level < LEAST:
        raise AssuranceTooLowError("the sign-in is too weak for the resident's own page")
    if signed.auth_time < returned.begun_at - FRESH:
        raise SignInStaleError("the sign-in is older than the trip")
    resident_id = residents.find_id(conn, parts, signed.personal_code)
    if resident_id is None:
        raise NobodyHereError("nothing is known of whoever signed in")
    sign_ins.ensure_uncounted(conn, resident_id, returned.provider, signed)
    conn.execute(
        update(AccountSignIn)
        .where(AccountSignIn.id == returned.id)
        .values(
            resident_id=resident_id,
            signed_in_at=signed.auth_time,
            signed_in_as=digest(signed.session) if signed.session else None,
        )
    )
    _take_over(conn, parts, resident_id, signed, now)
    token = _begin(conn, parts, resident_id, signed.auth_time, level, language, now)
    _say(
        conn, EventName.RESIDENT_SIGNED_IN, resident_id, now, by="provider", provider=returned.provider, level=level.uri
    )
    return token


def enter_by_passkey(conn: Connection, parts: Parts, checked: Checked, language: str) -> str:
    """Open the page of a passkey's holder; return the new session's token.

    Raises:
        AssuranceTooLowError: the passkey counts for less than `LEAST`.
    """
    if checked.level < LEAST:
        raise AssuranceTooLowError("the passkey is too weak for the resident's own page")
    now = parts.clock.database_now(conn)
    token = _begin(conn, parts, checked.resident_id, None, checked.level, language, now)
    data = {"by": "passkey", "passkey": checked.passkey_id, "level": checked.level.uri}
    _say(conn, EventName.RESIDENT_SIGNED_IN, checked.resident_id, now, **data)
    return token


def leave(conn: Connection, parts: Parts, session: AccountSession) -> None:
    """Sign out for ever; a second time changes nothing."""
    now = parts.clock.database_now(conn)
    if sessions.end(conn, session.token_hash, now):
        _say(conn, EventName.RESIDENT_SIGNED_OUT, session.resident_id, now)


def refused(conn: Connection, parts: Parts, reason: str, *, provider: str | None = None) -> None:
    """Record that a sign-in opened nothing, and why: a code, never a value, and nobody's name."""
    outbox.record(
        conn,
        chain="system",
        type=EventName.RESIDENT_SIGN_IN_REFUSED,
        actor=Actor(ActorKind.NOBODY, _NOBODY),
        data={"reason": reason, "provider": provider},
        at=parts.clock.database_now(conn),
    )


def _begin(
    conn: Connection,
    parts: Parts,
    resident_id: str,
    auth_time: datetime | None,
    level: Assurance,
    language: str,
    now: datetime,
) -> str:
    return sessions.begin_account(
        conn,
        resident_id=resident_id,
        auth_time=auth_time,
        acr=level.uri,
        language=language,
        now=now,
        lifetime=Lifetime(idle=ACCOUNT_IDLE, absolute=parts.settings.resident_session),
    )


def _take_over(conn: Connection, parts: Parts, resident_id: str, signed: SignedIn, now: datetime) -> None:
    try:
        residents.remember(conn, parts, resident_id, signed.profile, source=NumberSource.PROVIDER, now=now)
    except KeyDestroyedError:
        return  # erased: nothing is kept of them any more, and nothing is begun anew


def _say(conn: Connection, event: EventName, resident_id: str, now: datetime, **data: str) -> None:
    outbox.record(
        conn,
        chain=f"resident:{resident_id}",
        type=event,
        actor=Actor(ActorKind.RESIDENT, resident_id),
        data={"resident": resident_id, **data},
        at=now,
    )


def _context(attempt_id: str) -> str:
    return f"account.verifier:{attempt_id}"


VERIFIERS = Place(AccountSignIn.id, AccountSignIn.verifier, lambda row: _context(row.id))
"""What trips to a provider come back to, sealed under an epoch."""
