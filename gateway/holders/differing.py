"""How an institution's list and ours differ: both held against each other, one of ours after the other."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from delegation.filing import IN_DOUBT
from gateway.holders.lists import Row

TOLERANCE: Final = timedelta(hours=24)
"""By how much our time of sending and theirs of receiving may differ."""


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


def from_to(rows: Sequence[Row]) -> tuple[datetime, datetime]:
    """When the first line of a list may have been received, and when the last."""
    return min(each.earliest for each in rows), max(each.latest for each in rows)


class Beside:
    """A list while ours is read past it, one filing after the other."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.first, self.last = from_to(rows)
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
