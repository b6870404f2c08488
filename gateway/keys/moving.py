"""Wraps anew, under the epoch in use, what stands under older ones: in batches, beside everything else.

A batch is one transaction that locks what it moves, so whoever destroys or wraps a key at the same moment goes before
or after it. What was moved is not met again: a run that dies is gone on with by the next, and two share the work.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from gateway.database.base import lock
from gateway.keys import epochs
from gateway.keys.errors import SealBrokenError
from gateway.keys.sealing import Sealer, wrap_context
from gateway.keys.signing import context_of
from gateway.keys.tables import DataKeyRow, SigningKeyRow

MOST = 50
"""Keys that one transaction moves: on SQLite everybody else waits for it, some milliseconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is sealed under an epoch: a table whose column `epoch` names it."""

    key: InstrumentedAttribute[str]
    sealed: InstrumentedAttribute[Any]
    """Empty where nothing is sealed, or it was destroyed."""
    context: Callable[[Any], str]
    """What the sealed bytes of a row are bound to."""
    alive: tuple[Any, ...] = ()
    """What is true of every row whose `sealed` is not empty, where an index covers those rows alone."""

    @property
    def table(self) -> Table:
        """The table itself."""
        return self.key.class_.__table__  # type: ignore[no-any-return]  # SQLAlchemy types it as any FromClause

    def under(self) -> tuple[Any, ...]:
        """Conditions: something is sealed under the epoch named by `epoch`."""
        return (self.table.c.epoch == bindparam("epoch"), self.sealed.is_not(None), *self.alive)


DATA_KEYS = Place(
    DataKeyRow.id, DataKeyRow.wrapped, lambda row: wrap_context(row.id), alive=(DataKeyRow.destroyed_at.is_(None),)
)
SIGNING_KEYS = Place(SigningKeyRow.kid, SigningKeyRow.wrapped, context_of)


def count(conn: Connection, places: Sequence[Place], number: int) -> int:
    """How much stands under an epoch."""
    return sum(_counted(conn, place, number) for place in places)


def is_empty(conn: Connection, places: Sequence[Place], number: int) -> bool:
    """Whether nothing stands under an epoch."""
    first = (select(place.key).where(*place.under()).limit(1) for place in places)
    return all(conn.execute(each, {"epoch": number}).first() is None for each in first)


def move(conn: Connection, sealer: Sealer, place: Place, old: int, after: str, most: int = MOST) -> tuple[int, str]:
    """Move a batch from epoch `old`, in the order of the key from `after` on; return how many, and the last key.

    Raises:
        EpochOverError: the epoch that this process knows as the one in use was destroyed.
        KeyMissingError: the key file has no epoch `old`.
        SealBrokenError: something was changed, and is named; nothing of the batch is moved.
    """
    new = epochs.ensure_alive(conn, sealer.epoch)
    table, key = place.table, place.key
    batch = select(table).where(*place.under(), key > bindparam("after")).order_by(key).limit(most)
    rows = conn.execute(lock(conn, batch), {"epoch": old, "after": after}).all()
    if not rows:
        return 0, after
    moved = (
        update(table)
        .where(table.c[key.name] == bindparam("moved_key"), table.c.epoch == bindparam("old_epoch"))
        .values({place.sealed.name: bindparam("moved"), "epoch": bindparam("new_epoch")})
    )
    values = [
        {
            "moved_key": getattr(row, key.name),
            "old_epoch": old,
            "new_epoch": new,
            "moved": _sealed_anew(sealer, place, row, old, new),
        }
        for row in rows
    ]
    conn.execute(moved, values)
    epochs.stands_again(conn, old)
    return len(rows), str(values[-1]["moved_key"])


def _counted(conn: Connection, place: Place, number: int) -> int:
    statement = select(func.count()).select_from(place.table).where(*place.under())
    return int(conn.execute(statement, {"epoch": number}).scalar_one())


def _sealed_anew(sealer: Sealer, place: Place, row: Any, old: int, new: int) -> bytes:
    context = place.context(row)
    try:
        opened = sealer.open_under_epoch(old, context, getattr(row, place.sealed.name))
    except SealBrokenError as error:
        raise SealBrokenError(f"{place.table.name} {getattr(row, place.key.name)}: {error}") from error
    return sealer.seal_under_epoch(new, context, opened)
