"""Epochs of the key file: what was erased stays wrapped in backups, until the epoch that wraps it there is destroyed.

A new epoch is announced before anything is wrapped under it, so that its key can be brought to every machine; each
process looks for it all the time. The one before it is left, row by row, and then destroyed. From that commit on the
database takes nothing that is wrapped under it, so that a process that slept meanwhile loses nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.database.base import lock
from gateway.keys.errors import EpochOverError, EpochRefusedError, KeyFileError
from gateway.keys.sealing import Sealer, mark_of
from gateway.keys.tables import KeyEpoch

_FILE = "kek.json"
_ALL = select(KeyEpoch.__table__).order_by(KeyEpoch.number)
_ONE = select(KeyEpoch.__table__).where(KeyEpoch.number == bindparam("epoch"))
_INSERT = {
    "sqlite": sqlite.insert(KeyEpoch).on_conflict_do_nothing().returning(KeyEpoch.number),
    "postgresql": postgresql.insert(KeyEpoch).on_conflict_do_nothing().returning(KeyEpoch.number),
}
_UNMARKED = KeyEpoch.mark.is_(None)
_LEAVE = (
    update(KeyEpoch)
    .where(KeyEpoch.number == bindparam("epoch"), KeyEpoch.emptied_at.is_(None))
    .values(emptied_at=bindparam("now"))
)
_STANDS_AGAIN = (
    update(KeyEpoch)
    .where(KeyEpoch.number == bindparam("epoch"), KeyEpoch.emptied_at.is_not(None))
    .values(emptied_at=None)
)
_DESTROY = update(KeyEpoch).where(KeyEpoch.number == bindparam("epoch")).values(destroyed_at=bindparam("now"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """An epoch as the database knows it."""

    number: int
    mark: bytes | None
    made_at: datetime | None
    used_from: datetime | None
    emptied_at: datetime | None
    destroyed_at: datetime | None

    def is_used(self, now: datetime) -> bool:
        """Whether new keys may be wrapped under it; a later one may be in use as well."""
        return self.destroyed_at is None and self.used_from is not None and self.used_from <= now

    def is_held(self, secrets: Mapping[int, bytes]) -> bool:
        """Whether a key file holds this very key."""
        secret = secrets.get(self.number)
        return secret is not None and mark_of(self.number, secret) == self.mark


def alive(*columns: Any) -> Select[Any]:
    """Read `columns` unless the epoch named by `epoch` was destroyed, and keep it from being so until the commit."""
    still = KeyEpoch.number == bindparam("epoch"), KeyEpoch.destroyed_at.is_(None)
    return select(*columns).where(*still).with_for_update(read=True, key_share=True)


_ALIVE = alive(KeyEpoch.number)


def ensure_alive(conn: Connection, number: int) -> int:
    """Return `number`, of the epoch under which the caller seals something, once nobody can destroy it any more.

    Raises:
        EpochOverError: it was destroyed: nobody could open what is sealed.
    """
    if conn.execute(_ALIVE, {"epoch": number}).one_or_none() is None:
        raise EpochOverError(f"epoch {number} was destroyed")
    return number


def standing(conn: Connection) -> tuple[Epoch, ...]:
    """Every epoch that there ever was, the oldest first."""
    return tuple(Epoch(**row) for row in conn.execute(_ALL).mappings())


def newest_used(known: Sequence[Epoch], now: datetime) -> int:
    """The epoch under which new keys are wrapped, and which nothing is moved from."""
    return max((each.number for each in known if each.is_used(now)), default=0)


def begin(conn: Connection, secrets: Mapping[int, bytes], now: datetime) -> None:
    """At first start write down which key the first epoch is; two processes that start at once write the same.

    The caller opens something with it before the commit, so that a wrong file is never written down. A new database,
    or one of before there were epochs, knows the first alone; a file of another gateway may have several, or no first.
    """
    if any(each.mark is not None for each in standing(conn)):
        return
    conn.execute(delete(KeyEpoch).where(_UNMARKED, KeyEpoch.number.not_in(list(secrets))))
    for number, secret in secrets.items():
        values = {"mark": mark_of(number, secret), "made_at": now, "used_from": now}
        conn.execute(update(KeyEpoch).where(_UNMARKED, KeyEpoch.number == number).values(values))
        conn.execute(_INSERT[conn.dialect.name], {"number": number, **values})


def settle(sealer: Sealer, secrets: Mapping[int, bytes], known: Sequence[Epoch], now: datetime) -> None:
    """Let `sealer` use `secrets` as far as they are alive, and the newest that is in use for new keys."""
    usable = {each.number: secrets[each.number] for each in known if _is_usable(each, secrets)}
    current = newest_used([each for each in known if each.number in usable], now)
    if current:
        sealer.know(usable, current)


def ensure_held(secrets: Mapping[int, bytes], known: Sequence[Epoch], now: datetime) -> None:
    """Refuse a key file that cannot open all that may stand in the database.

    Raises:
        KeyFileError: it lacks an epoch that is in use, or was and is not destroyed.
    """
    lacking = [each.number for each in known if each.is_used(now) and not _is_usable(each, secrets)]
    if lacking or not known:
        raise KeyFileError(_why_lacking(max(lacking, default=0), secrets))


def announce(conn: Connection, number: int, secret: bytes, *, used_from: datetime, now: datetime) -> bool:
    """Make it known that epoch `number` will be used, and the caller records it; false if another process just has.

    Raises:
        EpochRefusedError: another machine has announced another key by this number.
    """
    mark = mark_of(number, secret)
    values = {"number": number, "mark": mark, "made_at": now, "used_from": used_from}
    if conn.execute(_INSERT[conn.dialect.name], values).one_or_none() is not None:
        return True
    if conn.execute(_ONE, {"epoch": number}).one().mark != mark:
        raise EpochRefusedError(f"epoch {number} was made on another machine at this moment: bring its {_FILE} here")
    return False


def stands_again(conn: Connection, number: int) -> None:
    """Note that something stood under an epoch that was left before: a machine with an old file has sealed it."""
    conn.execute(_STANDS_AGAIN, {"epoch": number})


def leave(conn: Connection, number: int, now: datetime) -> bool:
    """Note that nothing stands under an epoch any more; false if that was noted before."""
    return conn.execute(_LEAVE, {"epoch": number, "now": now}).rowcount == 1


def lock_old(conn: Connection, number: int, now: datetime) -> Epoch:
    """An epoch that may be destroyed if nothing stands under it, locked against whoever would seal under it.

    Raises:
        EpochRefusedError: there is none, or it is in use, or will be.
    """
    row = conn.execute(lock(conn, _ONE), {"epoch": number}).mappings().one_or_none()
    if row is None:
        raise EpochRefusedError(f"there is no epoch {number}")
    if number >= newest_used(standing(conn), now):
        raise EpochRefusedError(f"epoch {number} is in use, or will be: only an older one can be destroyed")
    return Epoch(**row)


def note_destroyed(conn: Connection, number: int, now: datetime) -> None:
    """From this commit on nothing that is wrapped under a locked epoch is taken; the caller records it."""
    conn.execute(_DESTROY, {"epoch": number, "now": now})


def _is_usable(epoch: Epoch, secrets: Mapping[int, bytes]) -> bool:
    return epoch.destroyed_at is None and epoch.is_held(secrets)


def _why_lacking(number: int, secrets: Mapping[int, bytes]) -> str:
    if number in secrets:
        return f"epoch {number} in {_FILE} is another key than this database knows: bring the file that belongs to it"
    if secrets and number < max(secrets):
        return (
            f"{_FILE} has no key of epoch {number} any more, and this database stands under it: it is a copy from "
            "before that epoch was destroyed, and cannot be read"
        )
    return f"{_FILE} lacks epoch {number}, which is in use: bring the newest copy, from the machine where it was made"
