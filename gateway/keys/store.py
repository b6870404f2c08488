"""Data keys in the database."""

from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Connection, LargeBinary, Row, Select, Text, bindparam, insert, null, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from gateway.database import once
from gateway.keys.epochs import alive
from gateway.keys.errors import EpochOverError, KeyDestroyedError, KeyMissingError
from gateway.keys.sealing import DataKey, Sealer, WrappedKey
from gateway.keys.tables import DataKeyRow, KeyEpoch

Columns = TypeVarTuple("Columns")

_DEPTH = 4
"""A visit's key lies under its resident's: a longer way is a loop."""

_SAVE = insert(DataKeyRow)
_SAVE_UNDER_EPOCH = (
    insert(DataKeyRow)
    .from_select(
        ["id", "epoch", "under", "wrapped"],
        alive(
            bindparam("id", type_=Text()),
            KeyEpoch.number,
            null().label("under"),
            bindparam("wrapped", type_=LargeBinary()),
        ),
    )
    .execution_options(preserve_rowcount=True)
)
_PARENT = aliased(DataKeyRow)
_WITH_PARENT: tuple[Any, ...] = (
    DataKeyRow.id.label("key_name"),
    DataKeyRow.epoch.label("key_epoch"),
    DataKeyRow.under.label("key_under"),
    DataKeyRow.wrapped.label("key_wrapped"),
    _PARENT.epoch.label("parent_epoch"),
    _PARENT.under.label("parent_under"),
    _PARENT.wrapped.label("parent_wrapped"),
)
"""A key with the one above it, so that the usual two are one statement."""
_LOAD = (
    select(*_WITH_PARENT)
    .outerjoin(_PARENT, _PARENT.id == DataKeyRow.under)
    .where(DataKeyRow.id == bindparam("wanted_key"))
)
_UNDER = aliased(DataKeyRow)
_IS_UNDER_LIVE = or_(
    bindparam("new_under", type_=Text()).is_(None),
    select(_UNDER.id)
    .where(_UNDER.id == bindparam("new_under"), _UNDER.destroyed_at.is_(None))
    .with_for_update(read=True)
    .exists(),
)
"""Whoever destroys the outer key at this moment is waited for: nothing is put under a key that is gone."""
_REWRAP = (
    update(DataKeyRow)
    .where(DataKeyRow.id == bindparam("key_id"), DataKeyRow.destroyed_at.is_(None), _IS_UNDER_LIVE)
    .values(epoch=bindparam("new_epoch"), under=bindparam("new_under"), wrapped=bindparam("new_wrapped"))
)
_DESTROY_UNDER = (
    update(DataKeyRow)
    .where(DataKeyRow.under == bindparam("key_id"), DataKeyRow.destroyed_at.is_(None))
    .values(wrapped=None, destroyed_at=bindparam("at"))
)
_DESTROY = (
    update(DataKeyRow)
    .where(DataKeyRow.id == bindparam("key_id"), DataKeyRow.destroyed_at.is_(None))
    .values(wrapped=None, destroyed_at=bindparam("at"))
)


def save(conn: Connection, wrapped: WrappedKey) -> None:
    """Store a new wrapped key, in the transaction that stores what it seals.

    Raises:
        EpochOverError: the epoch that it is wrapped under was destroyed: nobody could open it again.
    """
    values = {"id": wrapped.id, "wrapped": wrapped.wrapped}
    if wrapped.epoch is None:
        conn.execute(_SAVE, values | {"epoch": None, "under": wrapped.under})
    elif conn.execute(_SAVE_UNDER_EPOCH, values | {"epoch": wrapped.epoch}).rowcount != 1:
        raise EpochOverError(f"epoch {wrapped.epoch} was destroyed")


def load(conn: Connection, sealer: Sealer, key_id: str) -> DataKey:
    """Open a stored key, following the keys that it is wrapped under.

    Raises:
        KeyMissingError: there is no such key.
        KeyDestroyedError: it, or one above it, was destroyed.
    """
    return once.once(conn, ("key", key_id), lambda: open_read(conn, sealer, _read(conn, key_id)))


def read_with(
    statement: Select[*Columns],
    key_id: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    *,
    is_optional: bool = False,
) -> Select[Any]:
    """Let `statement` read, beside each row, the key that its column `key_id` names; for `open_read` or `note_read`.

    Where it may name none (`is_optional`), `key_name` is `None` then.
    """
    return (
        statement.add_columns(*_WITH_PARENT)
        .join(DataKeyRow, DataKeyRow.id == key_id, isouter=is_optional)
        .outerjoin(_PARENT, _PARENT.id == DataKeyRow.under)
    )


def note_read(conn: Connection, row: Row[Any]) -> None:
    """Let `load` take the key of a row that `read_with` has read, where the transaction remembers what it has read."""
    if row.key_name is not None:
        once.note(conn, ("key row", row.key_name), row)


def open_read(conn: Connection, sealer: Sealer, row: Row[Any]) -> DataKey:
    """Open the key in a row of a statement made by `read_with`.

    Raises:
        KeyDestroyedError: it, or one above it, was destroyed.
    """
    opened: DataKey | None = None
    for link in reversed(_links(conn, row)):
        opened = sealer.unwrap(link, opened)
    if opened is None:
        raise KeyMissingError(f"there is no key {row.key_name}")
    return opened


def rewrap(conn: Connection, wrapped: WrappedKey) -> None:
    """Replace the wrapping of a stored key: a visit's key moves under its resident's once the resident is known.

    Raises:
        KeyMissingError: there is no such key, or it was destroyed, or the one that it would be under.
    """
    values = {
        "key_id": wrapped.id,
        "new_epoch": wrapped.epoch,
        "new_under": wrapped.under,
        "new_wrapped": wrapped.wrapped,
    }
    if conn.execute(_REWRAP, values).rowcount != 1:
        raise KeyMissingError(f"there is no key {wrapped.id} to wrap anew, or none to wrap it under")


def destroy(conn: Connection, key_id: str, at: datetime) -> None:
    """Destroy a key: what it seals, and what keys under it seal, is erased. Recording it is the caller's duty.

    Raises:
        KeyMissingError: there is no such key, or it was destroyed before.
    """
    if conn.execute(_DESTROY, {"key_id": key_id, "at": at}).rowcount != 1:
        raise KeyMissingError(f"there is no key {key_id} to destroy")
    conn.execute(_DESTROY_UNDER, {"key_id": key_id, "at": at})


def _read(conn: Connection, key_id: str) -> Row[Any]:
    row = once.once(conn, ("key row", key_id), lambda: conn.execute(_LOAD, {"wanted_key": key_id}).one_or_none())
    if row is None:
        raise KeyMissingError(f"there is no key {key_id}")
    return row


def _links(conn: Connection, row: Row[Any]) -> list[WrappedKey]:
    """The key that was read and those above it, lowest first."""
    links: list[WrappedKey] = []
    while True:
        links.append(_link(row.key_name, row.key_wrapped, row.key_epoch, row.key_under))
        wanted = row.key_under
        if wanted is not None and row.parent_epoch is not None:
            links.append(_link(wanted, row.parent_wrapped, row.parent_epoch, row.parent_under))
            wanted = row.parent_under
        if wanted is None:
            return links
        found = conn.execute(_LOAD, {"wanted_key": wanted}).one_or_none()
        if found is None or len(links) >= _DEPTH:
            raise KeyMissingError(f"there is no key {wanted}")
        row = found


def _link(key_id: str, wrapped: bytes | None, epoch: int, under: str | None) -> WrappedKey:
    if wrapped is None:
        raise KeyDestroyedError(f"key {key_id} was destroyed")
    return WrappedKey(key_id, wrapped, epoch, under)
