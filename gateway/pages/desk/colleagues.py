"""Open visits of the centre that are served elsewhere: found by a colleague, and taken over from whoever began them."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.desk import words
from gateway.pages.desk.answering import path_of, problem_of
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.problem_texts import Problem
from gateway.visits import handing_over
from gateway.visits.errors import OutOfOrderError, VisitClosedError
from gateway.visits.guarding import BarredError
from gateway.visits.handing_over import Elsewhere
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_MOST: Final = 20
_ALL: Final = "/desk/colleagues"
_NO_DOCUMENT: Final = message("Choose which document you checked")
_NO_CODE: Final = message("Enter the personal code as the document has it")
_NOT_PRESENT: Final = message("Confirm that this is the person on the document")
_ANOTHER: Final = message("This is not the document of whoever was asked. Nothing is shown, and that is recorded")


@get(_ALL, **allow(Who.ASSISTANT))
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What is open elsewhere in the centre, a page at a time; that it was looked at is recorded."""
    return await _all(request, session, parts)


@get("/desk/colleagues/{visit_id:str}", **allow(Who.ASSISTANT))
async def show_one(request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Response[Any]:
    """What taking it over means, and the document, before anything is shown."""
    return await _one(request, session, parts, visit_id)


@post("/desk/colleagues/{visit_id:str}", **allow(Who.ASSISTANT))
async def take_over(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str], data: Form
) -> Response[Any]:
    """Go on with it, if the document is that of whoever was asked for a yes."""
    line = await parts.database.read(lambda conn: handing_over.one_in_centre(conn, session, visit_id))
    if errors := _missing(line, data):
        return await _one(request, session, parts, visit_id, errors=errors, status=422)

    def step(conn: Connection) -> bool:
        return handing_over.take_over(
            conn,
            parts,
            session,
            visit_id,
            seen=field(data, "seen"),
            code=field(data, "code"),
            document=field(data, "document"),
        )

    try:
        is_theirs = await parts.database.write(step)
    except (OutOfOrderError, VisitClosedError) as error:
        return await _all(request, session, parts, problem=problem_of(error))
    except (BarredError, TriedTooOftenError) as error:
        problem = problem_of(error)
        return await _one(request, session, parts, visit_id, problem=problem, status=problem.status)
    if not is_theirs:
        return await _one(request, session, parts, visit_id, errors={"code": _ANOTHER}, status=422)
    return see_other(f"{path_of(visit_id)}?note=took_over")


def _missing(line: Elsewhere, data: dict[str, str]) -> dict[str, Any]:
    """What is missing of the document, where there is one to be looked at."""
    errors: dict[str, Any] = {}
    if not line.is_asked:
        return errors
    if field(data, "document") not in words.DOCUMENTS:
        errors["document"] = _NO_DOCUMENT
    if not field(data, "code"):
        errors["code"] = _NO_CODE
    if field(data, "present") != "yes":
        errors["present"] = _NOT_PRESENT
    return errors


async def _all(
    request: AnyRequest, session: StaffSession, parts: Parts, *, problem: Problem | None = None
) -> Response[Any]:
    after = Key.parse(request.query_params.get("after", ""))
    found = await parts.database.read(lambda conn: handing_over.in_centre(conn, session, most=_MOST + 1, after=after))
    lines = found[:_MOST]
    await parts.database.write(lambda conn: handing_over.note_listed(conn, parts, session, lines))
    return page(
        request,
        "pages/desk/all_elsewhere.html",
        status=problem.status if problem else 200,
        lines=lines,
        older=end_of(found, _MOST, lambda line: line.key),
        problem=problem,
        words=words,
    )


async def _one(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    visit_id: str,
    *,
    status: int = 200,
    **shown: Any,
) -> Response[Any]:
    line = await parts.database.read(lambda conn: handing_over.one_in_centre(conn, session, visit_id))
    context: dict[str, Any] = {"errors": {}, "problem": None} | shown
    return page(
        request,
        "pages/desk/take_over.html",
        status=status,
        line=line,
        documents=words.DOCUMENTS,
        words=words,
        **context,
    )


HANDLERS = (show_all, show_one, take_over)
