"""Residents' passkeys: added after a fresh sign-in, listed, removed.

A passkey counts for no more than the sign-in under which it was added. `passkey_questions` asks them for a yes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from webauthn import generate_registration_options, verify_registration_response
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.assurance import Assurance
from delegation.commitment import b64url
from gateway.ids import new_id
from gateway.ledger import outbox as trail
from gateway.parts import Parts
from gateway.people import passkey_questions as questions
from gateway.people import residents
from gateway.people.errors import UnknownPersonError
from gateway.people.passkey_errors import PasskeyNotFreshError, PasskeyNotTakenError, PasskeyTooManyError
from gateway.people.passkey_questions import Question
from gateway.people.tables import Passkey, PasskeyPurpose
from gateway.people.telling import tell
from ui.formats import mask_name

FRESH = timedelta(minutes=5)
"""How long after a sign-in a passkey may be added: a live session on a phone that is lent out adds none."""
MOST = 10
"""Passkeys that one resident may have at a time."""
_LONGEST_ANSWER = 32_768
_NAME = "Pilnvara"

_OF_RESIDENT = (
    select(Passkey.__table__)
    .where(Passkey.resident_id == bindparam("resident"), Passkey.revoked_at.is_(None))
    .order_by(Passkey.created_at, Passkey.id)
)
_KNOWN = select(Passkey.id).where(Passkey.credential_id == bindparam("credential"))
_REMOVE = (
    update(Passkey)
    .where(Passkey.id == bindparam("which"), Passkey.resident_id == bindparam("whose"), Passkey.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


@runtime_checkable
class Holder(Protocol):
    """Whoever adds a passkey: a session that knows its resident, and when and how they signed in."""

    @property
    def token_hash(self) -> bytes:
        """Of the session's cookie."""

    @property
    def resident_id(self) -> str | None:
        """Who signed in."""

    @property
    def auth_time(self) -> datetime | None:
        """When the identity provider says that they did."""

    @property
    def acr(self) -> str | None:
        """At which level."""

    @property
    def language(self) -> str:
        """Which the holder reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A passkey, as its holder sees it."""

    id: str
    created_at: datetime
    used_at: datetime | None
    is_synced: bool
    """Whether it is, or may be, copied to the holder's other devices."""
    is_suspended: bool
    """Its counter went backwards: it counts for nothing any more and should be removed."""
    level: Assurance


def may_register(parts: Parts, holder: Holder, now: datetime) -> bool:
    """Whether this session's sign-in is fresh enough for a passkey to be added, here."""
    if holder.resident_id is None or holder.auth_time is None or holder.acr is None:
        return False
    return now - holder.auth_time <= FRESH and questions.rp_id(parts.settings) is not None


def begin_registration(conn: Connection, parts: Parts, holder: Holder) -> Question:
    """Ask the browser to make a passkey; its `options` are for `navigator.credentials.create`.

    Raises:
        PasskeyNotFreshError: the last sign-in is more than five minutes old, or there was none.
        PasskeyTooManyError: the resident has as many as anybody needs.
        PasskeyImpossibleError: the gateway's address is no name, so that browsers make none.
    """
    now = parts.clock.database_now(conn)
    resident_id, level = _fresh(holder, now)
    host = questions.require_rp_id(parts.settings)
    theirs = _rows(conn, resident_id)
    if len(theirs) >= MOST:
        raise PasskeyTooManyError("no more passkeys for this resident")
    challenge = token_urlsafe(32)
    options = generate_registration_options(
        rp_id=host,
        rp_name=_NAME,
        user_id=questions.user_handle(parts, resident_id),
        # Only on the holder's own devices; two people who share a phone have to tell theirs apart.
        user_name=mask_name(residents.open_profile(conn, parts, resident_id).name),
        challenge=questions.decoded(challenge),
        timeout=questions.PATIENCE_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=questions.descriptors(theirs),
        supported_pub_key_algs=questions.ALGORITHMS,
    )
    return questions.put(
        conn,
        questions.Asked(
            id=new_id(),
            purpose=PasskeyPurpose.REGISTER,
            bound_to=holder.token_hash,
            subject=resident_id,
            challenge=challenge,
            level=level,
        ),
        options_to_json_dict(options),
        now,
    )


def finish_registration(conn: Connection, parts: Parts, holder: Holder, question_id: str, answer: str) -> str:
    """Keep a passkey that the browser has made, and tell its holder; return its id. `answer` is the browser's JSON.

    Raises:
        PasskeyOverError: the question is used, past its two minutes, or another session's.
        PasskeyNotFreshError: the sign-in has become too old.
        PasskeyNotTakenError: the answer is not one to this question, or its holder was not verified.
    """
    now = parts.clock.database_now(conn)
    asked = questions.take(conn, parts, PasskeyPurpose.REGISTER, holder.token_hash, question_id)
    resident_id, _level = _fresh(holder, now)
    if asked.subject != resident_id or asked.level is None:
        raise PasskeyNotTakenError("the question was put to somebody else")
    made = verified(asked.challenge, answer, questions.require_rp_id(parts.settings), parts.settings.public_url)
    if conn.execute(_KNOWN, {"credential": made.credential_id}).one_or_none() is not None:
        raise PasskeyNotTakenError("the passkey is known already")
    is_synced = made.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    # A key that leaves its device cannot show that it was not copied: never the highest level.
    level = min(asked.level, Assurance.SUBSTANTIAL) if is_synced else asked.level
    passkey_id = new_id()
    conn.execute(
        insert(Passkey).values(
            id=passkey_id,
            resident_id=resident_id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            aaguid=made.aaguid,
            transports=questions.transports_of(answer),
            backed_up=is_synced,
            level=int(level),
            created_at=now,
        )
    )
    tell(conn, parts, resident_id, "passkey_added", holder.language, now)
    # The key's hash binds every later yes by it to this event: nobody can say afterwards that it was another's.
    key = b64url(sha256(questions.public_key_of(made.credential_public_key)).digest())
    _say(conn, EventName.PASSKEY_ADDED, resident_id, passkey_id, now, level=level.uri, synced=is_synced, key=key)
    return passkey_id


def list_of(conn: Connection, resident_id: str) -> list[Listed]:
    """The passkeys that a resident has, the oldest first."""
    return [
        Listed(
            id=row.id,
            created_at=row.created_at,
            used_at=row.used_at,
            is_synced=row.backed_up,
            is_suspended=row.suspended_at is not None,
            level=Assurance(row.level),
        )
        for row in _rows(conn, resident_id)
    ]


def has_usable(conn: Connection, resident_id: str, least: Assurance) -> bool:
    """Whether a resident has a passkey that counts for at least `least`.

    Ask only for somebody who has signed in: to anybody else it is no business who has a passkey.
    """
    return any(each.level >= least and not each.is_suspended for each in list_of(conn, resident_id))


def revoke(conn: Connection, parts: Parts, resident_id: str, passkey_id: str) -> None:
    """Remove a passkey for ever. Raises `UnknownPersonError` when it is not this resident's, or is removed."""
    now = parts.clock.database_now(conn)
    if conn.execute(_REMOVE, {"which": passkey_id, "whose": resident_id, "at": now}).rowcount != 1:
        raise UnknownPersonError("no such passkey")
    _say(conn, EventName.PASSKEY_REMOVED, resident_id, passkey_id, now)


def _fresh(holder: Holder, now: datetime) -> tuple[str, Assurance]:
    if holder.resident_id is None or holder.auth_time is None or holder.acr is None:
        raise PasskeyNotFreshError("nobody has signed in")
    if now - holder.auth_time > FRESH:
        raise PasskeyNotFreshError("the sign-in is too old")
    return holder.resident_id, Assurance.parse(holder.acr)


def verified(challenge: str, answer: str, rp_id: str, origin: str) -> VerifiedRegistration:
    """A new passkey that answers a question, made here by a verified holder; `answer` is the browser's JSON.

    Raises:
        PasskeyNotTakenError: it is not one.
    """
    if len(answer) > _LONGEST_ANSWER:
        raise PasskeyNotTakenError("the answer is too long")
    try:
        return verify_registration_response(
            credential=answer,
            expected_challenge=questions.decoded(challenge),
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
            supported_pub_key_algs=questions.ALGORITHMS,
        )
    except (WebAuthnException, ValueError, RecursionError) as error:
        raise PasskeyNotTakenError("the answer does not fit the question") from error


def _rows(conn: Connection, resident_id: str) -> list[Row[Any]]:
    return list(conn.execute(_OF_RESIDENT, {"resident": resident_id}))


def _say(
    conn: Connection, event: EventName, resident_id: str, passkey_id: str, now: datetime, **data: str | bool
) -> None:
    trail.record(
        conn,
        chain=f"resident:{resident_id}",
        type=event,
        actor=Actor(ActorKind.RESIDENT, resident_id),
        data={"resident": resident_id, "passkey": passkey_id, **data},
        at=now,
    )
