"""Which tokens have been revoked: the IETF Token Status List, one bit to a token.

Bit `idx` of the list is bit `idx % 8`, counted from the least significant, of byte `idx // 8`; the bytes travel as
zlib in base64url inside a token of type `statuslist+jwt` (draft-ietf-oauth-status-list, sections 4 and 5).
"""

import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from delegation.claims import STATUS_LIST_TYPE, EncodedList, StatusListClaims, StatusReference
from delegation.commitment import b64url
from delegation.errors import MalformedError, StatusUnavailableError, WrongIssuerError
from delegation.signing import KeySet, SigningKey, open_signed, sign_status_list

TTL_SECONDS = 60
"""How long a portal may keep a list; so long can a revocation stay unnoticed there."""

LIFETIME_SECONDS = 300
YOUNGER_SECONDS = 60
"""How much younger than the reader's clock a list may be: who reads the clock and then fetches gets a younger one,
which can only know more. A larger difference is a clock that is wrong."""
MAX_BYTES = 2 * 1024 * 1024
"""Sixteen million tokens; a list that unpacks to more is refused, so that a small token cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class StatusList:
    """A verified list: its own address, its bits, and the instant from which it is too old."""

    uri: str
    bits: bytes
    expires: int
    ttl: int

    def is_revoked(self, reference: StatusReference, now: datetime) -> bool:
        """Whether the token that carries `reference` has been revoked.

        Raises:
            StatusUnavailableError: the reference is to another list or beyond its end, or the list is too old.
        """
        if reference.uri != self.uri:
            raise StatusUnavailableError("the token names another status list")
        if now.timestamp() >= self.expires:
            raise StatusUnavailableError("the status list is too old")
        if not 0 <= reference.idx < len(self.bits) * 8:
            raise StatusUnavailableError("the status list does not reach the token's index")
        return bool(self.bits[reference.idx // 8] >> (reference.idx % 8) & 1)


def pack(size: int, revoked: Iterable[int]) -> bytes:
    """The bits of a list of `size` tokens, a multiple of 8, with those in `revoked` set.

    Raises:
        ValueError: the size is no positive multiple of 8, or an index lies outside of it.
    """
    if size <= 0 or size % 8:
        raise ValueError("a status list has a positive multiple of 8 tokens")
    bits = bytearray(size // 8)
    for idx in revoked:
        if not 0 <= idx < size:
            raise ValueError(f"index {idx} lies outside of a list of {size}")
        bits[idx // 8] |= 1 << (idx % 8)
    return bytes(bits)


def encode(bits: bytes) -> EncodedList:
    """`bits` as they stand in a token: zlib at its best level, base64url."""
    return EncodedList(bits=1, lst=b64url(zlib.compress(bits, 9)))


def decode(encoded: EncodedList) -> bytes:
    """The bits inside `encoded`.

    Raises:
        MalformedError: more than one bit to a token, no zlib stream, or one that unpacks to more than `MAX_BYTES`.
    """
    if encoded.bits != 1:
        raise MalformedError("a status list of ours has one bit to a token")
    unpacker = zlib.decompressobj()
    try:
        packed = urlsafe_b64decode(encoded.lst + "=" * (-len(encoded.lst) % 4))
        bits = unpacker.decompress(packed, MAX_BYTES)
    except (ValueError, zlib.error) as error:
        raise MalformedError("the status list is not zlib in base64url") from error
    if not unpacker.eof or unpacker.unused_data:
        raise MalformedError("the status list is cut short or too long")
    return bits


def sign_status(key: SigningKey, bits: bytes, *, issuer: str, uri: str, now: datetime) -> str:
    """The token to publish at `uri`, to be signed anew before its five minutes have passed."""
    issued = int(now.timestamp())
    claims = StatusListClaims(
        iss=issuer,
        sub=uri,
        iat=issued,
        exp=issued + LIFETIME_SECONDS,
        ttl=TTL_SECONDS,
        status_list=encode(bits),
    )
    return sign_status_list(key, claims)


def verify_status(token: str, jwks: KeySet | Mapping[str, Any], *, issuer: str, uri: str, now: datetime) -> StatusList:
    """Read a status list that was fetched from `uri`.

    Raises:
        TokenError: form, header, key or signature, as in `signing.open_signed`.
        WrongIssuerError: it comes from somebody else.
        StatusUnavailableError: it is another list than the one at `uri`, too old, or made more than a minute after
            `now`.
        MalformedError: its bits cannot be read.
    """
    claims = open_signed(token, jwks, typ=STATUS_LIST_TYPE, claims=StatusListClaims)
    if claims.iss != issuer:
        raise WrongIssuerError("the status list comes from another issuer")
    if claims.sub != uri:
        raise StatusUnavailableError("this is the status list of another address")
    if not claims.iat - YOUNGER_SECONDS <= now.timestamp() < claims.exp:
        raise StatusUnavailableError("the status list is not valid now")
    return StatusList(uri=uri, bits=decode(claims.status_list), expires=claims.exp, ttl=claims.ttl)
