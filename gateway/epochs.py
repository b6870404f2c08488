"""The life of an epoch of the key file: made, moved to, left, destroyed; by command, or by a worker where it is alone.

What is erased is gone from the database at once, and from its backups when the epoch is destroyed that wraps it there:
after `PILNVARA_KEY_EPOCH_DAYS` at most. Each step stands on its own and may be taken again; whatever dies between two,
everything that is alive can be opened.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from audit.entry import Actor
from audit.events import EventName
from gateway.changes import portal_secrets
from gateway.database.errors import DatabaseUnavailableError
from gateway.keys import epochs, keyfile, moving
from gateway.keys.epochs import Epoch
from gateway.keys.errors import EpochRefusedError, KeysError
from gateway.keys.signing import ANNOUNCED
from gateway.ledger import outbox
from gateway.oauth import providers
from gateway.parts import GATEWAY, Store
from gateway.visits import own_sign_in

PLACES: Final = (
    moving.DATA_KEYS,
    moving.SIGNING_KEYS,
    providers.SECRETS,
    portal_secrets.PLACE,
    own_sign_in.VERIFIERS,
)
"""Everything that is sealed under an epoch."""

CARRIED: Final = timedelta(days=1)
"""How long a new epoch waits where machines share a database, so that its key can be brought to all of them."""
EVERY_SECONDS: Final = 600.0
_EARLY: Final = ANNOUNCED
"""So long before the end of the days the old one goes: more than passes until the next look."""

_log = structlog.get_logger("gateway.epochs")


class Step(StrEnum):
    """What is to be done next."""

    NEW = "new"
    MOVE = "move"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class Due:
    """A step whose time has come."""

    step: Step
    number: int
    """Of the epoch that it is about: the newest, the one in use, or the one to destroy."""
    since: datetime


def due(known: Sequence[Epoch], days: timedelta, now: datetime) -> Due | None:
    """What is to be done first, if anything.

    A new epoch comes after half of `days`, and the old one goes at their end: so there is always a backup that can be
    opened. Should all of it be late, the old one is kept for a third of them after it was left.
    """
    used = epochs.newest_used(known, now)
    alive = [each for each in known if each.destroyed_at is None and each.used_from is not None]
    if not days or not used:
        return None
    for each in alive:
        began = each.used_from or now
        if each.number < used and each.emptied_at is None:
            return Due(Step.MOVE, used, next(later.used_from or now for later in alive if later.number > each.number))
        if each.number < used and each.emptied_at is not None:
            ends = max(began + days - _EARLY, each.emptied_at + days / 3)
            if now >= ends:
                return Due(Step.DESTROY, each.number, ends)
    newest = alive[-1].used_from or now
    return Due(Step.NEW, alive[-1].number, newest + days / 2) if now >= newest + days / 2 else None


def make(store: Store, *, wait: timedelta = ANNOUNCED, by: Actor = GATEWAY) -> Epoch:
    """Put a new epoch into this machine's key file and announce it; it is used after `wait`.

    Raises:
        EpochRefusedError: one waits already, or another machine has made one at this moment.
        KeyFileError: the file cannot be changed.
    """
    newest = _known(store)[-1]
    if newest.used_from is None or newest.used_from > store.clock.now():
        raise EpochRefusedError(f"epoch {newest.number} waits to be used already")
    number, folder = newest.number + 1, store.settings.data_dir
    keyfile.add(folder, number)  # first: a key that nobody knows of does no harm, an epoch that nobody has would
    secret = keyfile.read(folder).epochs[number]

    def work(conn: Connection) -> None:
        now = store.clock.database_now(conn)
        if epochs.announce(conn, number, secret, used_from=now + wait, now=now):
            _record(conn, EventName.KEY_CREATED, number, by, now)

    store.database.write_now(work)
    return _known(store)[-1]


def move(store: Store, *, by: Actor = GATEWAY, progress: Callable[[int, int], None] | None = None) -> int:
    """Wrap everything anew that stands under epochs before the one in use; return how much was moved here.

    Raises:
        KeysError: something cannot be opened, or this process knows an older key file; what was moved stays moved.
    """
    current, moved = store.sealer.epoch, 0
    old = [each.number for each in _known(store) if each.number < current and each.destroyed_at is None]
    total = sum(store.database.read_now(partial(moving.count, places=PLACES, number=each)) for each in old)
    for number in old:
        while not _leave(store, number, by):
            for count in _batches(store, number):
                moved += count
                if progress is not None:
                    progress(moved, max(total, moved))
    return moved


def destroy(store: Store, number: int, *, by: Actor = GATEWAY) -> Epoch:
    """Destroy an epoch under which nothing stands: first for the database, then in this machine's key file.

    Raises:
        EpochRefusedError: there is none, it is in use, or something stands under it.
        KeyFileError: the file cannot be changed; the step has to be taken again.
    """

    def work(conn: Connection) -> Epoch:
        now = store.clock.database_now(conn)
        epoch = epochs.lock_old(conn, number, now)
        if not moving.is_empty(conn, PLACES, number):
            raise EpochRefusedError(f"something stands under epoch {number}: move it first")
        if epoch.destroyed_at is None:
            epochs.note_destroyed(conn, number, now)
            _record(conn, EventName.KEY_DESTROYED, number, by, now)
        return epoch

    epoch = store.database.write_now(work)
    keyfile.remove(store.settings.data_dir, number)
    epochs.settle(store.sealer, store.sealer.secrets, _known(store), store.clock.now())
    return epoch


def leftover(store: Store) -> list[int]:
    """Epochs that were destroyed, but whose keys this machine's file still holds."""
    held = keyfile.read(store.settings.data_dir).epochs
    return [each.number for each in _known(store) if each.destroyed_at is not None and each.is_held(held)]


def turn(store: Store) -> list[Step]:
    """Do by itself whatever is due; return what was done."""
    done = []
    for number in leftover(store):  # whoever destroyed it died before the file was changed
        destroy(store, number)
        done.append(Step.DESTROY)
    while (what := due(_known(store), store.settings.key_epoch_days, store.clock.now())) is not None:
        if what.step is Step.NEW:
            make(store)
        elif store.sealer.epoch < epochs.newest_used(_known(store), store.clock.now()):
            break  # this process has not looked at the file again yet
        else:
            move(store)
            if what.step is Step.DESTROY:
                destroy(store, what.number)
        _log.info("key epoch", step=what.step.value, epoch=what.number)
        done.append(what.step)
    return done


async def keep_turning(store: Store, *, every: float = EVERY_SECONDS) -> None:
    """Take each step when it is due, until cancelled: where one machine has the key file for itself."""
    while True:
        await asyncio.sleep(every)
        try:
            await asyncio.to_thread(turn, store)
        except DatabaseUnavailableError:
            _log.warning("key epochs wait for the database")
        except KeysError as error:
            _log.error("a step of the key epochs failed", code=error.code, reason=str(error))


def turns_alone(store: Store) -> bool:
    """Whether the key file is on this machine alone, so that nobody has to carry it."""
    return store.database.dialect == "sqlite" and bool(store.settings.key_epoch_days)


def _known(store: Store) -> tuple[Epoch, ...]:
    return store.database.read_now(epochs.standing)


def _batches(store: Store, number: int) -> Iterator[int]:
    for place in PLACES:
        after, count = "", 1
        while count:
            work = partial(moving.move, sealer=store.sealer, place=place, old=number, after=after)
            count, after = store.database.write_now(work)
            yield count


def _leave(store: Store, number: int, by: Actor) -> bool:
    """Whether nothing stands under an epoch; the first to see it records it."""

    def work(conn: Connection) -> bool:
        now = store.clock.database_now(conn)
        if not moving.is_empty(conn, PLACES, number):
            return False
        if epochs.leave(conn, number, now):
            _record(conn, EventName.KEY_ROTATED, number, by, now)
        return True

    return store.database.write_now(work)


def _record(conn: Connection, event: EventName, number: int, by: Actor, now: datetime) -> None:
    outbox.record(conn, chain="system", type=event, actor=by, data={"kind": "epoch", "number": number}, at=now)
