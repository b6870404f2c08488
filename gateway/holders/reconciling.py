"""A holder's own list held against what we say was filed: in both, only with us, only with them, different.

What only the holder has was sent from elsewhere, or by a program that records nothing: so the holder finds out. An
application of which nobody knew whether it arrived may be among them: that is hinted at, and nothing more; a person at
its centre settles it, who looks in the portal. Numbers are kept for `KEPT`, counts stand in the log.
"""

import heapq
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.filing import IN_DOUBT, FilingState
from gateway.database.base import lock
from gateway.database.turns import take_turn
from gateway.holders import figures
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
TOLERANCE: Final = timedelta(hours=24)
"""By how much our time of sending and theirs of receiving may differ."""
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


class Kind(StrEnum):
    """What a difference is."""

    ONLY_OURS = "only_ours"
    ONLY_THEIRS = "only_theirs"
    OTHER_TIME = "other_time"
    OTHER_SERVICE = "other_service"
    TWICE = "twice"
    """It stands in their list more than once."""


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number that differs."""

    kind: Kind
    reference: str
    service: str = ""
    """Ours, or theirs where only they have it and say so."""
    ours_at: datetime | None = None
    theirs_at: datetime | None = None
    doubt: str = ""
    """The number of an application in doubt that it may be; not known to be."""
    centre: str = ""
    """Where that is settled."""


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
    first, last = _from_to(rows)
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


def compare(conn: Connection, list_id: str) -> Compared | None:
    """Compare a list that waits, and change nothing; none where it does not wait any more."""
    row = conn.execute(select(HolderList.__table__).where(HolderList.id == list_id)).one_or_none()
    if row is None or row.state is not ListState.WAITING:
        return None
    given = msgspec.json.decode(row.given, type=_Given)
    actor = Actor(kind=ActorKind(given.actor[0]), id=given.actor[1])
    return Compared(_compared(conn, row.holder, given.rows), actor)


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


def _from_to(rows: Sequence[Row]) -> tuple[datetime, datetime]:
    return min(each.earliest for each in rows), max(each.latest for each in rows)


def _compared(conn: Connection, holder: str, rows: Sequence[Row]) -> Result:
    services, _centres = figures.choices(conn, holder, _LANGUAGE)
    beside = _Beside(rows)
    counts: Counter[Kind] = Counter()

    def counted() -> Iterator[Difference]:
        for each in beside.differences(_ours(conn, list(services), beside.first - TOLERANCE, beside.last + TOLERANCE)):
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


class _Beside:
    """A list while ours is read past it, one filing after the other."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.first, self.last = _from_to(rows)
        self.both = self.erased = 0
        self.doubts: list[Any] = []

    def covers(self, sent_at: datetime) -> bool:
        """Whether the list is about this time."""
        return self.first <= sent_at <= self.last

    def differences(self, ours: Iterable[Any]) -> Iterator[Difference]:
        """All that differs, in no order."""
        theirs: dict[str, Row] = {}
        for each in self.rows:
            if theirs.setdefault(_key(each.reference), each) is not each:
                yield Difference(Kind.TWICE, each.reference, each.service, theirs_at=each.earliest)
        met: set[str] = set()
        for mine in ours:
            if mine.state in IN_DOUBT:
                self.doubts.append(mine)
            elif not mine.reference:
                self.erased += self.covers(mine.sent_at)
            elif (key := _key(mine.reference)) not in met:
                if key in theirs:
                    met.add(key)
                yield from self._beside(theirs.get(key), mine)
        doubts = _Doubts(self.doubts)
        yield from (_only_theirs(row, doubts) for key, row in theirs.items() if key not in met)

    def _beside(self, row: Row | None, mine: Any) -> Iterator[Difference]:
        different = (
            _difference(row, mine) if row is not None else _only_ours(mine) if self.covers(mine.sent_at) else None
        )
        self.both += row is not None and different is None
        if different is not None:
            yield different


def _ours(conn: Connection, services: Sequence[str], since: datetime, until: datetime) -> Iterable[Any]:
    """What was filed or is in doubt between two instants, a thousand at a time."""
    return conn.execute(
        select(
            Filing.id, Filing.reference, Filing.service_id, Filing.sent_at, Filing.state, Centre.name.label("centre")
        )
        .join(Visit, Visit.id == Filing.visit_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .where(
            Filing.service_id.in_(services),
            Filing.state.in_((FilingState.FILED, *sorted(IN_DOUBT))),
            Filing.counted_at >= since,
            Filing.counted_at <= until,
        )
        .order_by(Filing.counted_at, Filing.id),
        execution_options={"yield_per": 1000},
    )


class _Doubts:
    """Applications in doubt by service and time, so that each line of a list finds the nearest without trying all."""

    def __init__(self, doubts: Iterable[Any]) -> None:
        self._of: dict[str, list[Any]] = {}
        for each in sorted(doubts, key=lambda each: (each.sent_at, each.id)):
            for service in ("", each.service_id):
                self._of.setdefault(service, []).append(each)

    def near(self, row: Row) -> Any | None:
        """The first that it may be: of the service, and sent at about that time."""
        every = self._of.get(row.service, [])
        place = bisect_left(every, row.earliest - TOLERANCE, key=lambda each: each.sent_at)
        found = every[place] if place < len(every) else None
        return found if found is not None and _apart(row, found.sent_at) <= TOLERANCE else None


def _only_ours(mine: Any) -> Difference:
    return Difference(Kind.ONLY_OURS, mine.reference, mine.service_id, ours_at=mine.sent_at)


def _only_theirs(row: Row, doubts: _Doubts) -> Difference:
    near = doubts.near(row)
    return Difference(
        Kind.ONLY_THEIRS,
        row.reference,
        row.service,
        theirs_at=row.earliest,
        doubt="" if near is None else near.id,
        centre="" if near is None else near.centre,
    )


def _difference(row: Row, mine: Any) -> Difference | None:
    if row.service not in ("", mine.service_id):
        kind = Kind.OTHER_SERVICE
    elif _apart(row, mine.sent_at) > TOLERANCE:
        kind = Kind.OTHER_TIME
    else:
        return None
    return Difference(kind, mine.reference, mine.service_id, ours_at=mine.sent_at, theirs_at=row.earliest)


def _apart(row: Row, sent_at: datetime) -> timedelta:
    """How far our time lies from theirs; nothing within the day that they name."""
    return max(row.earliest - sent_at, sent_at - row.latest, timedelta())


def _key(reference: str) -> str:
    return reference.strip().upper()
