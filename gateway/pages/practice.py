"""In practice alone: who can be met, their codes of this moment, what was sent to them, and beginning anew."""

import time
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from gateway.demo.people import CENTRES, PASSWORD
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.practice import world
from gateway.terminals import enrolment
from gateway.web.current import CurrentSession

AnyRequest = Request[Any, Any, Any]
_COMPUTER = "Mācību dators"


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


def _ensure_practice(parts: Parts) -> None:
    """Where people are real there is no such page."""
    if parts.settings.mode != "practice":
        raise NotFoundException


HANDLERS = (show_practice, make_practice_computer, begin_anew)
