"""The report of a quarter: figures, costs, counts by hand, targets and improvements of a place, in one.

Page, files and command are made by this one function, so that they hold the same numbers.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.days import day_of
from gateway.reports import actions, cost_sheets, places, target_sheets, targets, telling
from gateway.reports.periods import Period
from gateway.reports.places import Place, PlaceKind
from gateway.reports.sheets import Column, Kind, Report, Sheet
from ui.formats import write_months
from ui.i18n import Language, Message, message, speaking

KINDS: Final = frozenset(
    {PlaceKind.NETWORK, PlaceKind.REGION, PlaceKind.MUNICIPALITY, PlaceKind.KIND, PlaceKind.CENTRE}
)
"""Places that money and targets can be told of: a service alone has none."""
_MOST_ACTIONS: Final = 500
_TO_DO: Final = {
    "costs": (
        message("Subsidies of the whole period"),
        message("Write them down under “Costs of services”: upkeep and salaries, with their documents."),
    ),
    "targets": (
        message("A target for these months"),
        message("The network’s owner sets one under “Targets and improvements”."),
    ),
    "improvements": (
        message("An improvement"),
        message("The centre’s manager begins one under “Targets and improvements”."),
    ),
}
"""What may be missing, and what to do, by name."""


class NoReportError(ValueError):
    """There is no such report: no such place, no quarter, or one that has not begun."""


def read(
    conn: Connection, place: Place, period: Period, *, now: datetime, sees_all: bool, language: Language
) -> Report:
    """The report of a place and a stretch of months; `sees_all` says that its reader may see each centre by name.

    Raises:
        NoReportError: see there.
    """
    if place.kind not in KINDS:
        raise NoReportError("a service has no report of its own")
    centres = {each.id: each.name for each in places.centres(conn).values() if place in each.wider}
    if not centres:
        raise NoReportError("there is no such place")
    told = telling.look(conn, place, period, sees_all=sees_all, language=language)
    title = telling.name_of(told)
    name = title.text(language) if isinstance(title, Message) else title
    figures = telling.report(told, now=now)
    with speaking(language):
        when = write_months(period)
    return Report(
        message("Report of %(period)s: %(place)s", period=when, place=name),
        figures.told,
        (*figures.sheets, *_more(conn, centres, period, now)),
        figures.made_at,
        name=f"report-{period}",
    )


def _more(conn: Connection, centres: dict[str, str], period: Period, now: datetime) -> list[Sheet]:
    found = cost_sheets.read(conn, centres, period, now)
    held = targets.held(conn, centres, now, within=period)
    sheets = [cost_sheets.by_centre(found)]
    if len(found) == 1:
        sheets.append(cost_sheets.by_group(found[0]))
    sheets.append(cost_sheets.ways(conn, centres, period))
    sheets += target_sheets.targets(held)
    only = next(iter(centres)) if len(centres) == 1 else None
    begun = [row for row in actions.find(conn, only, most=_MOST_ACTIONS) if row.centre_id in centres]
    without = {
        "costs": sum(cost.total is None for cost in found),
        "targets": len(centres.keys() - {each.row.centre_id for each in held}),
        "improvements": len(centres.keys() - {row.centre_id for row in begun}),
    }
    if begun:
        sheets.append(target_sheets.improvements(begun, day_of(now)))
    return [*sheets, *_not_set(without)]


def _not_set(without: dict[str, int]) -> list[Sheet]:
    """What is not written down and how many centres lack it, with what to do; nothing where nothing is missing."""
    rows = tuple((*_TO_DO[what], n) for what, n in without.items() if n)
    if not rows:
        return []
    columns = (
        Column("what", message("What is missing")),
        Column("next", message("What to do")),
        Column("centres", message("Centres without it"), Kind.COUNT),
    )
    return [Sheet(message("What is not written down yet"), columns, rows, name="not_set")]
