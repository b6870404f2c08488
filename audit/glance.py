"""One leaf as the verification of a whole log needs it: what other processes read of it, in a few small fields."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from audit import continuation
from audit.continuation import Continued
from audit.entry import Entry, decode
from audit.errors import ContinuationError, EntryError, NotCanonicalError
from audit.events import EventName
from audit.merkle import leaf_hash

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OF_TOKENS = frozenset(
    {
        EventName.TOKEN_SIGNED,
        EventName.PERMIT_GIVEN,
        EventName.OAUTH_TOKEN_ISSUED,
        EventName.OAUTH_EXCHANGED,
    }
)
"""Entries that name a token for a portal; a delegation that stays in the gateway is named by others."""


class HeadsRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an entry states of the ends of all chains; `audit.heads` says what it means."""

    size: int
    """Leaves of the log that it is about."""
    chains: int
    root: str
    """Hexadecimal."""
    missing: int = 0
    """Entries that the log has lost, as it was continued under another name; left out where there are none."""


class Glance(msgspec.Struct, array_like=True, gc=False):
    """What was seen of one leaf."""

    index: int
    stored: bytes
    """The hash that the log keeps of it."""
    is_edited: bool
    """Whether that is not the hash of its bytes."""
    fault: str | None
    """Why it is no entry; then the fields below say nothing."""
    id: int = 0
    """64 bits of the event's identifier, hashed."""
    chain: str = ""
    n: int = 0
    prev: str = ""
    at: int = 0
    """Microseconds since 1970."""
    is_erasure: bool = False
    record: HeadsRecord | None = None
    """Of an entry that states where all chains end."""
    is_record_unread: bool = False
    continued: Continued | None = None
    """Of an entry that gives the log a new name."""
    continued_fault: str = ""
    """Why that cannot be believed."""
    token: str = ""
    """SHA-256 of a token that was signed for a portal, in hex, where the entry tells of one."""
    is_notice: bool = False
    """Whether it is the token's own entry, and not one of a visit."""

    @property
    def time(self) -> datetime:
        """When it happened."""
        return EPOCH + self.at * _MICROSECOND


def glance(index: int, leaf: bytes, stored: bytes) -> Glance:
    """Look at one leaf."""
    is_edited = leaf_hash(leaf) != stored
    try:
        entry = decode(leaf)
    except NotCanonicalError:
        return Glance(index, stored, is_edited, "the event is written in other bytes than its one form")
    except EntryError as error:
        return Glance(index, stored, is_edited, str(error))
    record, is_unread = None, False
    if entry.type == EventName.LOG_HEADS_RECORDED:
        try:
            record = msgspec.convert(entry.data, HeadsRecord)
        except msgspec.ValidationError:
            is_unread = True
    continued, fault = None, ""
    if entry.type == EventName.LOG_CONTINUED:
        try:
            continued = continuation.read(entry.data)
        except ContinuationError as error:
            fault = str(error)
    return Glance(
        index,
        stored,
        is_edited,
        None,
        short(entry.id),
        entry.visit,
        entry.n,
        entry.prev,
        (entry.time - EPOCH) // _MICROSECOND,
        entry.type == EventName.RESIDENT_ERASED,
        record,
        is_unread,
        continued,
        fault,
        _token(entry),
        entry.type == EventName.TOKEN_SIGNED,
    )


def glances(leaves: Iterable[tuple[int, bytes, bytes]]) -> Iterator[Glance]:
    """Look at leaves, one after another."""
    for index, leaf, stored in leaves:
        yield glance(index, leaf, stored)


def _token(entry: Entry) -> str:
    said = entry.data.get("sha256") if entry.type in _OF_TOKENS else None
    return said if isinstance(said, str) else ""


def short(identifier: str) -> int:
    """64 bits of an identifier: the same in every process, which Python's own hash is not."""
    digest = hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
