"""How somebody comes through a lesson, each step one function with its event, and what a whole one is worth.

A lesson is whole once its check is passed and, where practice is set up, its exercise is done. The training that a
service asks for is earned with the lessons of every service that asks for it; where one of those has no lesson, lessons
alone earn nothing, and two people note the training as before.
"""

import secrets
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, insert, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.days import day_of, end_of, last_day
from gateway.ledger import outbox
from gateway.lessons import exercises
from gateway.lessons.lessons import Lesson, written
from gateway.lessons.tables import LessonProgress
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.services import trainings
from gateway.services.tables import Service, StaffTraining

PAUSE: Final = timedelta(minutes=10)
"""After a check that was not passed: time to read again rather than to guess."""
EXERCISE_COUNTS: Final = timedelta(days=365)
"""Whoever passes a check later than this after their exercise does another one."""
_NUMBER_BYTES: Final = 6
_LESSONS: Final = Actor(ActorKind.SYSTEM, "lessons")


class TooSoonError(Exception):
    """A check was not passed just now; `until` is when it can be tried again."""

    code: ClassVar[str] = "lesson.too_soon"

    def __init__(self, until: datetime) -> None:
        super().__init__("the check was not passed just now")
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far somebody has come."""

    number: str
    tried_at: datetime | None
    score: int | None
    passed_at: datetime | None
    exercised_at: datetime | None
    valid_until: datetime | None

    @property
    def last_day(self) -> date | None:
        """The last day on which the whole lesson counts."""
        return None if self.valid_until is None else last_day(self.valid_until)

    def again_at(self, now: datetime) -> datetime | None:
        """When the check can be tried again; none: now."""
        if self.tried_at is None or self.passed_at == self.tried_at or now >= self.tried_at + PAUSE:
            return None
        return self.tried_at + PAUSE

    def has_exercised(self, now: datetime) -> bool:
        """Whether there is an exercise that still counts."""
        return self.exercised_at is not None and now < self.exercised_at + EXERCISE_COUNTS

    def is_whole(self, now: datetime) -> bool:
        """Whether it counts now."""
        return self.valid_until is not None and now < self.valid_until


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a check: which questions were answered rightly, and whether they were enough."""

    right: Mapping[str, bool]
    score: int
    is_passed: bool


def of_staff(conn: Connection, staff_id: str) -> dict[str, Progress]:
    """How far somebody has come with each lesson that they have begun, by service."""
    rows = conn.execute(select(LessonProgress.__table__).where(LessonProgress.staff_id == staff_id))
    return {row.service_id: _progress(row) for row in rows}


def begin(conn: Connection, staff_id: str, service_id: str, now: datetime) -> None:
    """Somebody begins a lesson; again changes nothing."""
    if service_id in of_staff(conn, staff_id):
        return
    number = secrets.token_hex(_NUMBER_BYTES).upper()
    values = {"staff_id": staff_id, "service_id": service_id, "begun_at": now, "number": number}
    conn.execute(insert(LessonProgress).values(**values))


def answer(
    conn: Connection, store: Store, session: StaffSession, lesson: Lesson, given: Mapping[str, str], now: datetime
) -> Result:
    """Judge a check, by question the place of the chosen answer, and keep what came of it.

    Raises:
        TooSoonError: the one before was not passed, and its pause is not over.
    """
    begin(conn, session.staff_id, lesson.service, now)
    before = of_staff(conn, session.staff_id)[lesson.service]
    if (until := before.again_at(now)) is not None:
        raise TooSoonError(until)
    right = {each.id: given.get(each.id) == each.right for each in lesson.question}
    score = 100 * sum(right.values()) // len(right)
    is_passed = score >= lesson.passing
    values: dict[str, Any] = {"tried_at": now, "score": score}
    if is_passed:
        values |= {"passed_at": now, "passed_version": lesson.version}
        data = {"service": lesson.service, "version": lesson.version, "score": score}
        _record(conn, session.staff_id, EventName.LESSON_PASSED, session.actor, data, now)
    _keep(conn, session.staff_id, lesson.service, values)
    _settle(conn, store, session.staff_id, lesson, now)
    return Result(right, score, is_passed)


def exercise(
    conn: Connection, store: Store, session: StaffSession, lesson: Lesson, certificate: str, now: datetime
) -> None:
    """Take the certificate of one filing in practice.

    Raises:
        ExerciseRefusedError: it proves nothing for this person and lesson.
    """
    begin(conn, session.staff_id, lesson.service, now)
    number = of_staff(conn, session.staff_id)[lesson.service].number
    filed = exercises.check(store.settings, certificate, service_id=lesson.service, number=number, now=now)
    _keep(conn, session.staff_id, lesson.service, {"exercised_at": filed})
    _record(conn, session.staff_id, EventName.LESSON_EXERCISED, session.actor, {"service": lesson.service}, now)
    _settle(conn, store, session.staff_id, lesson, now)


def asks_for_exercise(store: Store, lesson: Lesson) -> bool:
    """Whether a filing in practice belongs to the lesson here."""
    return lesson.exercise and store.settings.practice_key is not None


def _settle(conn: Connection, store: Store, staff_id: str, lesson: Lesson, now: datetime) -> None:
    """Let a lesson that is whole count, and give the training that it earns."""
    one = of_staff(conn, staff_id)[lesson.service]
    if one.passed_at is None or (asks_for_exercise(store, lesson) and not one.has_exercised(now)):
        return
    until = end_of(_months_later(day_of(one.passed_at), lesson.months))
    _keep(conn, staff_id, lesson.service, {"valid_until": until})
    training = conn.execute(select(Service.training_id).where(Service.id == lesson.service)).scalar_one()
    if training is not None and trainings.is_open(conn, training):
        _earn(conn, staff_id, training, now)


def _earn(conn: Connection, staff_id: str, training_id: str, now: datetime) -> None:
    asking = list(conn.execute(select(Service.id).where(Service.training_id == training_id)).scalars())
    mine = of_staff(conn, staff_id)
    whole = [mine[each].valid_until for each in asking if each in mine and mine[each].is_whole(now)]
    if len(whole) < len(asking):
        return
    ends = [until for until in (*whole, trainings.longest(conn, training_id, now)) if until is not None]
    until, has = min(ends), _held(conn, staff_id, training_id)
    if has is not None and has >= until:
        return
    trainings.give(conn, staff_id, training_id, until)
    data = {"staff": staff_id, "training": training_id, "valid_until": until.isoformat(), "lessons": sorted(asking)}
    _record(conn, staff_id, EventName.TRAINING_EARNED, _LESSONS, data, now)


def missing_lessons(conn: Connection, training_id: str) -> bool:
    """Whether lessons alone cannot earn a training, because a service that asks for it has none."""
    asking = conn.execute(select(Service.id).where(Service.training_id == training_id)).scalars()
    return any(each not in written() for each in asking)


def _held(conn: Connection, staff_id: str, training_id: str) -> datetime | None:
    which = (StaffTraining.staff_id == staff_id, StaffTraining.training_id == training_id)
    return conn.execute(select(StaffTraining.valid_until).where(*which)).scalar_one_or_none()


def _keep(conn: Connection, staff_id: str, service_id: str, values: Mapping[str, Any]) -> None:
    which = (LessonProgress.staff_id == staff_id, LessonProgress.service_id == service_id)
    conn.execute(update(LessonProgress).where(*which).values(**values))


def _progress(row: Any) -> Progress:
    return Progress(
        number=row.number,
        tried_at=row.tried_at,
        score=row.score,
        passed_at=row.passed_at,
        exercised_at=row.exercised_at,
        valid_until=row.valid_until,
    )


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _record(
    conn: Connection, staff_id: str, event: EventName, by: Actor, data: Mapping[str, Any], now: datetime
) -> None:
    outbox.record(conn, chain=f"staff:{staff_id}", type=event, actor=by, data=data, at=now)
