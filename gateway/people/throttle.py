"""How many tries in vain a door takes: an account, a terminal, an address.

A try is counted before it is looked at, so many at once gain nothing; a success gives it back. Keys are hashed under
the gateway's own key: the table says nothing about who was tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.keys.sealing import Sealer
from gateway.people.errors import TriedTooOftenError
from gateway.people.tables import Throttle

WINDOW = timedelta(minutes=15)
"""Tries are counted for so long, and a door that had too many stays shut for as long."""


@dataclass(frozen=True, slots=True)
class Door:
    """Something that can be tried."""

    kind: str
    name: str
    tries: int
    """How many in vain are taken within the window."""
    window: timedelta = WINDOW


def account(login: str) -> Door:
    """The account of a login, existing or not."""
    return Door("account", login, 5)


def place(terminal_id: str | None, address: str) -> Door:
    """The computer at which somebody tries: the enrolled terminal, else the address it connects from."""
    return Door("terminal", terminal_id, 20) if terminal_id else Door("address", address, 20)


def documents(staff_id: str) -> Door:
    """The personal codes on documents that one member of staff types, to look somebody up or to go on with a visit."""
    return Door("document_shown", staff_id, 20)


_VALUES = {"key": bindparam("door"), "tries": 1, "since": bindparam("now")}
_IS_OLD = Throttle.since <= bindparam("window_begin")
_AGAIN = {
    "tries": case((_IS_OLD, 1), else_=Throttle.tries + 1),
    "since": case((_IS_OLD, bindparam("now")), else_=Throttle.since),
}
_COUNT = {
    name: insert(Throttle)
    .values(_VALUES)
    .on_conflict_do_update(index_elements=["key"], set_=_AGAIN)
    .returning(Throttle.tries, Throttle.since)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def charge(conn: Connection, sealer: Sealer, doors: Sequence[Door], now: datetime) -> bool:
    """Count a try at each door; say whether it is the last that one of them takes for now.

    Raises:
        TriedTooOftenError: a door takes no more; the transaction is to be rolled back, so this try is not counted.
    """
    is_last = False
    for door in doors:
        row = conn.execute(
            _COUNT[conn.dialect.name], {"door": _key(sealer, door), "now": now, "window_begin": now - door.window}
        ).one()
        if row.tries > door.tries:
            raise TriedTooOftenError(row.since + door.window)
        is_last = is_last or row.tries == door.tries
    return is_last


def forgive(conn: Connection, sealer: Sealer, doors: Sequence[Door]) -> None:
    """Forget the tries at the first door, the one that opened, and give back one at the others."""
    for number, door in enumerate(doors):
        key = _key(sealer, door)
        if number == 0:
            conn.execute(delete(Throttle).where(Throttle.key == key))
        else:
            conn.execute(
                update(Throttle).where(Throttle.key == key, Throttle.tries > 0).values(tries=Throttle.tries - 1)
            )


def give_back(conn: Connection, sealer: Sealer, door: Door) -> None:
    """Give back the one try that was counted, and no other: whoever holds one good link does not wash off the rest."""
    own = Throttle.key == _key(sealer, door)
    conn.execute(update(Throttle).where(own, Throttle.tries > 0).values(tries=Throttle.tries - 1))


def is_shut(conn: Connection, sealer: Sealer, door: Door, now: datetime) -> bool:
    """Whether a door takes no more tries for now; nothing is counted."""
    row = conn.execute(select(Throttle.tries, Throttle.since).where(Throttle.key == _key(sealer, door))).one_or_none()
    return row is not None and row.tries >= door.tries and row.since > now - door.window


def _key(sealer: Sealer, door: Door) -> bytes:
    return sealer.keyed_hash(f"throttle.{door.kind}", door.name)
