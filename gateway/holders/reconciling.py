"""A holder's own list held against what we say was filed: in both, only with us, only with them, different.

What only the holder has was sent from elsewhere, or by a program that records nothing: so the holder finds out. An
application of which nobody knew whether it arrived may be among them: that is hinted at, and nothing more; a person at
its centre settles it, who looks in the portal. Numbers are kept for `KEPT`, counts stand in the log.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, insert, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.filing import IN_DOUBT, FilingState
from gateway.database.base import lock
from gateway.holders import figures
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
"""Compares a long list; its payload names it."""
KEPT: Final = schedule.HOLDERS_LISTS
"""For how long a comparison can be looked at."""
TOLERANCE: Final = timedelta(hours=24)
"""By how much our time of sending and theirs of receiving may differ."""
_AT_ONCE: Final = 2_000
"""Rows that are compared while somebody waits."""
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


def hand_in(conn: Connection, holder: str, rows: Sequence[Row], *, made_by: str, actor: Actor, now: datetime) -> str:
    """Take a list in and compare it: at once, or by a worker where it is long. Returns its id."""
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
    if len(rows) <= _AT_ONCE:
        compare(conn, list_id, now)
    else:
        enqueue(conn, JOB, {"list": list_id}, key=f"{JOB}:{list_id}", now=now)
    return list_id


def compare(conn: Connection, list_id: str, now: datetime) -> None:
    """Compare a list that waits; one that is compared already stays as it is."""
    row = conn.execute(lock(conn, select(HolderList.__table__).where(HolderList.id == list_id))).one_or_none()
    if row is None or row.state is not ListState.WAITING:
        return
    given = msgspec.json.decode(row.given, type=_Given)
    result = _compared(conn, row.holder, given.rows)
    values = {"state": ListState.COMPARED, "given": None, "result": msgspec.json.encode(result), "compared_at": now}
    conn.execute(update(HolderList).where(HolderList.id == list_id).values(**values))
    counts = {each.value: count for each, count in result.counts.items()}
    data = {"list": list_id, "holder": row.holder, "rows": row.rows, "both": result.both} | counts
    actor = Actor(kind=ActorKind(given.actor[0]), id=given.actor[1])
    outbox.record(conn, chain="system", type=EventName.HOLDER_LIST_COMPARED, actor=actor, data=data, at=now)


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


def _compared(conn: Connection, holder: str, rows: Sequence[Row]) -> Result:
    services, _centres = figures.choices(conn, holder, _LANGUAGE)
    first, last = min(each.earliest for each in rows), max(each.latest for each in rows)
    theirs: dict[str, Row] = {}
    found = [
        Difference(Kind.TWICE, each.reference, each.service, theirs_at=each.earliest)
        for each in rows
        if theirs.setdefault(_key(each.reference), each) is not each
    ]
    ours, doubts, erased = _ours(conn, list(services), first - TOLERANCE, last + TOLERANCE)
    both = 0
    for key, row in theirs.items():
        mine = ours.get(key)
        if mine is None:
            found.append(_only_theirs(row, doubts))
            continue
        different = _difference(row, mine)
        both += different is None
        found += [] if different is None else [different]
    for key, mine in ours.items():
        if key not in theirs and first <= mine.sent_at <= last:
            found.append(Difference(Kind.ONLY_OURS, mine.reference, mine.service_id, ours_at=mine.sent_at))
    counts = Counter(each.kind for each in found)
    found.sort(key=lambda each: (each.kind, each.theirs_at or each.ours_at or first, each.reference))
    return Result(
        first=first,
        last=last,
        both=both,
        counts={each: counts[each] for each in Kind},
        in_doubt=sum(first <= each.sent_at <= last for each in doubts),
        erased=sum(first <= sent_at <= last for sent_at in erased),
        differences=found[:_MOST_SHOWN],
    )


def _ours(
    conn: Connection, services: Sequence[str], since: datetime, until: datetime
) -> tuple[Mapping[str, Any], Sequence[Any], Sequence[datetime]]:
    """What was filed between two instants by its number, what is in doubt, and when what has no number any more was."""
    rows = conn.execute(
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
        .order_by(Filing.counted_at, Filing.id)
    ).all()
    filed = [row for row in rows if row.state is FilingState.FILED]
    named = {_key(row.reference): row for row in filed if row.reference}
    return named, [row for row in rows if row.state in IN_DOUBT], [row.sent_at for row in filed if not row.reference]


def _only_theirs(row: Row, doubts: Sequence[Any]) -> Difference:
    near = next(_near(row, doubts), None)
    return Difference(
        Kind.ONLY_THEIRS,
        row.reference,
        row.service,
        theirs_at=row.earliest,
        doubt="" if near is None else near.id,
        centre="" if near is None else near.centre,
    )


def _near(row: Row, doubts: Sequence[Any]) -> Iterator[Any]:
    """Doubts that it may be: of the service, and sent at about that time."""
    for each in doubts:
        if row.service in ("", each.service_id) and _apart(row, each.sent_at) <= TOLERANCE:
            yield each


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
