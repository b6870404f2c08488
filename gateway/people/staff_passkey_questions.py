"""Asking the passkeys of staff: to be made, to let somebody in, to show once more who somebody is.

A passkey of staff stands for password and code: its holder is always verified by finger, face or PIN, and it is found
without a name being typed. At an enrolled computer none is kept in the computer itself, which colleagues unlock too.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update
from webauthn import generate_authentication_options, generate_registration_options
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from audit.events import EventName
from delegation.assertion import AssertionRefusedError, Expected, verify_assertion
from delegation.commitment import b64url
from gateway.config import Settings
from gateway.database.base import lock
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.parts import Parts
from gateway.people import passkey_questions as questions
from gateway.people import passkeys, staff_passkeys
from gateway.people.access import StaffSession
from gateway.people.passkey_errors import (
    PasskeyNotTakenError,
    PasskeyOverError,
    StaffPasskeyCopiedError,
    StaffPasskeyImpossibleError,
    StaffPasskeyNotTakenError,
    StaffPasskeyOverError,
    StaffPasskeyRefusedError,
    StaffPasskeyRemovedError,
    StaffPasskeySharedError,
    StaffPasskeyTooManyError,
    StaffPasskeyUnknownError,
)
from gateway.people.passkey_questions import Asked, Question
from gateway.people.tables import PasskeyPurpose, Staff, StaffPasskey

_NAME: Final = "Pilnvara"
_HERE = (StaffPasskey.staff_id == bindparam("whose"), StaffPasskey.removed_at.is_(None))
_THEIRS = select(StaffPasskey.credential_id, StaffPasskey.transports).where(*_HERE)
_USABLE = _THEIRS.where(StaffPasskey.suspended_at.is_(None))
_BY_CREDENTIAL = select(StaffPasskey.__table__).where(StaffPasskey.credential_id == bindparam("credential"))
_LOGIN = select(Staff.login).where(Staff.id == bindparam("whose"))
_USED = (
    update(StaffPasskey)
    .where(StaffPasskey.id == bindparam("which"))
    .values(sign_count=bindparam("said"), used_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A passkey answered: which, and whose it is."""

    passkey_id: str
    staff_id: str


def can_be_used(settings: Settings) -> bool:
    """Whether browsers keep passkeys for the desk's address."""
    return questions.host_of(settings.url) is not None


def ask_to_add(conn: Connection, parts: Parts, session: StaffSession) -> Question:
    """Ask the browser to make a passkey for whoever is signed in; `options` are for `navigator.credentials.create`.

    Raises:
        StaffPasskeyNotFreshError: who they are was not shown within the last minutes.
        StaffPasskeyTooManyError: they have as many as anybody needs.
        StaffPasskeyImpossibleError: the desk's address is no name.
    """
    now = parts.clock.database_now(conn)
    staff_passkeys.ensure_fresh(session, now)
    theirs = _rows(conn, _THEIRS, session.staff_id)
    if len(theirs) >= staff_passkeys.MOST:
        raise StaffPasskeyTooManyError("no more passkeys for this person")
    asked = _new(PasskeyPurpose.STAFF_REGISTER, session.token_hash, session.staff_id)
    options = generate_registration_options(
        rp_id=_host(parts),
        rp_name=_NAME,
        user_id=_handle(parts, session.staff_id),
        user_name=conn.execute(_LOGIN, {"whose": session.staff_id}).scalar_one(),
        user_display_name=session.name,
        challenge=questions.decoded(asked.challenge),
        timeout=questions.PATIENCE_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=AuthenticatorAttachment.CROSS_PLATFORM if session.terminal_id else None,
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=questions.descriptors(theirs),
        supported_pub_key_algs=questions.ALGORITHMS,
    )
    return questions.put(conn, asked, options_to_json_dict(options), now)


def add(conn: Connection, parts: Parts, session: StaffSession, question_id: str, answer: str, name: str) -> str:
    """Keep a passkey that the browser has made, under a name or none; return its id. `answer` is the browser's JSON.

    Raises:
        StaffPasskeyOverError: the question is used, past its two minutes, or another session's.
        StaffPasskeyNotFreshError: who they are was not shown within the last minutes.
        StaffPasskeyTooManyError: others were added meanwhile.
        StaffPasskeySharedError: it is kept in the shared computer itself.
        StaffPasskeyNotTakenError: the answer is not one to this question, or is not of a verified holder.
    """
    now = parts.clock.database_now(conn)
    asked = take(conn, parts, PasskeyPurpose.STAFF_REGISTER, session.token_hash, question_id)
    staff_passkeys.ensure_fresh(session, now)
    if asked.subject != session.staff_id:
        raise StaffPasskeyNotTakenError("the question was put to somebody else")
    try:
        made = passkeys.verified(asked.challenge, answer, _host(parts), parts.settings.url)
    except PasskeyNotTakenError as error:
        raise StaffPasskeyNotTakenError(str(error)) from error
    if session.terminal_id is not None and _is_in_computer(answer):
        raise StaffPasskeySharedError("kept in a shared computer")
    if len(_rows(conn, _THEIRS, session.staff_id)) >= staff_passkeys.MOST:
        raise StaffPasskeyTooManyError("no more passkeys for this person")
    if conn.execute(_BY_CREDENTIAL, {"credential": made.credential_id}).one_or_none() is not None:
        raise StaffPasskeyNotTakenError("the passkey is known already")
    passkey_id, is_synced = new_id(), made.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    conn.execute(
        insert(StaffPasskey).values(
            id=passkey_id,
            staff_id=session.staff_id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            aaguid=made.aaguid,
            transports=questions.transports_of(answer),
            backed_up=is_synced,
            name=name[: staff_passkeys.LONGEST_NAME] or None,
            created_at=now,
            changed_at=now,
        )
    )
    key = b64url(sha256(questions.public_key_of(made.credential_public_key)).digest())
    facts = {"factors": [staff_passkeys.FACTOR], "passkeys": [passkey_id], "synced": is_synced, "key": key}
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.STAFF_FACTOR_ADDED,
        actor=session.actor,
        data={"staff": session.staff_id, **facts},
        at=now,
    )
    return passkey_id


def ask(conn: Connection, parts: Parts, purpose: PasskeyPurpose, bound_to: bytes, whose: str | None = None) -> Question:
    """Ask a browser for an answer; `whose` names somebody who is signed in, else the question names nobody.

    Raises:
        StaffPasskeyImpossibleError: the desk's address is no name.
    """
    asked = _new(purpose, bound_to, whose or "")
    theirs = [] if whose is None else _rows(conn, _USABLE, whose)
    options = generate_authentication_options(
        rp_id=_host(parts),
        challenge=questions.decoded(asked.challenge),
        timeout=questions.PATIENCE_MS,
        allow_credentials=questions.descriptors(theirs),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return questions.put(conn, asked, options_to_json_dict(options), parts.clock.database_now(conn))


def take(conn: Connection, parts: Parts, purpose: PasskeyPurpose, bound_to: bytes, question_id: str) -> Asked:
    """Use up a question. Raises `StaffPasskeyOverError` as `passkey_questions.take` says."""
    try:
        return questions.take(conn, parts, purpose, bound_to, question_id)
    except PasskeyOverError as error:
        raise StaffPasskeyOverError("question") from error


def check(conn: Connection, parts: Parts, asked: Asked, answer: str) -> Answered:
    """Check the browser's answer, as JSON, to a question that was taken; the passkey's counter moves.

    Raises:
        StaffPasskeyUnknownError: no passkey of staff.
        StaffPasskeyRefusedError: it is not an answer to this question, given here, by its verified holder.
        StaffPasskeyRemovedError: it was removed.
        StaffPasskeyCopiedError: its counter went backwards, now or before; the caller suspends it.
    """
    try:
        credential = questions.parsed(answer)
    except AssertionRefusedError as error:
        raise StaffPasskeyRefusedError(error.reason) from error
    row = conn.execute(lock(conn, _BY_CREDENTIAL), {"credential": credential.raw_id}).one_or_none()
    if row is None:
        raise StaffPasskeyUnknownError("unknown")
    known = {"staff_id": row.staff_id, "passkey_id": row.id}
    if not hmac.compare_digest(credential.response.user_handle or b"", _handle(parts, row.staff_id)):
        raise StaffPasskeyRefusedError("user", **known)
    expected = Expected(challenge=asked.challenge, rp_id=_host(parts), origin=parts.settings.url)
    try:
        said = verify_assertion(questions.assertion_of(credential, row.public_key), expected)
        questions.ensure_library_agrees(credential, expected, row.public_key)
    except AssertionRefusedError as error:
        raise StaffPasskeyRefusedError(error.reason, **known) from error
    if row.removed_at is not None:
        raise StaffPasskeyRemovedError("removed", **known)
    went_back = (said.sign_count or row.sign_count) and said.sign_count <= row.sign_count
    if row.suspended_at is not None or went_back:
        raise StaffPasskeyCopiedError("copied", **known)
    conn.execute(_USED, {"which": row.id, "said": said.sign_count, "at": parts.clock.database_now(conn)})
    return Answered(row.id, row.staff_id)


def credential_of(answer: str) -> str:
    """What an answer calls its passkey: for counting tries, before anything of it is believed."""
    try:
        return questions.parsed(answer).raw_id.hex()
    except AssertionRefusedError:
        return ""


def _new(purpose: PasskeyPurpose, bound_to: bytes, subject: str) -> Asked:
    return Asked(id=new_id(), purpose=purpose, bound_to=bound_to, subject=subject, challenge=token_urlsafe(32))


def _rows(conn: Connection, which: Select[bytes, list[str]], staff_id: str) -> list[Row[Any]]:
    return list(conn.execute(which, {"whose": staff_id}))


def _host(parts: Parts) -> str:
    host = questions.host_of(parts.settings.url)
    if host is None:
        raise StaffPasskeyImpossibleError("browsers keep no passkeys for a bare address")
    return host


def _handle(parts: Parts, staff_id: str) -> bytes:
    """What an authenticator keeps to know its holder by: it says nothing to anybody else."""
    return parts.sealer.keyed_hash("passkey.staff", staff_id)


def _is_in_computer(answer: str) -> bool:
    """Whether the browser says that the passkey is kept in the computer at which it runs."""
    said: dict[str, Any] = msgspec.json.decode(answer)
    return bool(said.get("authenticatorAttachment") == AuthenticatorAttachment.PLATFORM.value)
