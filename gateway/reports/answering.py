"""Residents' answers in the figures: counted by month, centre and group, and shown in bundles of at least five.

Every figure about answers is a sum of whole bundles. A bundle is made once and never changes, and no answer is in two:
so whatever somebody subtracts from whatever else, by months, groups, centres or from one day to the next, what is left
is whole bundles again, and no bundle is smaller than five. Answers that wait for others are shown nowhere.

- A group of services is bundled alone as soon as five of its answers have come.
- When nothing more can come for a quarter, what is left of its groups is bundled together, where that makes five;
  else it waits for the next quarter's.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.database.errors import DatabaseUnavailableError
from gateway.database.together import insert_once
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation
from gateway.parts import Store
from gateway.reports import adding, places
from gateway.reports.gathering import locked_cursor
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
_OF: Final = ("of_month", "of_centre", "of_group")

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
_KEY = (
    FigureAnswers.month == bindparam("of_month"),
    FigureAnswers.centre_id == bindparam("of_centre"),
    FigureAnswers.service_group == bindparam("of_group"),
)
_SET = update(FigureAnswers).where(*_KEY)
_WAITING = select(FigureAnswers).order_by(FigureAnswers.centre_id, FigureAnswers.month, FigureAnswers.service_group)

_log = structlog.get_logger("gateway.reports")


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
    """Count the answers that came, and bundle those that are enough; return how many bundles were made.

    Run twice, or by two at once, it makes the same: the cursor's row is locked while it works.
    """
    locked_cursor(conn)
    month = Month.of(now)
    _count(conn, month.plus(-_OPEN_MONTHS))
    rows = conn.execute(_WAITING).all()
    made = [each for aspect in ASPECTS for each in _ready(_waiting(rows, aspect), aspect, month)]
    for each in made:
        _make(conn, each)
    _tell(conn, rows, made)
    conn.execute(update(FigureCursor).where(FigureCursor.id == 1).values(answers_at=now))
    return len(made)


async def keep_bundling(store: Store, *, every: float = EVERY_SECONDS) -> None:
    """Bundle each `every` seconds, until cancelled."""
    while True:
        try:
            await store.database.write(partial(_bundle_now, store=store))
        except DatabaseUnavailableError:
            _log.warning("answers wait for the database", exc_info=True)
        await asyncio.sleep(every)


def _bundle_now(conn: Connection, *, store: Store) -> int:
    return bundle(conn, store.clock.database_now(conn))


def _count(conn: Connection, since: Month) -> None:
    """Bring what was gathered of the months since then up to date; answers that were deleted stay counted."""
    asked = {"since": str(since)}
    invited = {(row.month, row.centre_id, row.service_group): int(row.n) for row in conn.execute(_INVITED, asked)}
    counts: dict[tuple[str, str, str], Counter[str]] = {key: Counter() for key in invited}
    for row in conn.execute(_ANSWERS, asked):
        counter = counts.setdefault((row.month, row.centre_id, row.service_group), Counter())
        for name, value in (("points", row.satisfaction), ("done", row.done), ("clear", row.clear)):
            if value is not None:
                counter[f"{name}:{value}"] += row.n
    new = [(*key, _store(conn, key, invited.get(key, 0), found)) for key, found in counts.items()]
    adding.add_invited(conn, places.centres(conn), new)


def _store(conn: Connection, key: tuple[str, str, str], invited: int, found: Counter[str]) -> int:
    """Keep what was found, and return how many more were asked than was known before."""
    which = dict(zip(("month", "centre_id", "service_group"), key, strict=True))
    insert_once(conn, FigureAnswers, which | {"invited": 0, "counts": {}, "told": {}})
    of = dict(zip(_OF, key, strict=True))
    before = conn.execute(select(FigureAnswers.invited, FigureAnswers.counts).where(*_KEY), of).one()
    counts = dict(Counter(before.counts) | found)  # of each the greater
    if (counts, invited) != (before.counts, before.invited):
        conn.execute(_SET.values(invited=max(invited, before.invited), counts=counts), of)
    return max(invited - int(before.invited), 0)


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


def _make(conn: Connection, made: _Bundle) -> None:
    """Count a bundle at its centre, and in the network under its group."""
    months = [each.month for each in made.cells]
    counts = made.counts
    own: dict[str, Any] = {"aspect": made.aspect, "first_month": str(min(months)), "last_month": str(max(months))}
    own |= {"n": made.n, "good": sum(counts[name] for name in GOOD[made.aspect])}
    where = ((Place(PlaceKind.CENTRE, made.centre_id), ""), (NETWORK, made.group))
    insert_ = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    given = insert_(FigureBundle).values(
        [own | {"place": str(place), "service_group": group} for place, group in where]
    )
    grown = {"n": FigureBundle.n + given.excluded.n, "good": FigureBundle.good + given.excluded.good}
    key = [column.name for column in FigureBundle.__table__.primary_key]
    conn.execute(given.on_conflict_do_update(index_elements=key, set_=grown))


def _tell(conn: Connection, rows: Sequence[Any], made: Sequence[_Bundle]) -> None:
    """Note what bundles tell of, so that no answer is in two."""
    told: dict[tuple[str, str, str], Counter[str]] = {}
    for cell in (cell for each in made for cell in each.cells):
        told.setdefault((str(cell.month), cell.centre_id, cell.group), Counter()).update(cell.counts)
    for row in rows:
        key = (row.month, row.centre_id, row.service_group)
        if key in told:
            of = dict(zip(_OF, key, strict=True))
            conn.execute(_SET.values(told=dict(told[key] + Counter(row.told))), of)
