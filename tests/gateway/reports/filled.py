"""A network with a quarter behind it: many centres, groups of services, subsidies, counts and targets."""

from datetime import date, datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, insert

from gateway.database.engine import Database
from gateway.ids import new_id
from gateway.people.staff import add_centre
from gateway.reports.cost_tables import Subsidy, SubsidyKind, Way, WayCount
from gateway.reports.periods import Period
from gateway.reports.tables import FigureBundle, FigureSum
from gateway.reports.target_tables import Aim, Target
from gateway.reports.words import GROUPS

QUARTER: Final = Period.parse("2026-Q3")


def fill(database: Database, centres: int, now: datetime) -> None:
    """So many centres of ten regions, each with everything that a report of the quarter tells."""
    database.write_now(partial(_fill, centres=centres, now=now))


def _fill(conn: Connection, centres: int, now: datetime) -> None:
    ids = [
        add_centre(conn, name=f"Centrs {number:03}", kind="vpvkac", municipality=f"Novads {number % 10}", now=now)
        for number in range(centres)
    ]
    groups = list(GROUPS)[:8]
    sums: list[dict[str, Any]] = []
    for period in (str(QUARTER), str(QUARTER.before)):
        for group in groups:
            sums += [_sum(period, f"centre:{centre}", group, 10 + number % 7) for number, centre in enumerate(ids)]
            sums.append(_sum(period, "network", group, sum(10 + number % 7 for number in range(centres))))
    conn.execute(insert(FigureSum), sums)
    shared = {"set_at": now, "set_by": "command line"}
    conn.execute(insert(FigureBundle), [_bundle(f"centre:{centre}") for centre in ids])
    conn.execute(insert(Subsidy), [_subsidy(centre, kind) | shared for centre in ids for kind in SubsidyKind])
    counts = [
        {"centre_id": centre, "month": str(month), "way": way}
        for centre in ids
        for month in QUARTER.each()
        for way in Way
    ]
    conn.execute(insert(WayCount), [each | shared | {"id": new_id(), "n": 12} for each in counts])
    conn.execute(insert(Target), [_target(centre, aim) | shared for centre in ids for aim in Aim])


def _sum(period: str, place: str, group: str, n: int) -> dict[str, Any]:
    counts = {"given": n, "known": n, "final": n - 1, "channel:counter": n, "outcome:filed": n - 1}
    counts |= {"outcome:failed": 1, "route:phone": n, "helped:12": n, "waited:3": n}
    return {
        "period": period, "place": place, "service_group": group, "given": n, "known": n, "final": n - 1,
        "counts": counts,
    }  # fmt: skip


def _bundle(place: str) -> dict[str, Any]:
    months = {"first_month": str(QUARTER.first), "last_month": str(QUARTER.last)}
    return months | {"place": place, "aspect": "points", "service_group": "", "n": 40, "good": 36}


def _subsidy(centre_id: str, kind: SubsidyKind) -> dict[str, Any]:
    days = {"from_day": date(2026, 1, 1), "until_day": date(2026, 12, 31)}
    return days | {"id": new_id(), "centre_id": centre_id, "kind": kind, "cents": 3_650_000, "source": "Līgums"}


def _target(centre_id: str, aim: Aim) -> dict[str, Any]:
    months = {"first_month": "2026-01", "last_month": "2026-12"}
    return months | {"id": new_id(), "centre_id": centre_id, "aim": aim, "value": 12_00}
