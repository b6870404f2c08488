"""Asking a passkey: one question for one browser, answered once, within two minutes.

Whom a passkey belongs to is said only after it has answered: a question to somebody who is not known yet names no
passkey, and whatever does not fit is refused in one way.
"""

import ipaddress
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from webauthn import generate_authentication_options, verify_authentication_response
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_authentication_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.assertion import Assertion, AssertionRefusedError, Expected, verify_assertion
from delegation.assurance import Assurance
from gateway.config import Settings
from gateway.database.base import lock
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.parts import Parts
from gateway.people.passkey_errors import (
    PasskeyCopiedError,
    PasskeyImpossibleError,
    PasskeyOverError,
    PasskeyUnknownError,
)
from gateway.people.passkey_evidence import Checked, Evidence
from gateway.people.tables import Passkey, PasskeyChallenge, PasskeyPurpose
from gateway.people.telling import tell

LIFE = timedelta(minutes=2)
"""How long a question can be answered."""
PATIENCE_MS = 110_000
"""How long the browser waits for finger, face or PIN: a little less, so that a late answer is not refused."""
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
"""What phones and computers of today make, and what `delegation.assertion` verifies."""
LONGEST_ANSWER = 32_768
"""What is longer is no honest answer."""
_TRANSPORTS = frozenset(each.value for each in AuthenticatorTransport)

AnyRow: TypeAlias = Row[Any]

_BY_ID = select(PasskeyChallenge.__table__).where(PasskeyChallenge.id == bindparam("id"))
_FORGET = delete(PasskeyChallenge).where(
    PasskeyChallenge.bound_to == bindparam("browser"), PasskeyChallenge.purpose == bindparam("what_for")
)
_USE = update(PasskeyChallenge).where(PasskeyChallenge.id == bindparam("which")).values(used_at=bindparam("at"))
_BY_CREDENTIAL = select(Passkey.__table__).where(Passkey.credential_id == bindparam("credential"))
_USED = (
    update(Passkey)
    .where(Passkey.id == bindparam("which"))
    .values(sign_count=bindparam("said"), used_at=bindparam("at"))
)
_SUSPEND = (
    update(Passkey)
    .where(Passkey.id == bindparam("which"), Passkey.suspended_at.is_(None))
    .values(suspended_at=bindparam("at"))
    .returning(Passkey.resident_id)
)
_USABLE = select(Passkey.credential_id, Passkey.transports).where(
    Passkey.resident_id == bindparam("resident"), Passkey.revoked_at.is_(None), Passkey.suspended_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Question:
    """What goes to the browser."""

    id: str
    options: dict[str, Any]
    """For `navigator.credentials`, byte strings as base64url."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it was put."""

    id: str
    purpose: PasskeyPurpose
    bound_to: bytes
    subject: str
    challenge: str
    level: Assurance | None = None


def rp_id(settings: Settings) -> str | None:
    """The name under which browsers keep residents' passkeys: the host of the public address, as `host_of`."""
    return host_of(settings.public_url)


def host_of(origin: str) -> str | None:
    """The name under which browsers keep passkeys for pages of an origin; `None` where its host is no name."""
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host or None
    return None


def require_rp_id(settings: Settings) -> str:
    """As `rp_id`. Raises `PasskeyImpossibleError` where the address is no name."""
    host = rp_id(settings)
    if host is None:
        raise PasskeyImpossibleError("browsers keep no passkeys for a bare address")
    return host


def ask(conn: Connection, parts: Parts, asked: Asked, *, of_resident: str | None = None) -> Question:
    """Put a question; its `options` are for `navigator.credentials.get`.

    `of_resident` names the passkeys of somebody who has signed in; without it the browser offers what it has.

    Raises:
        PasskeyImpossibleError: the gateway's address is no name.
    """
    theirs: Iterable[AnyRow] = () if of_resident is None else conn.execute(_USABLE, {"resident": of_resident})
    options = generate_authentication_options(
        rp_id=require_rp_id(parts.settings),
        challenge=decoded(asked.challenge),
        timeout=PATIENCE_MS,
        allow_credentials=descriptors(theirs),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return put(conn, asked, options_to_json_dict(options), parts.clock.database_now(conn))


def put(conn: Connection, asked: Asked, options: dict[str, Any], now: datetime) -> Question:
    """Keep a question in place of an older one of the same browser."""
    conn.execute(_FORGET, {"browser": asked.bound_to, "what_for": asked.purpose})
    conn.execute(
        insert(PasskeyChallenge).values(
            id=asked.id,
            purpose=asked.purpose,
            bound_to=asked.bound_to,
            subject=asked.subject,
            challenge=asked.challenge,
            level=None if asked.level is None else int(asked.level),
            begun_at=now,
        )
    )
    return Question(asked.id, options)


def take(conn: Connection, parts: Parts, purpose: PasskeyPurpose, browser: bytes, question_id: str) -> Asked:
    """Use up a question: a second answer finds nothing.

    Raises:
        PasskeyOverError: there is none, it is used or past its two minutes, or was put to another browser.
    """
    now = parts.clock.database_now(conn)
    row = conn.execute(lock(conn, _BY_ID), {"id": question_id}).one_or_none()
    is_ours = row is not None and row.purpose is purpose and row.bound_to == browser
    if row is None or not is_ours or row.used_at is not None or now >= row.begun_at + LIFE:
        raise PasskeyOverError("no such question waits")
    conn.execute(_USE, {"which": row.id, "at": now})
    return Asked(
        id=row.id,
        purpose=row.purpose,
        bound_to=row.bound_to,
        subject=row.subject,
        challenge=row.challenge,
        level=None if row.level is None else Assurance(row.level),
    )


def check(conn: Connection, parts: Parts, asked: Asked, answer: str) -> Checked:
    """Check the browser's answer, as JSON, to a question that was taken; the passkey's counter moves.

    Raises:
        PasskeyUnknownError: no passkey of ours, or one that is removed or suspended.
        AssertionRefusedError: it is not an answer to this question, given here, by a verified holder.
        PasskeyCopiedError: the counter went backwards; the caller has it suspended, once this is undone.
    """
    credential = parsed(answer)
    row = conn.execute(lock(conn, _BY_CREDENTIAL), {"credential": credential.raw_id}).one_or_none()
    if row is None or row.revoked_at is not None or row.suspended_at is not None:
        raise PasskeyUnknownError("no such passkey")
    handle = credential.response.user_handle
    if handle is not None and handle != user_handle(parts, row.resident_id):
        raise PasskeyUnknownError("the passkey was made for somebody else")
    evidence = _evidence(parts, asked, credential, row)
    expected = Expected(challenge=asked.challenge, rp_id=evidence.rp_id, origin=evidence.origin)
    said = verify_assertion(evidence.assertion, expected)
    ensure_library_agrees(credential, expected, row.public_key)
    if (said.sign_count or row.sign_count) and said.sign_count <= row.sign_count:
        raise PasskeyCopiedError(row.id)
    conn.execute(_USED, {"which": row.id, "said": said.sign_count, "at": parts.clock.database_now(conn)})
    return Checked(passkey_id=row.id, resident_id=row.resident_id, level=Assurance(row.level), evidence=evidence)


def suspend(conn: Connection, parts: Parts, passkey_id: str, language: str) -> None:
    """Let a passkey count for nothing any more: there may be two of it. Its holder is told, and can still remove it."""
    now = parts.clock.database_now(conn)
    resident_id = conn.execute(_SUSPEND, {"which": passkey_id, "at": now}).scalar_one_or_none()
    if resident_id is not None:
        tell(conn, parts, resident_id, "passkey_suspended", language, now)
        outbox.record(
            conn,
            chain=f"resident:{resident_id}",
            type=EventName.PASSKEY_SUSPENDED,
            actor=Actor(ActorKind.SYSTEM, "gateway"),
            data={"resident": resident_id, "passkey": passkey_id},
            at=now,
        )


def begin_sign_in(conn: Connection, parts: Parts, browser: bytes) -> Question:
    """Ask a browser, known by a hash of its secret, to sign somebody in; it names nobody, so it tells nothing.

    Raises:
        PasskeyImpossibleError: the gateway's address is no name.
    """
    asked = Asked(
        id=new_id(), purpose=PasskeyPurpose.SIGN_IN, bound_to=browser, subject="", challenge=token_urlsafe(32)
    )
    return ask(conn, parts, asked)


def take_sign_in(conn: Connection, parts: Parts, browser: bytes, question_id: str) -> Asked:
    """Use up a question of `begin_sign_in`, in a transaction of its own; `check` then says who answered.

    Raises:
        PasskeyOverError: as `take`.
    """
    return take(conn, parts, PasskeyPurpose.SIGN_IN, browser, question_id)


def user_handle(parts: Parts, resident_id: str) -> bytes:
    """What an authenticator keeps to know its holder by: it says nothing to anybody else."""
    return parts.sealer.keyed_hash("passkey.user", resident_id)


def descriptors(rows: Iterable[AnyRow]) -> list[PublicKeyCredentialDescriptor]:
    """Passkeys as options name them."""
    return [
        PublicKeyCredentialDescriptor(
            id=row.credential_id, transports=[AuthenticatorTransport(each) for each in row.transports]
        )
        for row in rows
    ]


def transports_of(answer: str) -> list[str]:
    """The ways to the authenticator that a browser names, as far as we know them."""
    response = msgspec.json.decode(answer).get("response", {})
    named = response.get("transports", []) if isinstance(response, dict) else []
    return sorted(_TRANSPORTS & {each for each in named if isinstance(each, str)}) if isinstance(named, list) else []


def public_key_of(cose_key: bytes) -> bytes:
    """A key as any verifier reads it: SubjectPublicKeyInfo, DER, of the COSE_Key that an authenticator gave."""
    key = decoded_public_key_to_cryptography(decode_credential_public_key(cose_key))
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def assertion_of(credential: AuthenticationCredential, cose_key: bytes) -> Assertion:
    """What was signed, beside the key that is known of the passkey."""
    return Assertion(
        credential_id=credential.raw_id,
        public_key=public_key_of(cose_key),
        authenticator_data=credential.response.authenticator_data,
        client_data=credential.response.client_data_json,
        signature=credential.response.signature,
    )


def decoded(text: str) -> bytes:
    """Bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parsed(answer: str) -> AuthenticationCredential:
    """What a browser answered, as JSON. Raises `AssertionRefusedError` where it is no such answer."""
    if len(answer) > LONGEST_ANSWER:
        raise AssertionRefusedError("form")
    try:
        return parse_authentication_credential_json(answer)
    except (WebAuthnException, ValueError, RecursionError) as error:
        raise AssertionRefusedError("form") from error


def _evidence(parts: Parts, asked: Asked, credential: AuthenticationCredential, row: AnyRow) -> Evidence:
    return Evidence(
        assertion=assertion_of(credential, row.public_key),
        rp_id=require_rp_id(parts.settings),
        origin=parts.settings.public_url,
        attempt=asked.id,
        passkey=row.id,
    )


def ensure_library_agrees(credential: AuthenticationCredential, expected: Expected, public_key: bytes) -> None:
    """Hold what our own check let pass to the library too: an answer counts only when both take it.

    `public_key` is a COSE_Key. Raises `AssertionRefusedError` where the library does not.
    """
    try:
        verify_authentication_response(
            credential=credential,
            expected_challenge=decoded(expected.challenge),
            expected_rp_id=expected.rp_id,
            expected_origin=expected.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,  # we compare it ourselves, to know which passkey to suspend
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise AssertionRefusedError("library") from error
