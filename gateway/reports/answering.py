"""Residents' answers in the figures: counted by month, centre and group, and shown in bundles of at least five.

Every figure about answers is a sum of whole bundles. A bundle is made once and never changes, and no answer is in two:
so whatever somebody subtracts from whatever else, by months, groups, centres or from one day to the next, what is left
is whole bundles again, and no bundle is smaller than five. Answers that wait for others are shown nowhere.

- A group of services is bundled alone as soon as five of its answers have come.
- When nothing more can come for a quarter, what is left of its groups is bundled together, where that makes five;
  else it waits for the next quarter's.

Counting reads only. What it found to differ is compared again while the cursor is locked, and of each count the
greater stays: so it does no harm that it was found a moment ago, or by two at once.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeAlias

import structlog
from sqlalchemy import Connection, bindparam, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.database.errors import DatabaseUnavailableError
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation
from gateway.parts import Store
from gateway.reports import adding, cursor, places
from gateway.reports.periods import Month
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.tables import FigureAnswers, FigureBundle, FigureCursor

FEWEST: Final = 5
"""Answers of a bundle, at least."""
MIXED: Final = "*"
"""The group of a bundle of several groups."""
EVERY_SECONDS: Final = 600.0
_OPEN_MONTHS: Final = 3
"""For so many months back answers are still counted: an invitation is good for 30 days."""
ASPECTS: Final = ("points", "done", "clear")
"""What is asked; each is bundled by itself, since not everybody answers all."""
GOOD: Final[Mapping[str, tuple[str, ...]]] = {
    "points": ("points:4", "points:5"),
    "done": ("done:yes",),
    "clear": ("clear:yes",),
}
"""Answers that count as good, of each."""
Key: TypeAlias = tuple[str, str, str]
"""Month, centre, group of services."""

_ANSWERS = (
    select(
        FeedbackAnswer.month,
        FeedbackAnswer.centre_id,
        FeedbackAnswer.service_group,
        FeedbackAnswer.satisfaction,
        FeedbackAnswer.done,
        FeedbackAnswer.clear,
        func.count().label("n"),
    )
    .where(FeedbackAnswer.month >= bindparam("since"))
    .group_by(
        FeedbackAnswer.month,
        FeedbackAnswer.centre_id,
        FeedbackAnswer.service_group,
        FeedbackAnswer.satisfaction,
        FeedbackAnswer.done,
        FeedbackAnswer.clear,
    )
)
_INVITED = (
    select(
        FeedbackInvitation.month,
        FeedbackInvitation.centre_id,
        FeedbackInvitation.service_group,
        func.count().label("n"),
    )
    .where(FeedbackInvitation.month >= bindparam("since"))
    .group_by(FeedbackInvitation.month, FeedbackInvitation.centre_id, FeedbackInvitation.service_group)
)
_KEY = tuple_(FigureAnswers.month, FigureAnswers.centre_id, FigureAnswers.service_group)
_GATHERED = select(
    FigureAnswers.month,
    FigureAnswers.centre_id,
    FigureAnswers.service_group,
    FigureAnswers.invited,
    FigureAnswers.counts,
)
_KNOWN = _GATHERED.where(FigureAnswers.month >= bindparam("since"))
_KNOWN_OF = _GATHERED.where(_KEY.in_(bindparam("keys", expanding=True)))
_TELL = (
    update(FigureAnswers)
    .where(
        FigureAnswers.month == bindparam("of_month"),
        FigureAnswers.centre_id == bindparam("of_centre"),
        FigureAnswers.service_group == bindparam("of_group"),
    )
    .values(told=bindparam("all_told"), waits=bindparam("still_waits"))
)
_WAITING = (
    select(FigureAnswers)
    .where(FigureAnswers.waits)
    .order_by(FigureAnswers.centre_id, FigureAnswers.month, FigureAnswers.service_group)
)

_log = structlog.get_logger("gateway.reports")


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of one month, centre and group."""

    invited: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    """By what was answered, as `FigureAnswers.counts`."""

    def joined(self, other: "Counted") -> "Counted":
        """Of each count the greater: answers that were deleted stay counted."""
        return Counted(max(self.invited, other.invited), dict(Counter(self.counts) | Counter(other.counts)))


_NOTHING: Final = Counted()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Answers of one month, centre and group that no bundle tells of."""

    month: Month
    centre_id: str
    group: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Answers that are to be shown together."""

    centre_id: str
    group: str
    aspect: str
    cells: tuple[_Waiting, ...]

    @property
    def counts(self) -> Counter[str]:
        """All of them, by what was answered."""
        return sum((Counter(each.counts) for each in self.cells), Counter())

    @property
    def n(self) -> int:
        """How many answers."""
        return self.counts.total()


def bundle(conn: Connection, now: datetime) -> int:
    """Count the answers that came, and bundle those that are enough; return how many bundles were made."""
    return settle(conn, count(conn, now), now)


def count(conn: Connection, now: datetime) -> dict[Key, Counted]:
    """What came in the last months and is not gathered yet; nothing is written."""
    since = {"since": str(Month.of(now).plus(-_OPEN_MONTHS))}
    invited = {(row.month, row.centre_id, row.service_group): int(row.n) for row in conn.execute(_INVITED, since)}
    counts: dict[Key, Counter[str]] = {key: Counter() for key in invited}
    for row in conn.execute(_ANSWERS, since):
        counter = counts.setdefault((row.month, row.centre_id, row.service_group), Counter())
        for name, value in (("points", row.satisfaction), ("done", row.done), ("clear", row.clear)):
            if value is not None:
                counter[f"{name}:{value}"] += row.n
    known = _by_key(conn.execute(_KNOWN, since).all())
    found = {key: Counted(invited.get(key, 0), dict(counter)) for key, counter in counts.items()}
    return {key: each for key, each in found.items() if _is_new(each, known.get(key))}


def settle(conn: Connection, found: Mapping[Key, Counted], now: datetime) -> int:
    """Gather what `count` found, and bundle what is enough; return how many bundles were made.

    Run twice, or by two at once, it makes the same: the cursor's row is locked while it works.
    """
    cursor.locked(conn)
    _gather(conn, found)
    rows = conn.execute(_WAITING).all()
    month = Month.of(now)
    made = [each for aspect in ASPECTS for each in _ready(_waiting(rows, aspect), aspect, month)]
    _make(conn, made)
    _tell(conn, rows, made)
    conn.execute(update(FigureCursor).where(FigureCursor.id == 1).values(answers_at=now))
    return len(made)


async def bundle_all(store: Store) -> int:
    """Count beside all other work, then write what differs; return how many bundles were made."""
    found, now = await store.database.read(partial(_count_now, store=store))
    return await store.database.write(partial(settle, found=found, now=now))


async def keep_bundling(store: Store, *, every: float = EVERY_SECONDS) -> None:
    """Bundle each `every` seconds, until cancelled."""
    while True:
        try:
            await bundle_all(store)
        except DatabaseUnavailableError:
            _log.warning("answers wait for the database", exc_info=True)
        await asyncio.sleep(every)


def _count_now(conn: Connection, *, store: Store) -> tuple[dict[Key, Counted], datetime]:
    now = store.clock.database_now(conn)
    return count(conn, now), now


def _by_key(rows: Sequence[Any]) -> dict[Key, Counted]:
    return {(row.month, row.centre_id, row.service_group): Counted(row.invited, row.counts) for row in rows}


def _is_new(found: Counted, known: Counted | None) -> bool:
    return known is None or known.joined(found) != known


def _gather(conn: Connection, found: Mapping[Key, Counted]) -> None:
    """Keep what differs still, now that nobody else gathers, and count who was asked since."""
    asked: list[tuple[str, str, str, int]] = []
    for part in adding.in_parts(found):
        known = _by_key(conn.execute(_KNOWN_OF, {"keys": part}).all())
        new = {key: found[key] for key in part if _is_new(found[key], known.get(key))}
        kept = {key: known.get(key, _NOTHING).joined(each) for key, each in new.items()}
        if kept:
            _keep(conn, kept)
        asked += [(*key, each.invited - known.get(key, _NOTHING).invited) for key, each in kept.items()]
    if asked:
        adding.add_invited(conn, places.centres(conn), asked)


def _keep(conn: Connection, kept: Mapping[Key, Counted]) -> None:
    names = ("month", "centre_id", "service_group")
    rows = [
        dict(zip(names, key, strict=True))
        | {"invited": each.invited, "counts": each.counts, "told": {}, "waits": bool(each.counts)}
        for key, each in kept.items()
    ]
    given = _inserting(conn)(FigureAnswers).values(rows)
    grown = {name: given.excluded[name] for name in ("invited", "counts", "waits")}
    conn.execute(given.on_conflict_do_update(index_elements=list(names), set_=grown))


def _inserting(conn: Connection) -> Any:
    return sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert


def _waiting(rows: Sequence[Any], aspect: str) -> list[_Waiting]:
    found = []
    for row in rows:
        told = row.told
        left = {name: n - told.get(name, 0) for name, n in row.counts.items() if name.startswith(f"{aspect}:")}
        if any(n > 0 for n in left.values()):
            month = Month.parse(row.month)
            found.append(_Waiting(month, row.centre_id, row.service_group, {name: n for name, n in left.items() if n}))
    return found


def _ready(waiting: Sequence[_Waiting], aspect: str, now: Month) -> Iterator[_Bundle]:
    """The bundles that can be made: of each group's quarter first, then of what is left of quarters that are over."""
    left: dict[str, list[_Waiting]] = {}
    for (centre_id, group, _quarter), cells in _together(waiting).items():
        bundle_ = _Bundle(centre_id, group, aspect, tuple(cells))
        if bundle_.n >= FEWEST:
            yield bundle_
        else:
            left.setdefault(centre_id, []).extend(cell for cell in cells if _is_settled(cell.month, now))
    for centre_id, cells in left.items():
        bundle_ = _Bundle(centre_id, MIXED, aspect, tuple(cells))
        if bundle_.n >= FEWEST:
            yield bundle_


def _together(waiting: Sequence[_Waiting]) -> dict[tuple[str, str, str], list[_Waiting]]:
    found: dict[tuple[str, str, str], list[_Waiting]] = {}
    for each in waiting:
        found.setdefault((each.centre_id, each.group, each.month.quarter), []).append(each)
    return found


def _is_settled(month: Month, now: Month) -> bool:
    """Whether no answer of the quarter can come any more: its last invitations are over."""
    ends = month.plus(2 - (month.month - 1) % 3)
    return ends.plus(1) < now


def _make(conn: Connection, made: Sequence[_Bundle]) -> None:
    """Count bundles at their centres, and in the network under their groups."""
    key = [column.name for column in FigureBundle.__table__.primary_key]
    sums: dict[tuple[str, ...], Counter[str]] = {}
    for each in made:
        months = [str(cell.month) for cell in each.cells]
        counts = each.counts
        good = sum(counts[name] for name in GOOD[each.aspect])
        for place, group in ((Place(PlaceKind.CENTRE, each.centre_id), ""), (NETWORK, each.group)):
            which = (str(place), each.aspect, group, min(months), max(months))
            sums.setdefault(which, Counter()).update(n=each.n, good=good)
    for part in adding.in_parts(sums.items()):
        rows = [dict(zip(key, which, strict=True)) | {"n": n["n"], "good": n["good"]} for which, n in part]
        given = _inserting(conn)(FigureBundle).values(rows)
        grown = {"n": FigureBundle.n + given.excluded.n, "good": FigureBundle.good + given.excluded.good}
        conn.execute(given.on_conflict_do_update(index_elements=key, set_=grown))


def _tell(conn: Connection, rows: Sequence[Any], made: Sequence[_Bundle]) -> None:
    """Note what bundles tell of, so that no answer is in two, and of which rows nothing waits any more."""
    told: dict[Key, Counter[str]] = {}
    for cell in (cell for each in made for cell in each.cells):
        told.setdefault((str(cell.month), cell.centre_id, cell.group), Counter()).update(cell.counts)
    changed = []
    for row in rows:
        new = told.get((row.month, row.centre_id, row.service_group), Counter())
        now = new + Counter(row.told)
        waits = bool(Counter(row.counts) - now)
        if new or not waits:
            which = {"of_month": row.month, "of_centre": row.centre_id, "of_group": row.service_group}
            changed.append(which | {"all_told": dict(now), "still_waits": waits})
    if changed:
        conn.execute(_TELL, changed)
