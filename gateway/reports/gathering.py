"""Keeps figures up to date by following the log: each entry names the visit that it is about, and they come in order.

No transaction of the desk waits for it. What was counted of a visit is kept (`figure_fact`), so that it can be taken
away again when its outcome changes late. The cursor is locked first and moved last, in the transaction that counts:
whoever dies between leaves nothing, and of two workers one finds nothing left to do. Of a visit that was erased what
was counted stays.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from gateway.database.errors import DatabaseUnavailableError
from gateway.database.together import insert_all
from gateway.ledger.tables import AuditEvent, AuditLeaf
from gateway.parts import Store
from gateway.reports import cursor, peer_times, places
from gateway.reports.adding import Pile, add_invited
from gateway.reports.facts import Fact, of_visits
from gateway.reports.tables import FigureAnswers, FigureCell, FigureCursor, FigureFact, FigureSum
from gateway.visits.tables import Visit

EVERY_SECONDS: Final = 60.0
BATCH: Final = 2000
"""Entries of the log that one transaction takes."""
_VISITS_AT_ONCE: Final = 200

_NEW = (
    select(AuditLeaf.idx, AuditEvent.chain)
    .join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    .where(AuditLeaf.idx >= bindparam("from"))
    .order_by(AuditLeaf.idx)
    .limit(bindparam("most"))
)
_SIZE = select(func.coalesce(func.max(AuditLeaf.idx) + 1, 0))
_KNOWN = select(FigureFact.visit_id, FigureFact.fact).where(
    FigureFact.visit_id.in_(bindparam("visits", expanding=True))
)
_ERASED = select(Visit.id).where(Visit.id.in_(bindparam("visits", expanding=True)), Visit.erased_at.is_not(None))
_DROP = delete(FigureFact).where(FigureFact.visit_id.in_(bindparam("visits", expanding=True)))
_ASKED = select(FigureAnswers.month, FigureAnswers.centre_id, FigureAnswers.service_group, FigureAnswers.invited)
_NEXT_VISITS = select(Visit.id).where(Visit.id > bindparam("after")).order_by(Visit.id).limit(_VISITS_AT_ONCE)
_NEXT_FACTS = (
    select(FigureFact.visit_id, FigureFact.fact)
    .where(FigureFact.visit_id > bindparam("after"))
    .order_by(FigureFact.visit_id)
    .limit(_VISITS_AT_ONCE)
)

_log = structlog.get_logger("gateway.reports")


def advance(conn: Connection, now: datetime, *, most: int = BATCH) -> bool:
    """Count what the next entries of the log changed; say whether more of them may wait."""
    reached_before = cursor.locked(conn).leaf
    new = conn.execute(_NEW, {"from": reached_before, "most": most}).all()
    count(conn, dict.fromkeys(row.chain for row in new))
    reached = new[-1].idx + 1 if new else reached_before
    conn.execute(update(FigureCursor).where(FigureCursor.id == 1).values(leaf=reached, at=now))
    return len(new) == most


def count(conn: Connection, chains: Collection[str]) -> None:
    """Bring the figures of these visits up to date; chains of others than closed visits change nothing."""
    visits = [chain for chain in chains if ":" not in chain]
    every = places.centres(conn)
    for begin in range(0, len(visits), _VISITS_AT_ONCE):
        _count(conn, visits[begin : begin + _VISITS_AT_ONCE], every)


def rebuild(conn: Connection, now: datetime) -> int:
    """Make all cells and sums anew from rows, and from what was counted of visits that were erased since.

    Returns how many visits are counted.
    """
    cursor.locked(conn)
    peer_times.forget(conn)
    for table in (FigureCell, FigureSum):
        conn.execute(delete(table))
    every = places.centres(conn)
    _keep_facts_of_all(conn)
    counted, after = 0, ""
    while rows := conn.execute(_NEXT_FACTS, {"after": after}).all():
        pile = Pile(every)
        for row in rows:
            pile.add(_read(row.fact))
        pile.write(conn)
        counted, after = counted + len(rows), rows[-1].visit_id
    add_invited(
        conn, every, ((row.month, row.centre_id, row.service_group, row.invited) for row in conn.execute(_ASKED))
    )
    size = conn.execute(_SIZE).scalar_one()
    conn.execute(update(FigureCursor).where(FigureCursor.id == 1).values(leaf=size, at=now))
    return counted


async def gather(store: Store) -> None:
    """Count all that is new in the log, then keep what is told of months that are over."""
    while await store.database.write(partial(_advance_now, store=store)):
        pass
    await peer_times.keep_all(store)


async def keep_gathering(store: Store, *, every: float = EVERY_SECONDS) -> None:
    """Gather each `every` seconds, until cancelled."""
    while True:
        try:
            await gather(store)
        except DatabaseUnavailableError:
            _log.warning("figures wait for the database", exc_info=True)
        await asyncio.sleep(every)


def _advance_now(conn: Connection, *, store: Store) -> bool:
    return advance(conn, store.clock.database_now(conn))


def _count(conn: Connection, visits: list[str], every: Mapping[str, places.CentrePlaces]) -> None:
    before = {row.visit_id: _read(row.fact) for row in conn.execute(_KNOWN, {"visits": visits})}
    erased = set(conn.execute(_ERASED, {"visits": visits}).scalars())
    found = of_visits(conn, [each for each in visits if each not in (erased & before.keys())])
    changed = {visit: fact for visit, fact in found.items() if before.get(visit) != fact}
    if not changed:
        return
    pile = Pile(every)
    for visit, fact in changed.items():
        if visit in before:
            pile.add(before[visit], -1)
        pile.add(fact)
    pile.write(conn)
    peer_times.work_out_again(conn, pile.timed())
    conn.execute(_DROP, {"visits": list(changed)})
    insert_all(conn, FigureFact, [{"visit_id": visit, "fact": _written(fact)} for visit, fact in changed.items()])


def _keep_facts_of_all(conn: Connection) -> None:
    """Derive anew what every visit is in the figures; what was erased, or is gone, stays as it was counted."""
    after = ""
    while visits := list(conn.execute(_NEXT_VISITS, {"after": after}).scalars()):
        after = visits[-1]
        kept = set(conn.execute(_ERASED, {"visits": visits}).scalars())
        kept &= set(conn.execute(_KNOWN, {"visits": visits}).scalars())
        found = of_visits(conn, [each for each in visits if each not in kept])
        if found:
            conn.execute(_DROP, {"visits": list(found)})
            conn.execute(
                insert(FigureFact), [{"visit_id": visit, "fact": _written(fact)} for visit, fact in found.items()]
            )


def _read(written: Mapping[str, Any]) -> Fact:
    return msgspec.convert(written, Fact)


def _written(fact: Fact) -> dict[str, Any]:
    written: dict[str, Any] = msgspec.to_builtins(fact)
    return written
