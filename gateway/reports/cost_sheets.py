"""What a service costs, as sheets: by centre, and in one centre by group of services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection

from gateway.reports import by_hand, costs, given
from gateway.reports.cost_tables import SubsidyKind, Way
from gateway.reports.given import Given
from gateway.reports.kpi import FEWEST_SHOWN
from gateway.reports.periods import Period
from gateway.reports.sheets import Column, Kind, Missing, Note, NoteKind, Sheet, Value
from gateway.reports.words import GROUPS
from ui.i18n import message

_FORMULA: Final = Note(
    NoteKind.FORMULA,
    message(
        "Euros a service = subsidies for upkeep and salaries of the period / services given in it. A subsidy counts "
        "day by day, so a period takes its part of it; of a period that goes on, the months that are over count."
    ),
)
_SOURCES: Final = Note(
    NoteKind.SOURCE,
    message("Subsidies as they were written down here with their documents; services as the figures count them."),
)
_UNKNOWN: Final = Note(
    NoteKind.DEFINITION,
    message(
        "Not known: no subsidy of that kind is written down for some day of the period, or no services are counted. "
        "It is never taken as nought; what is not paid is written down as 0.00."
    ),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """One centre's money and work in a period."""

    centre_id: str
    centre: str
    upkeep: Decimal | None
    salary: Decimal | None
    given: Given | None

    @property
    def total(self) -> Decimal | None:
        """Both together; none where one is not known."""
        return costs.in_all((self.upkeep, self.salary))

    @property
    def services(self) -> int | None:
        """Services given."""
        return None if self.given is None else self.given.services

    @property
    def each(self) -> Decimal | None:
        """Euros for one service given."""
        return costs.each(self.total, self.services)


def read(conn: Connection, centres: Mapping[str, str], period: Period, now: datetime) -> list[Cost]:
    """What services cost in these centres (names by id), in their order; of a period that goes on, its whole months."""
    over = period.so_far(now)
    if over is None:
        return [Cost(centre_id, name, None, None, None) for centre_id, name in centres.items()]
    only = next(iter(centres)) if len(centres) == 1 else None
    subsidies: dict[str, list[Any]] = {}
    for row in costs.standing(conn, only):
        subsidies.setdefault(row.centre_id, []).append(row)
    done = given.of_period(conn, over, only)
    return [
        Cost(
            centre_id,
            name,
            costs.of_period(subsidies.get(centre_id, ()), SubsidyKind.UPKEEP, over),
            costs.of_period(subsidies.get(centre_id, ()), SubsidyKind.SALARY, over),
            done.get(centre_id),
        )
        for centre_id, name in centres.items()
    ]


def by_centre(found: Sequence[Cost]) -> Sheet:
    """Euros of a period and euros a service, for each centre."""
    return Sheet(
        message("What a service cost"),
        (
            Column("centre", message("Centre")),
            Column("upkeep", message("Upkeep"), Kind.MONEY),
            Column("salary", message("Salaries"), Kind.MONEY),
            Column("total", message("Together"), Kind.MONEY),
            Column("services", message("Services given"), Kind.COUNT),
            Column("each", message("Euros a service"), Kind.MONEY, bar=True),
        ),
        tuple(
            (
                cost.centre,
                _known(cost.upkeep),
                _known(cost.salary),
                _known(cost.total),
                _known(cost.services),
                _known(cost.each),
            )
            for cost in found
        ),
        (_FORMULA, _SOURCES, _UNKNOWN),
        name="cost_by_centre",
    )


def by_group(cost: Cost) -> Sheet:
    """Of one centre: its euros shared out by the minutes that each group of services took, where there are enough."""
    done = cost.given or Given(0)
    minutes, hidden = _in_hours(sum(done.minutes.values())), _of_few(done)
    rows: list[tuple[Value, ...]] = []
    for group, services in sorted(done.by_group.items()):
        if group in hidden:
            rows.append((GROUPS.get(group, group), services, *(Missing.TOO_FEW,) * 3))
            continue
        spent = _in_hours(done.minutes.get(group, 0))
        part = Decimal(spent) / minutes if minutes else None
        euros = None if part is None or cost.total is None else cost.total * part
        share: Value = Missing.UNKNOWN if part is None else part
        rows.append((GROUPS.get(group, group), services, spent, share, _known(costs.each(euros, services))))
    return Sheet(
        message("What a service cost, by group of services"),
        (
            Column("group", message("Group of services")),
            Column("services", message("Services given"), Kind.COUNT),
            Column("minutes", message("Minutes measured"), Kind.COUNT),
            Column("share", message("Share of the minutes"), Kind.SHARE, bar=True),
            Column("each", message("Euros a service"), Kind.MONEY),
        ),
        tuple(rows),
        (
            Note(
                NoteKind.FORMULA,
                message("Euros a service = the centre’s subsidies × the group’s share of all minutes / its services."),
            ),
            _SOURCES,
            Note(
                NoteKind.DEFINITION,
                message(
                    "Of a group with fewer than 5 measured visits no minutes are shown; where they could be worked out "
                    "from the rest, those of the next smallest group are not shown either. They are rounded to whole "
                    "hours."
                ),
            ),
        ),
        name="cost_by_group",
    )


def _in_hours(minutes: int) -> int:
    """Rounded to the nearest whole hour: what a quarter has more than two of its months tells of no visit."""
    return (minutes + 30) // 60 * 60


def _of_few(done: Given) -> set[str]:
    """Groups whose minutes would tell of single visits, by themselves or as what is left of the whole."""
    order = sorted(done.by_group, key=lambda group: (done.measured.get(group, 0), group))
    few = [group for group in order if done.measured.get(group, 0) < FEWEST_SHOWN]
    hidden, measured = set(few), sum(done.measured.get(group, 0) for group in few)
    for group in order[len(few) :]:
        if measured == 0 or measured >= FEWEST_SHOWN:
            break
        hidden.add(group)
        measured += done.measured[group]
    return hidden


def ways(conn: Connection, centres: Mapping[str, str], period: Period) -> Sheet:
    """What was counted by hand in a period, as context beside the services given."""
    counted = by_hand.of_period(conn, period)
    return Sheet(
        message("Help by other channels, counted by hand"),
        (
            Column("centre", message("Centre")),
            Column("calls", message("Calls"), Kind.COUNT),
            Column("emails", message("E-mails"), Kind.COUNT),
            Column("consultations", message("Consultations"), Kind.COUNT),
            Column("agency", message("Visits to agencies’ own staff in the centre"), Kind.COUNT),
        ),
        tuple(
            (name, *(_known(counted.get(centre_id, {}).get(way)) for way in Way)) for centre_id, name in centres.items()
        ),
        (
            Note(NoteKind.SOURCE, message("Typed by each centre’s manager, month by month.")),
            Note(NoteKind.DEFINITION, message("Not known: a month of the period was not counted.")),
        ),
        name="ways",
    )


def _known(figure: Decimal | int | None) -> Value:
    return Missing.UNKNOWN if figure is None else figure
