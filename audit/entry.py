"""One event as one leaf: a frozen `Entry`, and the only bytes that may stand for it.

The bytes are RFC 8785 canonical JSON of `{v, id, time, type, visit, n, prev, actor, data, salt}`, all strings in
Unicode NFC. `n` and `prev` chain the entries of a visit; outside a visit, `visit` holds the chain's name, such as
`terminal:<id>`. Numbers in `data` are whole and within ±(2^53 - 1): fractions print differently in other languages,
so they are written as text or in a smaller unit.
"""

import base64
import secrets
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import rfc8785

from audit.errors import EntryError, EntryTooLargeError, NotCanonicalError

MAX_ENTRY_BYTES = 65_535
"""The most that the uint16 length of an entry bundle can say (C2SP tlog-tiles)."""

_MAX_INTEGER = 2**53 - 1
_MAX_DEPTH = 16
_SALT_BYTES = 16

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class ActorKind(StrEnum):
    """In which role someone or something acted."""

    ASSISTANT = "assistant"
    RESIDENT = "resident"
    SYSTEM = "system"
    CONNECTOR = "connector"
    AUDITOR = "auditor"
    MANAGER = "manager"
    ADMIN = "admin"
    NOBODY = "nobody"
    """Not signed in, or not known: a wrong password, a stranger's link."""


class Actor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who acted, by opaque identifiers only; never a name or a personal code."""

    kind: ActorKind
    id: str
    terminal: str | None = None
    centre: str | None = None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One recorded event. Holds no readable personal value: those are ciphertext and commitments in `data`."""

    v: Literal[1] = 1
    id: _Text
    """Opaque and unique in the whole log."""
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    """Aware; written in UTC with microseconds."""
    type: _Text
    """An `EventName`; kept as text so that an older program can still verify a newer log."""
    visit: _Text
    """The visit, or the name of the chain for events outside any visit."""
    n: Annotated[int, msgspec.Meta(ge=1, le=_MAX_INTEGER)]
    """Place in the chain, from 1, without gaps."""
    prev: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")]
    """Leaf hash of the chain's entry before, lower-case hex; empty for the first."""
    actor: Actor
    data: dict[str, Any]
    """JSON: strings, whole numbers, booleans, null, lists and objects."""
    salt: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}$")]
    """16 random bytes, base64url without padding: nobody can guess an entry from its hash."""


def new_salt(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A salt for one `Entry`: 16 bytes from `random`, as base64url without padding."""
    return base64.urlsafe_b64encode(random(_SALT_BYTES)).rstrip(b"=").decode("ascii")


def encode(entry: Entry) -> bytes:
    """The canonical bytes of `entry`, at most 65,535. Strings are put into NFC on the way.

    Raises:
        EntryTooLargeError: it does not fit a bundle.
        EntryError: a field is not what it should be, or a value in `data` has no canonical form.
    """
    encoded = _write(entry)
    _read(encoded)  # what cannot be read back must not be recorded
    return encoded


def decode(encoded: bytes) -> Entry:
    """Read an entry back, strictly: one event has one form.

    Raises:
        NotCanonicalError: the same event would be written in other bytes (order, spaces, escapes, a key given twice,
            number forms, text that is not NFC).
        EntryTooLargeError: more than 65,535 bytes.
        EntryError: not JSON, a field missing, unknown or of the wrong kind.
    """
    entry = _read(encoded)
    if _write(entry) != encoded:
        raise NotCanonicalError(f"entry {entry.id!r} is not written in its canonical form")
    return entry


def format_time(time: datetime) -> str:
    """Aware `time` as RFC 3339 in UTC, always with six digits of a second and `Z`."""
    in_utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds")[:-6] + "Z"


_decoder = msgspec.json.Decoder(Entry)
_encoder = msgspec.json.Encoder(order="sorted")


def _read(encoded: bytes) -> Entry:
    if len(encoded) > MAX_ENTRY_BYTES:
        raise EntryTooLargeError(f"an entry of {len(encoded)} bytes; {MAX_ENTRY_BYTES} fit")
    try:
        entry = _decoder.decode(encoded)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise EntryError(f"not an entry: {error}") from error
    if (entry.n == 1) != (entry.prev == ""):
        raise EntryError(f"entry {entry.id!r}: the first of a chain, and no other, has no entry before it")
    return entry


def _write(entry: Entry) -> bytes:
    if entry.time.tzinfo is None:
        raise EntryError(f"entry {entry.id!r}: its time has no zone")
    fields = {
        "v": entry.v,
        "id": entry.id,
        "time": format_time(entry.time),
        "type": entry.type,
        "visit": entry.visit,
        "n": entry.n,
        "prev": entry.prev,
        "actor": entry.actor,
        "data": _plain(entry.data, 0),
        "salt": entry.salt,
    }
    try:
        quick = _encoder.encode(fields)
        # ASCII without fractions, sorted by key, is in the form of RFC 8785 already, and several times sooner.
        return quick if quick.isascii() else rfc8785.dumps(_plain(msgspec.to_builtins(fields), 0))
    except (rfc8785.CanonicalizationError, msgspec.MsgspecError, UnicodeError) as error:
        raise EntryError(f"entry {entry.id!r} has no canonical form: {error}") from error


def _plain(value: Any, depth: int) -> Any:
    """`value` with NFC strings, refusing all that is not plain JSON with whole numbers."""
    if isinstance(value, str):
        text = str(value)  # an enum or a marked string becomes the plain text that it is
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if -_MAX_INTEGER <= value <= _MAX_INTEGER:
            return int(value)
        raise EntryError(f"the number {value} is not exact in every JSON reader")
    if depth >= _MAX_DEPTH:  # a deeper value could exhaust the stack of whoever verifies it
        raise EntryError(f"data is nested more than {_MAX_DEPTH} deep")
    if isinstance(value, dict):
        return _plain_object(value, depth + 1)
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    raise EntryError(f"data holds a {type(value).__name__}, which has no canonical form here")


def _plain_object(value: dict[Any, Any], depth: int) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise EntryError(f"data has a key that is a {type(key).__name__}, not text")
        plain[_plain(key, depth)] = _plain(item, depth)
    if len(plain) != len(value):
        raise EntryError("two keys of data are the same in NFC")
    return plain
