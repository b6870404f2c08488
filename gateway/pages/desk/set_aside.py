"""Another day: the visit is set aside, waits in the centre's list, and is taken up with the document in hand."""

from contextlib import suppress
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.desk import words
from gateway.pages.desk.answering import AtVisit, context_of, path_of, problem_of
from gateway.pages.desk.panels import Desk, Wish
from gateway.pages.desk.steps import wiped
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.visits import advancing, reading, setting_aside, turns
from gateway.visits.errors import VisitClosedError
from gateway.visits.guarding import BarredError
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_MOST: Final = 20
_NO_DOCUMENT: Final = message("Choose which document you checked")
_NO_CODE: Final = message("Enter the personal code as the document has it")
_NOT_PRESENT: Final = message("Confirm that this is the person on the document")
_ANOTHER: Final = message("This is not the document of whoever allowed it. Nothing is shown, and that is recorded")


@get("/desk/visits/{visit_id:str}/set-aside", **allow(Who.ASSISTANT))
async def confirm(at: AtVisit) -> Response[Any]:
    """Say what setting aside means, before it is done."""

    def look(conn: Connection) -> Desk:
        view = reading.for_desk(conn, at.parts, at.session, at.visit_id)
        return Desk(view=view, panel="set_aside", values={}, turns=turns.turns_of(conn, view))

    desk = await at.parts.database.read(look)
    if not setting_aside.may_set_aside(desk.view):
        return see_other(at.path)
    context = context_of(at.session, desk, Wish(panel="set_aside"))
    until = setting_aside.until_of(desk.view)
    return page(at.request, "pages/desk/set_aside.html", **context, problem=None, note=None, until=until)


@post("/desk/visits/{visit_id:str}/set-aside", **allow(Who.ASSISTANT))
async def set_aside(at: AtVisit) -> Response[Any]:
    """Set the visit aside; the terminal shows nothing of it any more."""
    return await wiped(at, at.doing(setting_aside.set_aside))


@get("/desk/set-aside", **allow(Who.ASSISTANT))
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What waits in the centre, a page at a time."""
    after = Key.parse(request.query_params.get("after", ""))
    found = await parts.database.read(
        lambda conn: setting_aside.in_centre(conn, parts, session, most=_MOST + 1, after=after)
    )
    older = end_of(found, _MOST, lambda line: line.key)
    return page(request, "pages/desk/all_set_aside.html", lines=found[:_MOST], older=older)


@get("/desk/set-aside/{visit_id:str}", **allow(Who.ASSISTANT))
async def show_one(request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Response[Any]:
    """Ask for the document, before anything is shown."""
    return await _one(request, session, parts, visit_id)


@post("/desk/set-aside/{visit_id:str}", **allow(Who.ASSISTANT))
async def take_up(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str], data: Form
) -> Response[Any]:
    """Go on with it, if the document is that of whoever allowed it."""
    errors: dict[str, Any] = {}
    if field(data, "document") not in words.DOCUMENTS:
        errors["document"] = _NO_DOCUMENT
    if not field(data, "code"):
        errors["code"] = _NO_CODE
    if field(data, "present") != "yes":
        errors["present"] = _NOT_PRESENT
    if errors:
        return await _one(request, session, parts, visit_id, errors=errors, status=422)

    def step(conn: Connection) -> bool:
        return setting_aside.take_up(
            conn, parts, session, visit_id, code=field(data, "code"), document=field(data, "document")
        )

    try:
        is_theirs = await parts.database.write(step)
    except (BarredError, TriedTooOftenError, VisitClosedError) as error:
        problem = problem_of(error)
        return await _one(request, session, parts, visit_id, problem=problem, status=problem.status)
    if not is_theirs:
        return await _one(request, session, parts, visit_id, errors={"code": _ANOTHER}, status=422)
    # Begun at once, so that the page that follows waits for the portal; what may not begin by itself is asked there.
    with suppress(*advancing.REFUSALS):
        await parts.database.write(lambda conn: advancing.go_on(conn, parts, visit_id))
    return see_other(path_of(visit_id))


async def _one(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    visit_id: str,
    *,
    status: int = 200,
    **shown: Any,
) -> Response[Any]:
    line = await parts.database.read(lambda conn: setting_aside.one_in_centre(conn, parts, session, visit_id))
    context: dict[str, Any] = {"errors": {}, "problem": None} | shown
    return page(request, "pages/desk/take_up.html", status=status, line=line, documents=words.DOCUMENTS, **context)


HANDLERS = (confirm, set_aside, show_all, show_one, take_up)
