"""Trainings that services ask of whoever files them, and who has them until when."""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from gateway.days import day_of, end_of, last_day
from gateway.services.catalogue import FALLBACK_LANGUAGE
from gateway.services.tables import Service, StaffTraining, Training

SOON = timedelta(days=30)
"""How long before a training runs out it is said."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A training that somebody has or had."""

    training_id: str
    name: str
    valid_until: datetime

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return last_day(self.valid_until)


def define(conn: Connection, training_id: str, names: Mapping[str, str], *, valid_months: int | None = None) -> None:
    """Add a training, or change its names by language and how long it holds; a closed one is in use again."""
    values = {"names": dict(names), "valid_months": valid_months, "closed_at": None}
    if conn.execute(update(Training).where(Training.id == training_id).values(values)).rowcount == 0:
        conn.execute(insert(Training).values(id=training_id, **values))


def close(conn: Connection, training_id: str, now: datetime) -> None:
    """Give a training to nobody any more; whoever has it keeps it until its day."""
    conn.execute(update(Training).where(Training.id == training_id).values(closed_at=now))


def is_open(conn: Connection, training_id: str) -> bool:
    """Whether there is such a training, and it is not closed."""
    found = select(Training.id).where(Training.id == training_id, Training.closed_at.is_(None))
    return conn.execute(found).first() is not None


def longest(conn: Connection, training_id: str, now: datetime) -> datetime | None:
    """The instant until which a training that is noted now may hold, the end of a day; none: no bound."""
    months = conn.execute(select(Training.valid_months).where(Training.id == training_id)).scalar_one()
    if months is None:
        return None
    today = day_of(now)
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return end_of(date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])))


def require(conn: Connection, service_id: str, training_id: str | None) -> None:
    """Say which training a service asks for; `None` for none."""
    conn.execute(update(Service).where(Service.id == service_id).values(training_id=training_id))


def give(conn: Connection, staff_id: str, training_id: str, valid_until: datetime) -> None:
    """Note that somebody has a training, or has renewed it, until an instant."""
    which = (StaffTraining.staff_id == staff_id, StaffTraining.training_id == training_id)
    if conn.execute(update(StaffTraining).where(*which).values(valid_until=valid_until)).rowcount == 0:
        values = {"staff_id": staff_id, "training_id": training_id, "valid_until": valid_until}
        conn.execute(insert(StaffTraining).values(values))


def withdraw(conn: Connection, staff_id: str, training_id: str) -> None:
    """Take a training back, at once."""
    which = (StaffTraining.staff_id == staff_id, StaffTraining.training_id == training_id)
    conn.execute(delete(StaffTraining).where(*which))


def of_staff(conn: Connection, staff_id: str, language: str) -> list[Trained]:
    """What somebody is or was trained in, by name."""
    return of_people(conn, [staff_id], language)[staff_id]


def of_people(conn: Connection, staff_ids: Collection[str], language: str) -> dict[str, list[Trained]]:
    """What each of several people is or was trained in, by name; one statement for all."""
    found: dict[str, list[Trained]] = {staff_id: [] for staff_id in staff_ids}
    if not found:
        return found
    rows = conn.execute(
        select(StaffTraining.staff_id, Training.id, Training.names, StaffTraining.valid_until)
        .join(Training, Training.id == StaffTraining.training_id)
        .where(StaffTraining.staff_id.in_(found))
    )
    for row in rows:
        found[row.staff_id].append(Trained(row.id, name_of(row.names, language), row.valid_until))
    return {staff_id: sorted(held, key=_by_name) for staff_id, held in found.items()}


def name_of(names: Mapping[str, str], language: str) -> str:
    """A training's name in a language, in its base language, or in Latvian."""
    for known in (language, language.partition("-")[0], FALLBACK_LANGUAGE):
        if known in names:
            return names[known]
    return next(iter(names.values()), "")


def _by_name(trained: Trained) -> str:
    return trained.name
