"""Who could act for which holder: noted as it changes, so that it can be told of any day since the record began.

What it follows from (account and role, the centre's basket, the agreement, the training) is kept as it is now. So what
it comes to is compared with what was noted last, after each change of a setting and every ten minutes: whoever can act
and is not noted begins a period, whoever is noted and cannot any more ends one. Nothing of it decides anything, so no
change waits for it or is undone by it: it is a transaction of its own, and only where something differs.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy import Connection, bindparam, exists, func, or_, select, update

from gateway.clock import Clock
from gateway.database.base import lock
from gateway.database.engine import Database
from gateway.database.errors import DatabaseUnavailableError
from gateway.database.together import insert_once
from gateway.days import beginning_of, end_of
from gateway.ids import new_id
from gateway.people.roles import Role
from gateway.people.tables import Centre, Staff, StaffRole, StaffState
from gateway.services import agreements, catalogue
from gateway.services.tables import (
    AbleCursor,
    AblePeriod,
    Agreement,
    AgreementSuspension,
    Basket,
    Service,
    StaffTraining,
)

EVERY_SECONDS: Final = 600.0
_IN_FORCE = (
    Agreement.begins_at <= bindparam("at"),
    or_(Agreement.ends_at.is_(None), Agreement.ends_at > bindparam("at")),
    ~agreements.SUSPENDED,
)
_TRAINED = exists().where(
    StaffTraining.training_id == Service.training_id,
    StaffTraining.staff_id == Staff.id,
    StaffTraining.valid_until > bindparam("at"),
)
_ABLE = (
    select(
        Staff.id.label("staff_id"),
        Service.id.label("service_id"),
        Agreement.id.label("agreement_id"),
        Staff.centre_id,
        Service.holder,
    )
    .join(StaffRole, (StaffRole.staff_id == Staff.id) & (StaffRole.role == Role.ASSISTANT))
    .join(Centre, Centre.id == Staff.centre_id)
    .join(Basket, Basket.kind == Centre.kind)
    .join(Service, Service.id == Basket.service_id)
    .join(Agreement, Agreement.holder == Service.holder)
    .where(
        Staff.state == StaffState.ACTIVE,
        Service.portal_id.is_not(None),
        or_(Agreement.service_id.is_(None), Agreement.service_id == Service.id),
        or_(Agreement.centre_id.is_(None), Agreement.centre_id == Centre.id),
        or_(Service.training_id.is_(None), _TRAINED),
        *_IN_FORCE,
    )
)
_NOTED = select(
    AblePeriod.id, AblePeriod.staff_id, AblePeriod.service_id, AblePeriod.agreement_id, AblePeriod.centre_id
).where(AblePeriod.ends_at.is_(None))
_ENDS = select(Agreement.id, Agreement.ends_at).where(Agreement.ends_at <= bindparam("at"))
_STOPS = select(AgreementSuspension.agreement_id, AgreementSuspension.begins_at).where(
    AgreementSuspension.begins_at <= bindparam("at"), AgreementSuspension.ends_at.is_(None)
)
_PAUSED = (
    select(
        AblePeriod.__table__,
        AgreementSuspension.begins_at.label("stopped_at"),
        AgreementSuspension.ends_at.label("lifted_at"),
    )
    .join(AgreementSuspension, AgreementSuspension.agreement_id == AblePeriod.agreement_id)
    .where(
        AblePeriod.ends_at.is_(None),
        AgreementSuspension.ends_at.is_not(None),
        AgreementSuspension.begins_at >= AblePeriod.begins_at,
    )
    .order_by(AgreementSuspension.begins_at)
)
"""Periods that go on although their agreement was suspended meanwhile, and lifted before anything was noted."""
_CURSOR = select(AbleCursor.id).where(AbleCursor.id == 1)
_log = structlog.get_logger("gateway.able")


class _Key(NamedTuple):
    staff_id: str
    service_id: str
    agreement_id: str
    centre_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    """Somebody who could act on a day."""

    holder: str
    service_id: str
    service: str
    centre: str
    person: str
    staff_id: str
    agreement_id: str
    agreed_from: datetime
    agreed_until: datetime | None
    since: datetime
    until: datetime | None
    """None: until now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """An agreement in force on a day, of which it is not known who could act by it."""

    holder: str
    service: str | None
    centre: str | None
    agreed_from: datetime
    agreed_until: datetime | None


def settle(conn: Connection, now: datetime) -> int:
    """Note what has changed since it was noted last; return how many periods began or ended. One at a time notes."""
    _lock_cursor(conn)
    paused = _split(conn)
    able, noted = _able(conn, now), _noted(conn)
    gone = [(key, noted[key]) for key in noted.keys() - able.keys()]
    _end(conn, gone, now)
    begun = [
        {"id": new_id(), "holder": able[key], "begins_at": now, "ends_at": None, **key._asdict()}
        for key in able.keys() - noted.keys()
    ]
    return paused + len(gone) + sum(insert_once(conn, AblePeriod, each) for each in begun)


async def note(database: Database, clock: Clock) -> int:
    """Look without holding anybody up, and settle where something differs; return what `settle` does."""

    def look(conn: Connection) -> bool:
        is_paused = conn.execute(_PAUSED.limit(1)).first() is not None
        return is_paused or _able(conn, clock.database_now(conn)).keys() != _noted(conn).keys()

    if not await database.read(look):
        return 0
    return await database.write(lambda conn: settle(conn, clock.database_now(conn)))


def begins(conn: Connection) -> datetime | None:
    """Since when there is a record; none before the first."""
    return conn.execute(select(func.min(AblePeriod.begins_at))).scalar_one()


def on(
    conn: Connection, day: date, language: str, *, holder: str | None = None, most: int, after: int = 0
) -> list[Able]:
    """Who could act at some time of a day, by holder, service, centre and name."""
    wanted = (
        select(
            AblePeriod.__table__,
            Service.cards,
            Centre.name.label("centre"),
            Staff.display_name,
            Agreement.begins_at.label("agreed_from"),
            Agreement.ends_at.label("agreed_until"),
        )
        .join(Service, Service.id == AblePeriod.service_id)
        .join(Centre, Centre.id == AblePeriod.centre_id)
        .join(Staff, Staff.id == AblePeriod.staff_id)
        .join(Agreement, Agreement.id == AblePeriod.agreement_id)
        .where(
            AblePeriod.begins_at < end_of(day),
            or_(AblePeriod.ends_at.is_(None), AblePeriod.ends_at > beginning_of(day)),
        )
        .order_by(AblePeriod.holder, AblePeriod.service_id, Centre.name, Staff.display_name, AblePeriod.begins_at)
        .limit(most)
        .offset(after)
    )
    if holder is not None:
        wanted = wanted.where(AblePeriod.holder == holder)
    return [
        Able(
            holder=row.holder,
            service_id=row.service_id,
            service=catalogue.title_of(row.cards, language),
            centre=row.centre,
            person=row.display_name,
            staff_id=row.staff_id,
            agreement_id=row.agreement_id,
            agreed_from=row.agreed_from,
            agreed_until=row.agreed_until,
            since=row.begins_at,
            until=row.ends_at,
        )
        for row in conn.execute(wanted)
    ]


def agreed_on(conn: Connection, day: date, language: str, *, most: int) -> list[Agreed]:
    """The agreements in force at some time of a day; whether one was suspended then is not asked."""
    rows = conn.execute(
        select(Agreement.__table__, Service.cards, Centre.name.label("centre"))
        .outerjoin(Service, Service.id == Agreement.service_id)
        .outerjoin(Centre, Centre.id == Agreement.centre_id)
        .where(
            Agreement.begins_at < end_of(day),
            or_(Agreement.ends_at.is_(None), Agreement.ends_at > beginning_of(day)),
        )
        .order_by(Agreement.holder, Agreement.begins_at, Agreement.id)
        .limit(most)
    )
    return [
        Agreed(
            holder=row.holder,
            service=None if row.cards is None else catalogue.title_of(row.cards, language),
            centre=row.centre,
            agreed_from=row.begins_at,
            agreed_until=row.ends_at,
        )
        for row in rows
    ]


def _able(conn: Connection, now: datetime) -> dict[_Key, str]:
    """Who can act now, with the holder that it is for."""
    return {_key(row): row.holder for row in conn.execute(_ABLE, {"at": now})}


def _noted(conn: Connection) -> dict[_Key, str]:
    """Who is noted as able until now, with the id of the period."""
    return {_key(row): row.id for row in conn.execute(_NOTED)}


def _key(row: Any) -> _Key:
    return _Key(row.staff_id, row.service_id, row.agreement_id, row.centre_id)


def _lock_cursor(conn: Connection) -> None:
    """Lock the row that lets one at a time note; it is made at first."""
    if conn.execute(lock(conn, _CURSOR)).one_or_none() is None:
        insert_once(conn, AbleCursor, {"id": 1})
        conn.execute(lock(conn, _CURSOR)).one()


def _end(conn: Connection, gone: Iterable[tuple[_Key, str]], now: datetime) -> None:
    """End what is noted no more: when its agreement ended or was suspended, where it was that, else now."""
    ends: dict[str, datetime] = {row.id: row.ends_at for row in conn.execute(_ENDS, {"at": now})}
    ends |= {row.agreement_id: row.begins_at for row in conn.execute(_STOPS, {"at": now})}
    for key, period_id in gone:
        at = min(ends.get(key.agreement_id, now), now)
        conn.execute(update(AblePeriod).where(AblePeriod.id == period_id).values(ends_at=at))


def _split(conn: Connection) -> int:
    """Take out of periods that go on the whiles in which their agreement was suspended; return how many those were.

    Mostly each suspension was noted when it began, and there are none.
    """
    count = 0
    while rows := {row.id: row for row in reversed(conn.execute(_PAUSED).all())}:  # the first while of each
        for row in rows.values():
            key = _key(row)._asdict()
            conn.execute(update(AblePeriod).where(AblePeriod.id == row.id).values(ends_at=row.stopped_at))
            again = {"id": new_id(), "holder": row.holder, "begins_at": row.lifted_at, "ends_at": None, **key}
            insert_once(conn, AblePeriod, again)
        count += len(rows)
    return count


async def keep_noted(database: Database, clock: Clock, *, every: float = EVERY_SECONDS) -> None:
    """Note what has changed, now and each `every` seconds, until cancelled."""
    while True:
        try:
            await note(database, clock)
        except DatabaseUnavailableError:
            _log.warning("who could act waits for the database", exc_info=True)
        await asyncio.sleep(every)
