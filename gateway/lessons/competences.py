"""Who of a centre is able to do what, and until when: what runs out first stands first."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from gateway.days import last_day
from gateway.lessons.lessons import written
from gateway.lessons.tables import LessonProgress
from gateway.people.tables import Staff, StaffState
from gateway.services import trainings
from gateway.services.tables import StaffTraining, Training


@dataclass(frozen=True, slots=True)
class Able:
    """One thing that somebody is able to do, until a day."""

    name: str
    what: str
    is_lesson: bool
    valid_until: datetime

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return last_day(self.valid_until)


def of_centre(conn: Connection, centre_id: str, language: str) -> list[Able]:
    """Trainings and whole lessons of everybody who works in a centre."""
    here = (Staff.centre_id == centre_id, Staff.state == StaffState.ACTIVE)
    trained = conn.execute(
        select(Staff.display_name, Training.names, StaffTraining.valid_until)
        .join(StaffTraining, StaffTraining.staff_id == Staff.id)
        .join(Training, Training.id == StaffTraining.training_id)
        .where(*here)
    )
    found = [Able(row.display_name, trainings.name_of(row.names, language), False, row.valid_until) for row in trained]
    passed = conn.execute(
        select(Staff.display_name, LessonProgress.service_id, LessonProgress.valid_until)
        .join(LessonProgress, LessonProgress.staff_id == Staff.id)
        .where(*here, LessonProgress.valid_until.is_not(None))
    )
    for row in passed:
        lesson = written().get(row.service_id)
        if lesson is not None:
            found.append(Able(row.display_name, lesson.title.of(language), True, row.valid_until))
    return sorted(found, key=lambda each: (each.valid_until, each.name, each.what))
