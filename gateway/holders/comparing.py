"""A holder's list from its bytes to what came out. Only taking it in and keeping the result hold the writer."""

import asyncio

from sqlalchemy import Connection

from audit.entry import Actor
from gateway.holders import figures, lists, reconciling
from gateway.holders.lists import Row
from gateway.holders.reconciling import Tell
from gateway.parts import Store


async def take(store: Store, holder: str, content: bytes, *, made_by: str, actor: Actor, language: str) -> str:
    """Take a list in, and compare it at once where it is short. Returns its id.

    Raises:
        ListFaultError: some of it cannot be read.
        ListsWaitError: as many of this holder as may wait are waiting.
    """

    def look(conn: Connection) -> dict[str, str]:
        reconciling.refuse_more(conn, holder, store.clock.now())
        return dict(figures.choices(conn, holder, language)[0])

    services = await store.database.read(look)
    rows = await asyncio.to_thread(lists.read, content, services)
    list_id = await store.database.write(lambda conn: _hand_in(conn, store, holder, rows, made_by, actor))
    if reconciling.is_short(rows):
        await compare(store, list_id)
    return list_id


def take_now(store: Store, holder: str, content: bytes, *, by: Actor, language: str) -> str:
    """Take a list in and compare it, however long it is: for commands. Returns its id and raises as `take`."""
    services, _centres = store.database.read_now(lambda conn: figures.choices(conn, holder, language))
    rows = lists.read(content, services)
    list_id = store.database.write_now(lambda conn: _hand_in(conn, store, holder, rows, by.id, by))
    compare_now(store, list_id)
    return list_id


async def compare(store: Store, list_id: str) -> None:
    """Compare a list that waits; one that is compared already stays as it is."""
    tell = _telling(store, list_id)
    found = await store.database.read(lambda conn: reconciling.compare(conn, list_id, tell))
    if found is not None:
        await store.database.write(lambda conn: reconciling.keep(conn, list_id, found, store.clock.database_now(conn)))


def compare_now(store: Store, list_id: str) -> None:
    """Do what `compare` does and wait for it: for commands and tests."""
    tell = _telling(store, list_id)
    found = store.database.read_now(lambda conn: reconciling.compare(conn, list_id, tell))
    if found is not None:
        store.database.write_now(lambda conn: reconciling.keep(conn, list_id, found, store.clock.database_now(conn)))


def _telling(store: Store, list_id: str) -> Tell:
    """Keep how far it is in a short transaction of its own; runs in a reader's thread, never on an event loop."""

    def tell(seen: int, ours: int) -> None:
        store.database.write_now(lambda conn: reconciling.note_progress(conn, list_id, seen, ours))

    return tell


def _hand_in(conn: Connection, store: Store, holder: str, rows: list[Row], made_by: str, actor: Actor) -> str:
    now = store.clock.database_now(conn)
    return reconciling.hand_in(conn, holder, rows, made_by=made_by, actor=actor, now=now)
