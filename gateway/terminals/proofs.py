"""A terminal proves that it is itself: its browser signs a question with a key that cannot be copied off it.

The key is ECDSA over P-256, made by the browser at enrolment and not extractable (Web Cryptography API); the gateway
keeps its public half. What is signed names us, what it is for, our origin and the question, so that a signature counts
for that one step, once, within a minute.
"""

import binascii
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from delegation.commitment import b64url
from gateway.database.base import lock
from gateway.ids import digest
from gateway.people.errors import TerminalProofRefusedError
from gateway.terminals.tables import TerminalChallenge, TerminalPurpose

LIFE: Final = timedelta(seconds=60)
"""How long a question can be answered."""
_DOMAIN: Final = "pilnvara terminal proof v1"
_HALF: Final = 32
"""Bytes of each of the two numbers of a signature, as browsers write it."""
_LONGEST_KEY: Final = 512

_BY_HASH = select(TerminalChallenge.__table__).where(TerminalChallenge.challenge_hash == bindparam("hash"))
_FORGET = delete(TerminalChallenge).where(
    TerminalChallenge.bound_to == bindparam("browser"),
    TerminalChallenge.purpose == bindparam("what_for"),
    TerminalChallenge.begun_at <= bindparam("over"),
)
_USE = (
    update(TerminalChallenge)
    .where(TerminalChallenge.challenge_hash == bindparam("hash"))
    .values(used_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a browser answers."""

    challenge: str
    signature: str = field(repr=False)
    """Base64url of the two numbers r and s, 32 bytes each."""


def ask(conn: Connection, purpose: TerminalPurpose, bound_to: bytes, now: datetime) -> str:
    """Make a question for one browser: 32 random bytes, base64url. Others of its tabs may have theirs."""
    challenge = token_urlsafe(32)
    conn.execute(_FORGET, {"browser": bound_to, "what_for": purpose, "over": now - LIFE})
    conn.execute(
        insert(TerminalChallenge).values(
            challenge_hash=digest(challenge), purpose=purpose, bound_to=bound_to, begun_at=now
        )
    )
    return challenge


def take(conn: Connection, proof: Proof, purpose: TerminalPurpose, bound_to: bytes, now: datetime) -> None:
    """Use up the question that a proof answers. Commit it also where the signature turns out to be wrong.

    Raises:
        TerminalProofRefusedError: `question`: there is none, it is used or past its minute, or was another browser's.
    """
    row = conn.execute(lock(conn, _BY_HASH), {"hash": digest(proof.challenge)}).one_or_none()
    is_ours = row is not None and row.purpose is purpose and row.bound_to == bound_to
    if row is None or not is_ours or row.used_at is not None or now >= row.begun_at + LIFE:
        raise TerminalProofRefusedError("question")
    conn.execute(_USE, {"hash": row.challenge_hash, "at": now})


def verify(public_key: bytes, proof: Proof, purpose: TerminalPurpose, origin: str) -> None:
    """Verify the signature with a key that `read_key` has taken.

    Raises:
        TerminalProofRefusedError: `signature`: it is not this key's, or for another purpose or origin.
    """
    key = load_der_public_key(public_key)
    raw = _decoded(proof.signature)
    if not isinstance(key, ec.EllipticCurvePublicKey) or len(raw) != 2 * _HALF:
        raise TerminalProofRefusedError("signature")
    signature = encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))
    try:
        key.verify(signature, message(purpose, origin, proof.challenge), ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise TerminalProofRefusedError("signature") from error


def message(purpose: TerminalPurpose, origin: str, challenge: str) -> bytes:
    """The bytes that are signed: lines, none of which can hold an end of line."""
    return f"{_DOMAIN}\n{purpose.value}\n{origin}\n{challenge}".encode()


def read_key(text: str) -> bytes:
    """Read a public key that a browser has made: base64url of SubjectPublicKeyInfo, DER; written anew in that form.

    Raises:
        TerminalProofRefusedError: `key`: it is none, or of another kind than ECDSA over P-256.
    """
    raw = _decoded(text)
    try:
        key = load_der_public_key(raw) if 0 < len(raw) <= _LONGEST_KEY else None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TerminalProofRefusedError("key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise TerminalProofRefusedError("key")
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(public_key: bytes) -> str:
    """What a key is called: the browser finds its private half by it. Base64url of SHA-256; it is no secret."""
    return b64url(sha256(public_key).digest())


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
