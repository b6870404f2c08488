"""Data keys in the database."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from gateway.keys.errors import KeyDestroyedError, KeyMissingError
from gateway.keys.sealing import DataKey, Sealer, WrappedKey
from gateway.keys.tables import DataKeyRow

_DEPTH = 4
"""A visit's key lies under its resident's: a longer way is a loop."""

_SAVE = insert(DataKeyRow)
_LOAD = select(DataKeyRow.epoch, DataKeyRow.under, DataKeyRow.wrapped).where(DataKeyRow.id == bindparam("key_id"))
_REWRAP = (
    update(DataKeyRow)
    .where(DataKeyRow.id == bindparam("key_id"), DataKeyRow.destroyed_at.is_(None))
    .values(epoch=bindparam("new_epoch"), under=bindparam("new_under"), wrapped=bindparam("new_wrapped"))
)
_DESTROY = (
    update(DataKeyRow)
    .where(DataKeyRow.id == bindparam("key_id"), DataKeyRow.destroyed_at.is_(None))
    .values(wrapped=None, destroyed_at=bindparam("at"))
)


def save(conn: Connection, wrapped: WrappedKey) -> None:
    """Store a new wrapped key, in the transaction that stores what it seals."""
    conn.execute(_SAVE, {"id": wrapped.id, "epoch": wrapped.epoch, "under": wrapped.under, "wrapped": wrapped.wrapped})


def load(conn: Connection, sealer: Sealer, key_id: str) -> DataKey:
    """Open a stored key, following the keys that it is wrapped under.

    Raises:
        KeyMissingError: there is no such key.
        KeyDestroyedError: it, or one above it, was destroyed.
    """
    return _load(conn, sealer, key_id, _DEPTH)


def rewrap(conn: Connection, wrapped: WrappedKey) -> None:
    """Replace the wrapping of a stored key: a visit's key moves under its resident's once the resident is known.

    Raises:
        KeyMissingError: there is no such key, or it was destroyed.
    """
    values = {
        "key_id": wrapped.id,
        "new_epoch": wrapped.epoch,
        "new_under": wrapped.under,
        "new_wrapped": wrapped.wrapped,
    }
    if conn.execute(_REWRAP, values).rowcount != 1:
        raise KeyMissingError(f"there is no key {wrapped.id} to wrap anew")


def destroy(conn: Connection, key_id: str, at: datetime) -> None:
    """Destroy a key: what it seals, and what keys under it seal, is erased. Recording it is the caller's duty.

    Raises:
        KeyMissingError: there is no such key, or it was destroyed before.
    """
    if conn.execute(_DESTROY, {"key_id": key_id, "at": at}).rowcount != 1:
        raise KeyMissingError(f"there is no key {key_id} to destroy")


def _load(conn: Connection, sealer: Sealer, key_id: str, depth: int) -> DataKey:
    row = conn.execute(_LOAD, {"key_id": key_id}).one_or_none()
    if row is None or depth == 0:
        raise KeyMissingError(f"there is no key {key_id}")
    if row.wrapped is None:
        raise KeyDestroyedError(f"key {key_id} was destroyed")
    under = None if row.under is None else _load(conn, sealer, row.under, depth - 1)
    return sealer.unwrap(WrappedKey(key_id, row.wrapped, row.epoch, row.under), under)
