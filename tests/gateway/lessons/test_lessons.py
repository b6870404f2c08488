"""Lessons: read, checked, exercised in practice, and what a whole one is worth."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from markupsafe import escape
from sqlalchemy import Connection, select

from audit.events import EventName
from connectors.sdk import registry
from delegation.signing import SigningKey, public_jwks
from gateway.clock import HeldClock
from gateway.demo import catalogue
from gateway.ledger.tables import AuditEvent
from gateway.lessons import exercises, progress
from gateway.lessons.exercises import ExerciseRefusedError
from gateway.lessons.lessons import LessonError, read, shuffled, written
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.services import trainings
from tests.gateway.callers import Caller, Callers, callers, fitted, renderer
from tests.gateway.callers import parts as bare_parts

__all__ = ["bare_parts", "callers", "renderer"]

T = TypeVar("T")
BENEFIT = "lv.vsaa.sickness_benefit"
QUEUE = "lv.municipality.kindergarten_queue"
PENSION = "lv.vsaa.old_age_pension_recalculation"
"""A service without a lesson."""
LESSON = written()[BENEFIT]
RIGHT = {each.id: each.right for each in LESSON.question}
WRONG = {each.id: str((int(each.right) + 1) % len(each.answer)) for each in LESSON.question}


@pytest.fixture
def parts(bare_parts: Parts) -> Parts:
    """A gateway with the catalogue of the demonstration."""
    origin = "http://127.0.0.2:1"
    bare_parts.database.write_now(lambda conn: catalogue.seed(conn, portal_origin=origin, client_id="portal"))
    return bare_parts


class Learner:
    """An assistant who learns."""

    def __init__(self, callers: Callers, clock: HeldClock) -> None:
        self.callers, self.clock, self.parts = callers, clock, callers.parts
        self.browser = callers.staff(Role.ASSISTANT)
        found = callers.session_of(self.browser.cookies["pilnvara_staff"])
        assert found
        self.session: StaffSession = found

    def write(self, work: Callable[[Connection], T]) -> T:
        return self.parts.database.write_now(work)

    def read(self, work: Callable[[Connection], T]) -> T:
        return self.parts.database.read_now(work)

    def answer(self, given: dict[str, str], service: str = BENEFIT) -> progress.Result:
        lesson, now = written()[service], self.clock.now()
        return self.write(lambda conn: progress.answer(conn, self.parts, self.session, lesson, given, now))

    def passes(self, service: str = BENEFIT) -> None:
        assert self.answer({each.id: each.right for each in written()[service].question}, service).is_passed

    def hand_in(self, certificate: str, service: str = BENEFIT) -> None:
        lesson, now = written()[service], self.clock.now()
        self.write(lambda conn: progress.exercise(conn, self.parts, self.session, lesson, certificate, now))

    def progress(self, service: str = BENEFIT) -> progress.Progress:
        return self.read(lambda conn: progress.of_staff(conn, self.session.staff_id))[service]

    def held(self, training: str = "benefits") -> datetime | None:
        found = self.read(lambda conn: trainings.of_staff(conn, self.session.staff_id, "en"))
        return next((each.valid_until for each in found if each.training_id == training), None)

    def asks(self, *services: str, training: str = "benefits", months: int | None = None) -> None:
        """These services ask for a training."""
        names = {"lv": "Pabalsti", "en": "Benefits"}
        self.write(lambda conn: trainings.define(conn, training, names, valid_months=months))

        def require_all(conn: Connection) -> None:
            for service in services:
                trainings.require(conn, service, training)

        self.write(require_all)

    def events(self) -> list[str]:
        chain = f"staff:{self.session.staff_id}"
        of_lessons = {EventName.LESSON_PASSED, EventName.LESSON_EXERCISED, EventName.TRAINING_EARNED}
        rows = self.read(
            lambda conn: conn.execute(
                select(AuditEvent.type).where(AuditEvent.chain == chain).order_by(AuditEvent.n)
            ).scalars()
        )
        return [each for each in rows if each in {name.value for name in of_lessons}]


@pytest.fixture
def learner(callers: Callers, clock: HeldClock) -> Learner:
    return Learner(callers, clock)


@pytest.fixture
def practised(learner: Learner, tmp_path: Path) -> Callable[..., str]:
    """Makes the gateway know a practice; what is returned signs there."""
    (tmp_path / "practice" / "data").mkdir(parents=True)
    known = tmp_path / "practice.json"
    known.write_text(exercises.public_key(tmp_path / "practice"))
    learner.parts = replace(learner.parts, settings=replace(learner.parts.settings, practice_key=known))
    there = replace(learner.parts.settings, data_dir=tmp_path / "practice" / "data")
    learner.write(lambda conn: progress.begin(conn, learner.session.staff_id, BENEFIT, learner.clock.now()))

    def sign(service: str = BENEFIT, number: str | None = None, ago: timedelta = timedelta(hours=1)) -> str:
        filed_at = learner.clock.now() - ago
        number = number or learner.progress().number
        return exercises.certify(there, service_id=service, number=number, filed_at=filed_at)

    return sign


class TestContent:
    def test_at_least_three_are_written_each_for_a_connector_that_is_there(self) -> None:
        assert len(written()) >= 3
        for service in written():
            assert registry.find(service).id == service

    @pytest.mark.parametrize("service", sorted(written()))
    def test_says_something_else_in_each_language_and_asks_three_questions(self, service: str) -> None:
        lesson = written()[service]
        for question in lesson.question:
            assert question.lv.text != question.en.text
            assert question.lv.why != question.en.why
        assert len(lesson.question) >= 3
        assert len({question.right for question in lesson.question}) > 1, (
            "the right answer stands not always at one place"
        )

    def test_without_one_right_answer_is_refused(self) -> None:
        source = Path(exercises.__file__).with_name("content").joinpath(f"{BENEFIT}.toml").read_text(encoding="utf-8")
        with pytest.raises(LessonError, match="not one right answer"):
            read(source.replace("right = true", "right = false", 1))
        with pytest.raises(LessonError):
            read(source.replace("months = 12", "months = 0"))

    def test_questions_and_answers_change_their_order(self) -> None:
        tries = [shuffled(LESSON, str(attempt)) for attempt in range(40)]
        orders = {tuple(each.question.id for each in questions) for questions in tries}
        assert len(orders) > 1
        answers = {tuple(place for place, _ in questions[0].answers) for questions in tries}
        assert len(answers) > 1

    def test_questions_stay_in_their_order_within_an_attempt(self) -> None:
        assert shuffled(LESSON, "one") == shuffled(LESSON, "one")


class TestCheck:
    def test_passed_counts_until_a_day_and_is_an_event(self, learner: Learner) -> None:
        learner.passes()
        last = learner.progress().last_day
        assert last is not None
        assert (last.year, last.month, last.day) == (2027, 11, 2)
        assert learner.events() == [EventName.LESSON_PASSED.value]

    def test_not_passed_waits_ten_minutes(self, learner: Learner) -> None:
        assert not learner.answer(WRONG).is_passed
        with pytest.raises(progress.TooSoonError):
            learner.answer(RIGHT)
        learner.clock.move(progress.PAUSE)
        assert learner.answer(RIGHT).is_passed

    def test_takes_as_many_right_answers_as_it_says(self, learner: Learner) -> None:
        one_wrong = RIGHT | {LESSON.question[0].id: WRONG[LESSON.question[0].id]}
        assert learner.answer(one_wrong).score == 80
        learner.clock.move(progress.PAUSE)
        two_wrong = one_wrong | {LESSON.question[1].id: WRONG[LESSON.question[1].id]}
        assert not learner.answer(two_wrong).is_passed

    def test_runs_out(self, learner: Learner) -> None:
        learner.passes()
        learner.clock.move(timedelta(days=366))
        assert not learner.progress().is_whole(learner.clock.now())


class TestTraining:
    def test_is_earned_with_its_end_and_an_event(self, learner: Learner) -> None:
        learner.asks(BENEFIT)
        learner.passes()
        assert learner.held() == learner.progress().valid_until
        assert learner.events() == [EventName.LESSON_PASSED.value, EventName.TRAINING_EARNED.value]

    def test_holds_no_longer_than_the_network_lets_it(self, learner: Learner) -> None:
        learner.asks(BENEFIT, months=6)
        learner.passes()
        held, whole = learner.held(), learner.progress().valid_until
        assert held is not None
        assert whole is not None
        assert held < whole

    def test_needs_the_lessons_of_all_services_that_ask_for_it(self, learner: Learner) -> None:
        learner.asks(BENEFIT, QUEUE)
        learner.passes()
        assert learner.held() is None
        learner.passes(QUEUE)
        assert learner.held() is not None

    def test_is_not_earned_where_a_service_that_asks_for_it_has_no_lesson(self, learner: Learner) -> None:
        learner.asks(BENEFIT, PENSION)
        learner.passes()
        assert learner.held() is None
        assert "Two people note it" in learner.browser.get(f"/lessons/{BENEFIT}").text

    def test_that_was_closed_is_not_earned(self, learner: Learner) -> None:
        learner.asks(BENEFIT)
        learner.write(lambda conn: trainings.close(conn, "benefits", learner.clock.now()))
        learner.passes()
        assert learner.held() is None

    def test_that_holds_longer_is_not_shortened(self, learner: Learner) -> None:
        learner.asks(BENEFIT)
        later = learner.clock.now() + timedelta(days=2000)
        learner.write(lambda conn: trainings.give(conn, learner.session.staff_id, "benefits", later))
        learner.passes()
        assert learner.held() == later


class TestExercise:
    def test_belongs_to_the_lesson_where_practice_is_known(
        self, learner: Learner, practised: Callable[..., str]
    ) -> None:
        learner.asks(BENEFIT)
        learner.passes()
        assert learner.held() is None
        assert not learner.progress().is_whole(learner.clock.now())
        learner.hand_in(practised())
        assert learner.progress().is_whole(learner.clock.now())
        assert learner.held() is not None
        assert learner.events() == [
            EventName.LESSON_PASSED.value,
            EventName.LESSON_EXERCISED.value,
            EventName.TRAINING_EARNED.value,
        ]

    def test_counts_for_a_year_and_the_next_check_takes_another(
        self, learner: Learner, practised: Callable[..., str]
    ) -> None:
        learner.hand_in(practised())
        learner.passes()
        learner.clock.move(timedelta(days=366))
        learner.passes()
        assert not learner.progress().is_whole(learner.clock.now())
        browser = learner.callers.staff(Role.ASSISTANT)
        browser.app = fitted(learner.parts)
        assert "Certificate from practice" in browser.get(f"/lessons/{BENEFIT}").text
        learner.hand_in(practised())
        assert learner.progress().is_whole(learner.clock.now())
        assert "You filed it in practice" in browser.get(f"/lessons/{BENEFIT}").text

    def test_of_no_practice_is_refused(self, learner: Learner, practised: Callable[..., str], tmp_path: Path) -> None:
        said = json.loads(urlsafe_b64decode(practised().split(".")[1] + "=="))
        key = exercises.key_of(tmp_path / "practice")
        learner.hand_in(key.sign(exercises.TYPE, json.dumps(said).encode()))
        with pytest.raises(ExerciseRefusedError):
            learner.hand_in(key.sign(exercises.TYPE, json.dumps(said | {"made_up": "demo"}).encode()))

    def test_of_another_service_person_or_month_is_refused(
        self, learner: Learner, practised: Callable[..., str]
    ) -> None:
        for why, certificate in (
            ("service", practised(service=QUEUE)),
            ("number", practised(number="0" * 12)),
            ("time", practised(ago=timedelta(days=31))),
            ("time", practised(ago=timedelta(hours=-1))),
            ("unsigned", "what is this"),
            ("unsigned", practised()[:-4] + "AAAA"),
        ):
            with pytest.raises(ExerciseRefusedError) as caught:
                learner.hand_in(certificate)
            assert caught.value.why == why
        assert learner.progress().exercised_at is None

    def test_signed_by_another_practice_is_refused(
        self, learner: Learner, practised: Callable[..., str], tmp_path: Path
    ) -> None:
        certificate = practised()
        (tmp_path / "practice.json").write_text(json.dumps(public_jwks(SigningKey.generate()[0])))
        with pytest.raises(ExerciseRefusedError):
            learner.hand_in(certificate)

    def test_keeps_its_key_over_a_night_and_from_others(self, tmp_path: Path) -> None:
        assert exercises.public_key(tmp_path) == exercises.public_key(tmp_path)
        assert (tmp_path / "exercise-key.json").stat().st_mode & 0o077 == 0


class TestPages:
    def test_lead_through_a_lesson_with_an_explanation_of_every_answer(self, learner: Learner) -> None:
        browser = learner.browser
        assert "Not begun" in browser.get("/lessons").text
        shown = browser.get(f"/lessons/{BENEFIT}").text
        for each in registry.find(BENEFIT).inputs:
            assert escape(each.label.en) in shown
        assert browser.post(f"/lessons/{BENEFIT}/begin").location == f"/lessons/{BENEFIT}/check"
        missing = browser.post(f"/lessons/{BENEFIT}/check", {})
        assert missing.status == 422
        assert len(re.findall(r'href="#\w+"', missing.text)) >= len(LESSON.question)
        told = browser.post(f"/lessons/{BENEFIT}/check", RIGHT)
        assert told.status == 200
        chosen = [question.answer[int(RIGHT[question.id])].en for question in LESSON.question]
        assert [said.strip() for said in re.findall(r"You chose:([^<]*)", told.text)] == [
            escape(each) for each in chosen
        ]
        for question in LESSON.question:
            assert escape(question.en.why) in told.text
        assert "02.11.2027" in told.text
        assert "Passed, holds until 02.11.2027" in browser.get("/lessons").text

    def test_say_when_the_check_can_be_tried_again(self, learner: Learner) -> None:
        assert "11:10" in learner.browser.post(f"/lessons/{BENEFIT}/check", WRONG).text
        again = learner.browser.post(f"/lessons/{BENEFIT}/check", RIGHT)
        assert (again.status, "11:10" in again.text) == (409, True)

    def test_without_a_written_lesson_show_what_the_connector_asks(self, learner: Learner) -> None:
        shown = learner.browser.get("/lessons/lv.vsaa.parental_benefit").text
        assert "no check yet" in shown
        assert learner.browser.get(f"/lessons/{PENSION}").status == 404
        assert learner.browser.get("/lessons/nothing").status == 404
        assert learner.browser.post("/lessons/lv.vsaa.parental_benefit/begin").status == 404

    def test_of_a_manager_show_what_runs_out_first(self, learner: Learner) -> None:
        manager = learner.callers.staff(Role.MANAGER)
        assert "Nobody in the centre" in manager.get("/manage/competences").text
        learner.asks(BENEFIT, months=1)
        learner.passes()
        text = manager.get("/manage/competences").text
        assert text.index("Benefits") < text.index("Sickness benefit")
        learner.clock.move(timedelta(days=10))
        assert "Runs out soon" in learner.callers.staff(Role.MANAGER).get("/manage/competences").text

    def test_take_a_certificate(self, learner: Learner, practised: Callable[..., str]) -> None:
        browser = learner.browser
        browser.app = fitted(learner.parts)
        shown = "".join(re.findall(r'app-code__group">(\w+)<', browser.get(f"/lessons/{BENEFIT}").text))
        assert shown == learner.progress().number
        refused = browser.post(f"/lessons/{BENEFIT}/exercise", {"certificate": "what is this"})
        assert (refused.status, "no certificate of our practice" in refused.text) == (422, True)
        assert browser.post(f"/lessons/{BENEFIT}/exercise", {"certificate": ""}).status == 422
        assert browser.post(f"/lessons/{BENEFIT}/exercise", {"certificate": practised()}).status == 303
        assert "You filed it in practice" in browser.get(f"/lessons/{BENEFIT}").text


def test_nobody_who_is_not_signed_in_reads_lessons(callers: Callers) -> None:
    assert Caller(callers.app).get("/lessons").location.startswith("/sign-in")
