"""Lessons: which there are, one of them, its check, its exercise; for managers, who is able to do what until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection, select

from connectors.sdk import registry
from gateway.lessons import competences, progress
from gateway.lessons.exercises import ExerciseRefusedError
from gateway.lessons.lessons import Drawn, Lesson, drawn, shuffled, written
from gateway.lessons.progress import Progress, TooSoonError
from gateway.pages.forms import Form
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.services import catalogue, trainings
from gateway.services.catalogue import Service
from gateway.services.tables import Service as ServiceRow
from gateway.services.tables import Training
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_LONGEST: Final = 4_000
"""Characters of a certificate, many times what one has."""
REFUSED: Final[dict[str, Message]] = {
    "empty": message("Paste the certificate that practice showed"),
    "unknown": message("This gateway does not know a practice gateway. Tell your administrator."),
    "unsigned": message("This is no certificate of our practice. Copy all of it, and paste it again."),
    "service": message("This certificate is about another service"),
    "number": message("This certificate was made for another number. In practice, type the number of this page."),
    "time": message("This certificate is older than a month. Do the exercise once more."),
}
"""Why a certificate is not taken."""

_SERVICES: Final = select(ServiceRow.id, ServiceRow.cards, ServiceRow.training_id, Training.names).outerjoin(
    Training, Training.id == ServiceRow.training_id
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A lesson in the list."""

    service_id: str
    title: str
    has_check: bool
    training: str
    """What the service asks for, in words; empty: nothing."""
    progress: Progress | None
    is_whole: bool


@get("/lessons", **allow(Who.STAFF))
async def show_lessons(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """All lessons with how far one has come, and the next one."""
    now = parts.clock.now()
    found = await parts.database.read(lambda conn: _all(conn, session, now))
    following = next((each for each in found if each.has_check and not each.is_whole), None)
    return page(request, "pages/lessons/all.html", lessons=found, following=following, now=now)


@get("/lessons/{service_id:str}", **allow(Who.STAFF))
async def show_lesson(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str]
) -> Response[Any]:
    """One lesson, to be read."""
    return await _lesson_page(request, session, parts, service_id)


@post("/lessons/{service_id:str}/begin", **allow(Who.STAFF))
async def begin_lesson(session: StaffSession, parts: Parts, service_id: FromPath[str]) -> Response[Any]:
    """It was read: to the check."""
    lesson, now = _written(service_id), parts.clock.now()
    await parts.database.write(lambda conn: _begin(conn, session, lesson, now))
    return see_other(f"/lessons/{service_id}/check")


@get("/lessons/{service_id:str}/check", **allow(Who.STAFF))
async def show_check(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str]
) -> Response[Any]:
    """The questions, in another order each time."""
    return await _check_page(request, session, parts, _written(service_id))


@post("/lessons/{service_id:str}/check", **allow(Who.STAFF))
async def do_check(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str], data: Form
) -> Response[Any]:
    """Judge the answers and say of each why."""
    lesson, now = _written(service_id), parts.clock.now()
    given = {each.id: data.get(each.id, "")[:2] for each in lesson.question}
    missing = [each.id for each in lesson.question if not given[each.id]]
    if missing:
        return await _check_page(request, session, parts, lesson, given=given, missing=missing, status=422)

    def work(conn: Connection) -> tuple[progress.Result, Progress]:
        _known(conn, lesson.service)
        result = progress.answer(conn, parts, session, lesson, given, now)
        return result, progress.of_staff(conn, session.staff_id)[lesson.service]

    try:
        result, mine = await parts.database.write(work)
    except TooSoonError:
        return await _check_page(request, session, parts, lesson, status=409)
    return page(
        request,
        "pages/lessons/result.html",
        lesson=lesson,
        given=given,
        result=result,
        reads=session.language,
        progress=mine,
        again_at=mine.again_at(now),
        is_whole=mine.is_whole(now),
        has_exercise=progress.asks_for_exercise(parts, lesson),
        back=f"/lessons/{service_id}",
    )


@post("/lessons/{service_id:str}/exercise", **allow(Who.STAFF))
async def do_exercise(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str], data: Form
) -> Response[Any]:
    """Take what practice signed."""
    lesson, now = _written(service_id), parts.clock.now()
    certificate = data.get("certificate", "").strip()[:_LONGEST]
    why = None if certificate else "empty"

    def work(conn: Connection) -> None:
        _known(conn, lesson.service)
        progress.exercise(conn, parts, session, lesson, certificate, now)

    if why is None:
        try:
            await parts.database.write(work)
        except ExerciseRefusedError as error:
            why = error.why
    if why is not None:
        return await _lesson_page(request, session, parts, service_id, wrong=REFUSED[why], status=422)
    return see_other(f"/lessons/{service_id}")


@get("/manage/competences", **allow(Who.MANAGER))
async def show_competences(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Who of the centre has which training until when, and who has passed which lesson."""
    now = parts.clock.now()
    found = await parts.database.read(lambda conn: competences.of_centre(conn, session.centre_id, session.language))
    soon = now + trainings.SOON
    return page(request, "pages/lessons/competences.html", people=found, now=now, soon=soon)


async def _lesson_page(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    service_id: str,
    *,
    wrong: Message | None = None,
    status: int = 200,
) -> Response[Any]:
    now, lesson, of_connector = parts.clock.now(), written().get(service_id), drawn(service_id)

    def look(conn: Connection) -> tuple[Service, str, bool, Progress | None]:
        service = _known(conn, service_id)
        training = conn.execute(
            select(Training.id, Training.names)
            .join(ServiceRow, ServiceRow.training_id == Training.id)
            .where(ServiceRow.id == service_id)
        ).one_or_none()
        name = "" if training is None else trainings.name_of(training.names, session.language)
        by_two = training is not None and progress.missing_lessons(conn, training.id)
        return service, name, by_two, progress.of_staff(conn, session.staff_id).get(service_id)

    service, training, by_two, mine = await parts.database.read(look)
    if lesson is None and of_connector is None:
        raise NotFoundException
    return page(
        request,
        "pages/lessons/one.html",
        status=status,
        title=_title(lesson, service, session.language),
        service_id=service_id,
        lesson=lesson,
        drawn=of_connector or Drawn((), ()),
        reads=session.language,
        training=training,
        by_two=by_two,
        progress=mine,
        is_whole=mine is not None and mine.is_whole(now),
        is_exercised=mine is not None and mine.has_exercised(now),
        has_exercise=lesson is not None and progress.asks_for_exercise(parts, lesson),
        practice_url=_origin_of(parts.settings.practice_url),
        wrong=wrong,
        back=f"/lessons/{service_id}",
    )


async def _check_page(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    lesson: Lesson,
    *,
    given: dict[str, str] | None = None,
    missing: Sequence[str] = (),
    status: int = 200,
) -> Response[Any]:
    now = parts.clock.now()

    def look(conn: Connection) -> Progress | None:
        _known(conn, lesson.service)
        return progress.of_staff(conn, session.staff_id).get(lesson.service)

    mine = await parts.database.read(look)
    return page(
        request,
        "pages/lessons/check.html",
        status=status,
        lesson=lesson,
        questions=shuffled(lesson, f"{session.csrf} {mine}"),
        reads=session.language,
        given=given or {},
        missing=missing,
        again_at=mine.again_at(now) if mine else None,
        back=f"/lessons/{lesson.service}/check",
    )


def _all(conn: Connection, session: StaffSession, now: datetime) -> list[Listed]:
    """Those with a check first, by what they are called."""
    mine, found = progress.of_staff(conn, session.staff_id), list[Listed]()
    for row in conn.execute(_SERVICES).all():
        lesson, one = written().get(row.id), mine.get(row.id)
        if lesson is None and not registry.has(row.id):
            continue
        title = lesson.title.of(session.language) if lesson else catalogue.title_of(row.cards, session.language)
        training = trainings.name_of(row.names, session.language) if row.training_id else ""
        is_whole = one is not None and one.is_whole(now)
        found.append(Listed(row.id, title, lesson is not None, training, one, is_whole))
    return sorted(found, key=lambda each: (not each.has_check, each.title))


def _origin_of(practice_url: str | None) -> str | None:
    """Practice's own address, also where the one of its first page was set."""
    return practice_url and practice_url.removesuffix("/").removesuffix("/practice")


def _title(lesson: Lesson | None, service: Service, language: str) -> str:
    return lesson.title.of(language) if lesson is not None else service.card(language).title


def _written(service_id: str) -> Lesson:
    lesson = written().get(service_id)
    if lesson is None:
        raise NotFoundException
    return lesson


def _known(conn: Connection, service_id: str) -> Service:
    """A lesson may be older than the catalogue, or newer: without the service there is no such page."""
    try:
        return catalogue.find(conn, service_id)
    except LookupError as error:
        raise NotFoundException from error


def _begin(conn: Connection, session: StaffSession, lesson: Lesson, now: datetime) -> None:
    _known(conn, lesson.service)
    progress.begin(conn, session.staff_id, lesson.service, now)


HANDLERS = (show_lessons, show_lesson, begin_lesson, show_check, do_check, do_exercise, show_competences)
