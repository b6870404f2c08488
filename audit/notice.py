"""What the log says of a token that a portal was given: an entry that whoever holds the token can write down again.

A holder may not read the entries of a visit, and need not: of each permit, ID token and delegation that leaves the
gateway an entry of its own is logged, alone in its chain, in which nothing stands that the token does not give. Its
leaf hash is looked for in the log's public hash tiles. Who does not have the token learns nothing from it.
"""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec

from audit.entry import Actor, ActorKind, Entry, encode
from audit.errors import NoticeError
from audit.events import EventName
from audit.merkle import leaf_hash

CHAIN: Final = "token:"
"""With what the chain of a notice begins; its identifier follows."""
SIGNER: Final = Actor(ActorKind.SYSTEM, "gateway")

_ID_BYTES = 16
_NUMBER_BYTES = 32
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256."""
_SALT = b"pilnvara/1/notice\0"


class _Header(msgspec.Struct, frozen=True):
    typ: str


class _Times(msgspec.Struct, frozen=True):
    iat: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]


def notice_of(token: str) -> Entry:
    """The entry that the log holds of `token`, a JWS in its compact form. No signature is checked by this.

    Identifier and salt are made of the token's bytes, so that nobody without them can guess the entry from its hash.

    Raises:
        NoticeError: it is no token that says what it is and when it was signed.
    """
    segments = token.split(".")
    if len(segments) != 3:
        raise NoticeError("a token has three segments")
    try:
        typ = msgspec.json.decode(_decoded(segments[0]), type=_Header).typ
        issued = msgspec.json.decode(_decoded(segments[1]), type=_Times).iat
        signed = token.encode("ascii")
    except (ValueError, msgspec.DecodeError) as error:
        raise NoticeError("it does not say what it is, and when it was signed") from error
    digest = hashlib.sha256(signed)
    identifier = _encoded(digest.digest()[:_ID_BYTES])
    return Entry(
        id=identifier,
        time=datetime.fromtimestamp(issued, UTC),
        type=EventName.TOKEN_SIGNED.value,
        visit=CHAIN + identifier,
        n=1,
        prev="",
        actor=SIGNER,
        data={"typ": typ, "sha256": digest.hexdigest()},
        salt=_encoded(hashlib.sha256(_SALT + signed).digest()[:_ID_BYTES]),
    )


def notice_hash(token: str) -> bytes:
    """The hash under which that entry stands in the log's tiles. Raises `NoticeError`."""
    return leaf_hash(encode(notice_of(token)))


def twin_of(token: str) -> str:
    """The same token in its other spelling, as good: beside each (r, s) of ES256 (r, n - s) is right too.

    Anybody can make it of a token, and the log holds the one that was signed. `token` was verified before.
    """
    signed, _, signature = token.rpartition(".")
    numbers = _decoded(signature)
    r, s = numbers[:_NUMBER_BYTES], int.from_bytes(numbers[_NUMBER_BYTES:])
    return f"{signed}.{_encoded(r + (_ORDER - s).to_bytes(_NUMBER_BYTES))}"


def _decoded(segment: str) -> bytes:
    return base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
