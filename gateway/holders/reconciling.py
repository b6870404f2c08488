"""A holder's own list held against what we say was filed: in both, only with us, only with them, different.

What only the holder has was sent from elsewhere, or by a program that records nothing: so the holder finds out. An
application of which nobody knew whether it arrived may be among them: that is hinted at, and nothing more; a person at
its centre settles it, who looks in the portal. Numbers are kept for `KEPT`, counts stand in the log.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.filing import IN_DOUBT, FilingState
from gateway.database.base import lock
from gateway.database.turns import take_turn
from gateway.holders import figures
from gateway.holders.differing import TOLERANCE, Beside, Difference, Kind, from_to
from gateway.holders.errors import ListsWaitError
from gateway.holders.lists import Row
from gateway.holders.tables import HolderList, ListState
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.ledger import outbox
from gateway.people.tables import Centre
from gateway.retention import schedule
from gateway.services.tables import Service
from gateway.visits.tables import Filing, Visit

JOB: Final = "holder.compare"
"""Compares a list; its payload names it."""
KEPT: Final = schedule.HOLDERS_LISTS
"""For how long a comparison can be looked at."""
_AT_ONCE: Final = 2_000
"""Rows that are compared while somebody waits."""
_SPAN_AT_ONCE: Final = timedelta(days=93)
"""From the first of them to the last."""
_GRACE: Final = timedelta(minutes=1)
"""After which a worker compares a short list, should whoever handed it in not have done so."""
MOST_WAITING: Final = 3
"""Lists of an institution that may wait at a time."""
_WAITS: Final = timedelta(days=1)
"""For how long one counts as waiting: one that no worker can compare shuts nobody out for good."""
_MOST_SHOWN: Final = 5_000
"""Differences that are kept of one list; their counts are whole."""
_MOST_LISTS: Final = 5
_LANGUAGE: Final = "lv"


Tell: TypeAlias = Callable[[int, int], None]
_TELL_EVERY: Final = 5_000
"""Of ours, until it is told again how far a comparison has come: some twenty times for the longest list."""


class Result(msgspec.Struct, frozen=True):
    """What came out."""

    first: datetime
    """From then on, and before `last`, our side is whole."""
    last: datetime
    both: int
    counts: dict[Kind, int]
    in_doubt: int
    """Sent in that time, and not known whether they arrived."""
    erased: int
    """Filed in that time, whose number was erased here with its resident's values: nothing to compare."""
    differences: list[Difference]
    """At most `_MOST_SHOWN`."""

    @property
    def is_clean(self) -> bool:
        """Whether both lists say the same."""
        return not any(self.counts.values())


@dataclass(frozen=True, slots=True)
class Compared:
    """What came out of a list, before it is kept."""

    result: Result
    actor: Actor
    """Who handed it in."""


def is_short(rows: Sequence[Row]) -> bool:
    """Whether a list is compared while somebody waits: few lines, and little of ours between the first and the last."""
    first, last = from_to(rows)
    return len(rows) <= _AT_ONCE and last - first <= _SPAN_AT_ONCE


def refuse_more(conn: Connection, holder: str, now: datetime) -> None:
    """Let no institution keep the workers busy with its lists.

    Raises:
        ListsWaitError: `MOST_WAITING` of its lists wait.
    """
    waiting = select(func.count()).where(
        HolderList.holder == holder, HolderList.state == ListState.WAITING, HolderList.made_at > now - _WAITS
    )
    if conn.execute(waiting).scalar_one() >= MOST_WAITING:
        raise ListsWaitError(holder)


def hand_in(conn: Connection, holder: str, rows: Sequence[Row], *, made_by: str, actor: Actor, now: datetime) -> str:
    """Take a list in, which a worker compares, unless whoever handed in a short one does so before. Returns its id.

    Raises:
        ListsWaitError: as `refuse_more`.
    """
    take_turn(conn, f"{JOB}:{holder}")
    refuse_more(conn, holder, now)
    list_id = new_id()
    conn.execute(
        insert(HolderList).values(
            id=list_id,
            holder=holder,
            state=ListState.WAITING,
            made_at=now,
            made_by=made_by,
            rows=len(rows),
            given=msgspec.json.encode({"rows": rows, "actor": [actor.kind.value, actor.id]}),
        )
    )
    run_at = now + _GRACE if is_short(rows) else now
    enqueue(conn, JOB, {"list": list_id}, key=f"{JOB}:{list_id}", run_at=run_at, now=now)
    return list_id


def compare(conn: Connection, list_id: str, tell: Tell | None = None) -> Compared | None:
    """Compare a list that waits, and change nothing; none where it does not wait any more.

    Of one that is long, `tell` is called now and then with how many of ours were held against it, and of how many.
    """
    row = conn.execute(select(HolderList.__table__).where(HolderList.id == list_id)).one_or_none()
    if row is None or row.state is not ListState.WAITING:
        return None
    given = msgspec.json.decode(row.given, type=_Given)
    actor = Actor(kind=ActorKind(given.actor[0]), id=given.actor[1])
    if tell is not None and is_short(given.rows):
        tell = None  # whoever waits for it is told at once
    return Compared(_compared(conn, row.holder, given.rows, tell), actor)


def note_progress(conn: Connection, list_id: str, seen: int, ours: int) -> None:
    """Keep how far a comparison has come, for whoever waits; one that is over stays as it is."""
    waits = (HolderList.id == list_id, HolderList.state == ListState.WAITING)
    conn.execute(update(HolderList).where(*waits).values(seen=seen, ours=ours))


def keep(conn: Connection, list_id: str, found: Compared, now: datetime) -> None:
    """Keep what came out; of a list that was compared meanwhile what was kept first stays."""
    wanted = select(HolderList.state, HolderList.holder, HolderList.rows).where(HolderList.id == list_id)
    row = conn.execute(lock(conn, wanted)).one_or_none()
    if row is None or row.state is not ListState.WAITING:
        return
    result = found.result
    values = {"state": ListState.COMPARED, "given": None, "result": msgspec.json.encode(result), "compared_at": now}
    conn.execute(update(HolderList).where(HolderList.id == list_id).values(**values))
    counts = {each.value: count for each, count in result.counts.items()}
    data = {"list": list_id, "holder": row.holder, "rows": row.rows, "both": result.both} | counts
    outbox.record(conn, chain="system", type=EventName.HOLDER_LIST_COMPARED, actor=found.actor, data=data, at=now)


def find(conn: Connection, holder: str, list_id: str) -> tuple[Any, Result | None] | None:
    """A list of this holder, and what came out once it is compared; none where there is none, or it is gone."""
    row = conn.execute(
        select(HolderList.__table__).where(HolderList.id == list_id, HolderList.holder == holder)
    ).one_or_none()
    return None if row is None else (row, _result(row))


def lists_of(conn: Connection, holder: str, *, most: int = 30) -> list[tuple[Any, Result | None]]:
    """The lists of a holder, the newest first."""
    rows = conn.execute(
        select(HolderList.__table__)
        .where(HolderList.holder == holder)
        .order_by(HolderList.made_at.desc(), HolderList.id)
        .limit(most)
    )
    return [(row, _result(row)) for row in rows]


def hints(conn: Connection, filing_id: str) -> list[Difference]:
    """What the holder's own lists say that an application in doubt may be; to be looked for in the portal."""
    newest = (
        select(HolderList.result)
        .join(Service, Service.holder == HolderList.holder)
        .join(Filing, Filing.service_id == Service.id)
        .where(Filing.id == filing_id, HolderList.state == ListState.COMPARED)
        .order_by(HolderList.made_at.desc())
        .limit(_MOST_LISTS)
    )
    every = (msgspec.json.decode(each, type=Result) for each in conn.execute(newest).scalars() if each is not None)
    near = {each.reference: each for found in every for each in found.differences if each.doubt == filing_id}
    return list(near.values())


class _Given(msgspec.Struct):
    rows: list[Row]
    actor: tuple[str, str]


def _result(row: Any) -> Result | None:
    return None if row.result is None else msgspec.json.decode(row.result, type=Result)


def _compared(conn: Connection, holder: str, rows: Sequence[Row], tell: Tell | None) -> Result:
    services, _centres = figures.choices(conn, holder, _LANGUAGE)
    beside = Beside(rows)
    counts: Counter[Kind] = Counter()

    which = _which(list(services), beside.first - TOLERANCE, beside.last + TOLERANCE)
    ours: Iterable[Any] = _ours(conn, which)
    if tell is not None:
        ours = _telling(ours, int(conn.execute(select(func.count()).where(*which)).scalar_one()), tell)

    def counted() -> Iterator[Difference]:
        for each in beside.differences(ours):
            counts[each.kind] += 1
            yield each

    # No more of them than are kept are in memory at a time, however many there are.
    shown = heapq.nsmallest(
        _MOST_SHOWN,
        counted(),
        key=lambda each: (each.kind, each.theirs_at or each.ours_at or beside.first, each.reference),
    )
    return Result(
        first=beside.first,
        last=beside.last,
        both=beside.both,
        counts={each: counts[each] for each in Kind},
        in_doubt=sum(beside.covers(each.sent_at) for each in beside.doubts),
        erased=beside.erased,
        differences=shown,
    )


def _which(services: Sequence[str], since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """What was filed or is in doubt between two instants."""
    return (
        Filing.service_id.in_(services),
        Filing.state.in_((FilingState.FILED, *sorted(IN_DOUBT))),
        Filing.counted_at >= since,
        Filing.counted_at <= until,
    )


def _telling(ours: Iterable[Any], every: int, tell: Tell) -> Iterator[Any]:
    """The same, while it is told how far it is."""
    tell(0, every)
    for number, each in enumerate(ours, 1):
        if number % _TELL_EVERY == 0:
            tell(number, every)
        yield each


def _ours(conn: Connection, which: tuple[ColumnElement[bool], ...]) -> Iterable[Any]:
    """All of it, a thousand at a time."""
    return conn.execute(
        select(
            Filing.id, Filing.reference, Filing.service_id, Filing.sent_at, Filing.state, Centre.name.label("centre")
        )
        .join(Visit, Visit.id == Filing.visit_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .where(*which)
        .order_by(Filing.counted_at, Filing.id),
        execution_options={"yield_per": 1000},
    )
