"""What a row of the list keeps from everybody: whom it is about, and who may not call them."""

import hmac
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from gateway.keys import store as keys
from gateway.keys.sealing import DataKey
from gateway.parts import Store

_MARK: Final = "callback.served"
_MARK_BYTES: Final = 32


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed."""

    resident: str
    code: str
    """Of the invitation, as it stands in its link."""
    language: str
    """Of the visit."""

    def __repr__(self) -> str:
        return "Content(…)"


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(Content).decode


def seal(store: Store, key: DataKey, callback_id: str, content: Content) -> bytes:
    """Seal the content of a row under its own key."""
    return store.sealer.seal(key, _context(callback_id), _encode(content))


def unseal(conn: Connection, store: Store, row: Any) -> Content:
    """Open the content of a row."""
    key = keys.load(conn, store.sealer, row.key_id)
    return _decode(store.sealer.open(key, _context(row.id), row.content))


def marks(store: Store, callback_id: str, staff_ids: Iterable[str]) -> bytes:
    """Marks of colleagues, good for one row alone: nobody without the key file can tell whose they are."""
    return b"".join(sorted(_mark(store, callback_id, each) for each in staff_ids))


def is_marked(store: Store, row: Any, staff_id: str) -> bool:
    """Whether a colleague is marked in a row."""
    kept = bytes(row.served)
    wanted = _mark(store, row.id, staff_id)
    return any(hmac.compare_digest(kept[at : at + _MARK_BYTES], wanted) for at in range(0, len(kept), _MARK_BYTES))


def _mark(store: Store, callback_id: str, staff_id: str) -> bytes:
    return store.sealer.keyed_hash(_MARK, f"{callback_id}:{staff_id}")


def _context(callback_id: str) -> str:
    return f"callback:{callback_id}"
