"""In practice alone: who can be met, their codes of this moment, what was sent to them, and beginning anew."""

import re
import time
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from gateway.demo.people import CENTRES, PASSWORD
from gateway.lessons.exercises import certify
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.practice import exercises, world
from gateway.terminals import enrolment
from gateway.web.current import CurrentSession
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_COMPUTER = "Mācību dators"
_NUMBER = re.compile(r"[0-9A-F]{12}")
_NO_NUMBER = message("Type the number as it stands on the page of your lesson: twelve digits and letters from A to F")
_GIVEN = message("This filing was certified for another number already. File once more, then make the certificate.")


@get("/practice", **allow(Who.ANYONE, while_locked=True))
async def show_practice(request: AnyRequest, parts: Parts, session: CurrentSession) -> Response[Any]:
    """What practice is, and everything that one needs for it."""
    _ensure_practice(parts)
    return page(
        request,
        "pages/practice/start.html",
        colleagues=world.colleagues(time.time()),
        password=PASSWORD,
        residents=world.residents(),
        pin=world.PIN,
        centres=CENTRES,
        messages=await world.messages(parts.settings),
        may_begin_anew=isinstance(session, StaffSession),
    )


@post("/practice/computer", **allow(Who.ANYONE, while_locked=True))
async def make_practice_computer(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """A code that makes a browser a computer of a made-up centre."""
    _ensure_practice(parts)
    wanted = field(data, "centre", 40)
    centre = next((each for each in CENTRES if each.id == wanted), CENTRES[0])
    now = parts.clock.now()
    code = await parts.database.write(
        lambda conn: enrolment.make_code(conn, parts.sealer, centre_id=centre.id, name=_COMPUTER, made_by=None, now=now)
    )
    return page(request, "pages/practice/computer.html", code=code, centre=centre, back="/practice")


@post("/practice/begin-anew", **allow(Who.STAFF))
async def begin_anew(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Ask for everything to be forgotten; `pilnvara practice` does it within a second."""
    _ensure_practice(parts)
    world.wish_to_begin_anew(parts.settings.data_dir)
    return page(request, "pages/practice/beginning.html", back="/practice")


@get("/practice/exercises", **allow(Who.STAFF))
async def show_exercises(request: AnyRequest, parts: Parts, session: StaffSession) -> Response[Any]:
    """What the person has filed here, for the lessons of the live gateway."""
    _ensure_practice(parts)
    return await _exercises_page(request, parts, session)


@post("/practice/exercises", **allow(Who.STAFF))
async def certify_exercise(request: AnyRequest, parts: Parts, session: StaffSession, data: Form) -> Response[Any]:
    """Sign that something was filed here, for the number of one lesson and of one person."""
    _ensure_practice(parts)
    number, wanted = "".join(field(data, "number", 24).split()).upper(), field(data, "filing")
    if not _NUMBER.fullmatch(number):
        return await _exercises_page(request, parts, session, wrong=_NO_NUMBER, status=422)
    filed = await parts.database.read(lambda conn: exercises.of_staff(conn, session.staff_id, session.language))
    one = next((each for each in filed if each.filing_id == wanted), None)
    if one is None:
        raise NotFoundException
    try:
        exercises.give_once(parts.settings.data_dir, one.filing_id, number)
    except exercises.AlreadyGivenError:
        return await _exercises_page(request, parts, session, wrong=_GIVEN, status=422)
    certificate = certify(parts.settings, service_id=one.service_id, number=number, filed_at=one.filed_at)
    return await _exercises_page(request, parts, session, certificate=certificate)


async def _exercises_page(
    request: AnyRequest,
    parts: Parts,
    session: StaffSession,
    *,
    certificate: str | None = None,
    wrong: Message | None = None,
    status: int = 200,
) -> Response[Any]:
    filed = await parts.database.read(lambda conn: exercises.of_staff(conn, session.staff_id, session.language))
    return page(
        request,
        "pages/practice/exercises.html",
        status=status,
        exercises=filed,
        certificate=certificate,
        wrong=wrong,
        back="/practice/exercises",
    )


def _ensure_practice(parts: Parts) -> None:
    """Where people are real there is no such page."""
    if parts.settings.mode != "practice":
        raise NotFoundException


HANDLERS = (show_practice, make_practice_computer, begin_anew, show_exercises, certify_exercise)
