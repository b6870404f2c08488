"""What those who lead wrote down in the demonstration: counts by hand, a target and an improvement."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from gateway.days import day_of
from gateway.demo.people import NORTH, SEA
from gateway.people import staff
from gateway.reports import actions, by_hand, targets
from gateway.reports.actions import NewAction
from gateway.reports.cost_tables import Way
from gateway.reports.periods import Month, Period
from gateway.reports.target_tables import Aim

_COUNTED: Final = {
    NORTH.id: ((64, 21, 38, 6), (71, 18, 41, 4), (58, 25, 35, 6)),
    SEA.id: ((102, 44, 61, 9), (95, 51, 57, 8)),
}
"""Of the last months that are over, the newest first, each way as `Way` names them; the sea's third is not counted."""
_TARGET: Final = 85_00
"""Satisfied residents, in hundredths of a percent."""
_DUE: Final = timedelta(days=45)


def write_down(conn: Connection, now: datetime) -> None:
    """Counts of three months, one target of the network's owner, and one improvement of a manager."""
    month = Month.of(now)
    manager, owner = (staff.find_by_login(conn, login) for login in ("vilnis", "valda"))
    by = Actor(kind=ActorKind.MANAGER, id=manager)
    for centre_id, months in _COUNTED.items():
        for back, counts in enumerate(months, 1):
            said = dict(zip(Way, counts, strict=True))
            by_hand.type_in(conn, centre_id, month.plus(-back), said, by=by, now=now)
    year = Period.parse(f"{month.year}")
    set_by = Actor(kind=ActorKind.MANAGER, id=owner)
    targets.set_target(conn, NORTH.id, Aim.SATISFIED, _TARGET, year, by=set_by, now=now)
    new = NewAction(
        centre_id=NORTH.id,
        aim=Aim.SATISFIED,
        text="Pie ieejas stāv saraksts ar to, kas katram pakalpojumam jāņem līdzi",
        owner_id=manager,
        due=day_of(now + _DUE),
    )
    actions.begin(conn, new, by=by, now=now)
