"""How it stands with keeping and erasing, in figures: for whoever runs the gateway, and for the doctor."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from gateway.clock import Clock
from gateway.config import Settings
from gateway.days import day_of
from gateway.keys.tables import DataKeyRow
from gateway.people.tables import Resident
from gateway.retention import due, standing
from gateway.retention.due import Due, DueKind
from gateway.retention.tables import ErasureWish, LegalHold, WishState
from gateway.visits.tables import Visit

BEHIND: Final = timedelta(days=2)
"""What is due and free for so long should have been done long ago: a worker looks several times an hour."""
_LOOKED_AT: Final = 200
"""Due things of a kind that the doctor looks at; as many that all have to wait are not a worker's fault."""
_UNDER_EPOCHS = (
    select(DataKeyRow.epoch, func.count())
    .where(DataKeyRow.epoch.is_not(None), DataKeyRow.destroyed_at.is_(None))
    .group_by(DataKeyRow.epoch)
    .order_by(DataKeyRow.epoch)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is kept, due, held and gone."""

    due: dict[DueKind, int]
    """What a run would look at now; some of it may have to wait."""
    wishes: int
    """That wait, due or not."""
    holds: int
    holds_to_review: int
    keys: dict[int, int]
    """Data keys that stand directly under each epoch of the key file; visits' keys stand under residents'."""
    erased_residents: int
    erased_visits: int


def read(conn: Connection, settings: Settings, clock: Clock) -> Status:
    """Count. Looks through whole tables, so it is for a command and not for a page."""
    now = clock.now()

    def count(query: Select[Any]) -> int:
        return int(conn.execute(query).scalar_one())

    standing_holds = select(func.count()).select_from(LegalHold).where(LegalHold.lifted_at.is_(None))
    return Status(
        due={kind: due.count(conn, settings, kind, now) for kind in DueKind},
        wishes=count(select(func.count()).select_from(ErasureWish).where(ErasureWish.state == WishState.WAITING)),
        holds=count(standing_holds),
        holds_to_review=count(standing_holds.where(LegalHold.review_on <= day_of(now))),
        keys={int(epoch or 0): number for epoch, number in conn.execute(_UNDER_EPOCHS)},
        erased_residents=count(select(func.count()).select_from(Resident).where(Resident.erased_at.is_not(None))),
        erased_visits=count(select(func.count()).select_from(Visit).where(Visit.erased_at.is_not(None))),
    )


def left_behind(conn: Connection, settings: Settings, clock: Clock) -> Due | None:
    """Something that has been due for longer than `BEHIND` and that nothing stands against."""
    now = clock.now()
    for kind in (DueKind.VISIT, DueKind.WISH):
        for each in due.find(conn, settings, kind, now - BEHIND, most=_LOOKED_AT):
            if not _obstacles(conn, settings, each, now):
                return each
    return None


def _obstacles(conn: Connection, settings: Settings, each: Due, now: datetime) -> bool:
    if each.kind is DueKind.VISIT:
        return bool(standing.of_visit(conn, each.id, now))
    person = conn.execute(select(ErasureWish.resident_id).where(ErasureWish.id == each.id)).scalar_one()
    sent = standing.last_sent(conn, person)
    is_disputable = sent is not None and now - BEHIND < sent + settings.keep_sent_days
    return is_disputable or bool(standing.of_resident(conn, person, now))
