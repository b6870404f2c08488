"""Lessons: the list, one with and without a check, the check, and who of the centre is able to do what."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, update

from gateway.app import fit
from gateway.lessons import exercises
from gateway.lessons.lessons import written
from gateway.people.roles import Role
from gateway.services import trainings
from gateway.services.tables import Service
from tests.gateway.visits.counter import BENEFIT
from tests.states.shown import Kind
from tests.states.stand import Stand

_QUESTIONS = written()[BENEFIT].question
_RIGHT = {each.id: each.right for each in _QUESTIONS}
_WRONG = {each.id: str((int(each.right) + 1) % len(each.answer)) for each in _QUESTIONS}


def scene_lessons(stand: Stand) -> None:
    parts, here = stand.gateway.parts, f"/lessons/{BENEFIT}"
    with TemporaryDirectory() as folder:
        known = Path(folder) / "practice.json"
        known.write_text(exercises.public_key(Path(folder)))
        settings = replace(parts.settings, practice_key=known, practice_url="http://localhost:8600")
        fit(stand.callers.app, replace(parts, settings=settings))
        parts.database.write_now(_asks)
        manager, assistant = stand.staff(Role.MANAGER), stand.staff(Role.ASSISTANT)
        stand.see("manage/competences-none", manager, "/manage/competences", Kind.EMPTY)
        stand.see("lessons/all", assistant, "/lessons")
        stand.see("lessons/one", assistant, here)
        stand.see("lessons/drawn", assistant, "/lessons/lv.vsaa.parental_benefit")
        stand.see("lessons/check", assistant, f"{here}/check")
        stand.send("lessons/check-missing", assistant, f"{here}/check")
        stand.see("lessons/no-such-lesson", assistant, "/lessons/nothing", Kind.PROBLEM, status=404)
        stand.send("lessons/passed", assistant, f"{here}/check", Kind.CLEAN, status=200, form=_RIGHT)
        stand.see("lessons/exercise", assistant, here, Kind.WAITING)
        stand.send("lessons/exercise-missing", assistant, f"{here}/exercise")
        fit(stand.callers.app, parts)
        stand.send("lessons/whole", assistant, f"{here}/check", Kind.CLEAN, status=200, form=_RIGHT)
        stand.see("lessons/one-passed", assistant, here)
        stand.see("manage/competences", manager, "/manage/competences")
        stand.languages = ("lv",)  # a second try would already wait
        stand.send("lessons/not-passed", assistant, f"{here}/check", Kind.REFUSED, status=200, form=_WRONG)
        stand.see("lessons/wait", assistant, f"{here}/check", Kind.WAITING)


def _asks(conn: Connection) -> None:
    trainings.define(conn, "benefits", {"lv": "Pabalsti", "en": "Benefits"}, valid_months=1)
    conn.execute(update(Service).where(Service.id == BENEFIT).values(training_id="benefits"))
