"""The doubts of a centre: listed, shown with what is known, and settled by any assistant of the centre."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.holders import reconciling
from gateway.pages.desk import doubt_panel, words
from gateway.pages.desk.answering import problem_of
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.problem_texts import Problem
from gateway.visits import centre_doubts, guarding, sending
from gateway.visits.errors import OutOfOrderError
from gateway.visits.guarding import BarredError
from gateway.visits.rows import find_filing
from gateway.visits.sealed import VisitVault
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_MOST: Final = 20
_ALL: Final = "/desk/doubts"
_NO_DECISION: Final = message("Choose what the portal shows")
_NO_REFERENCE: Final = message("Enter the number that the portal shows")
_LISTED: Final = "listed:"
"""Before the number of an application that the portal has named itself."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says that the portal shows, as it was typed, and what is wrong with it."""

    typed: dict[str, str]
    errors: dict[str, Any]
    reference: str | None
    """Under which the portal holds it; `None` where it does not."""


def read_decision(data: dict[str, str]) -> Decision:
    """Read the form that every doubt is settled by."""
    found, number = field(data, "found", 80), field(data, "reference", 64)
    typed = {"found": found, "reference": number, "filing": field(data, "filing", 32)}
    listed = found.removeprefix(_LISTED) if found.startswith(_LISTED) else None
    errors: dict[str, Any] = {}
    if found not in {"yes", "no"} and not listed:
        errors["found"] = _NO_DECISION
    elif found == "yes" and not number:
        errors["reference"] = _NO_REFERENCE
    return Decision(typed, errors, listed or (number if found == "yes" else None))


@get(_ALL, **allow(Who.ASSISTANT))
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What waits for a person in the centre, a page at a time."""
    return await _all(request, session, parts)


@get("/desk/doubts/{filing_id:str}", **allow(Who.ASSISTANT))
async def show_one(request: AnyRequest, session: StaffSession, parts: Parts, filing_id: FromPath[str]) -> Response[Any]:
    """What is known of one, and the decision; nothing else of its visit."""
    return await _one(request, session, parts, filing_id)


@post("/desk/doubts/{filing_id:str}/decide", **allow(Who.ASSISTANT))
async def decide(
    request: AnyRequest, session: StaffSession, parts: Parts, filing_id: FromPath[str], data: Form
) -> Response[Any]:
    """A person has looked in the portal: it holds the application, or it does not."""
    decision = read_decision(data)
    if decision.errors:
        return await _one(request, session, parts, filing_id, typed=decision.typed, wrong=decision.errors, status=422)
    # Read before the step: a second click meets what is settled, and says so.
    visit_id = await parts.database.read(lambda conn: str(find_filing(conn, filing_id).visit_id))
    try:
        await parts.database.write(
            lambda conn: sending.settle(conn, parts, session, visit_id, filing_id, reference=decision.reference)
        )
    except OutOfOrderError as error:
        return await _all(request, session, parts, problem=problem_of(error))
    except BarredError as error:
        route, why = str(request.scope.get("path_template") or ""), error
        await parts.database.write(lambda conn: guarding.note_of_doubt(conn, parts, session, visit_id, route, why))
        return await _all(request, session, parts, problem=problem_of(error))
    return see_other(f"{_ALL}?note=settled")


async def _all(
    request: AnyRequest, session: StaffSession, parts: Parts, *, problem: Problem | None = None
) -> Response[Any]:
    after = Key.parse(request.query_params.get("after", ""))
    found = await parts.database.read(lambda conn: centre_doubts.in_centre(conn, session, most=_MOST + 1, after=after))
    return page(
        request,
        "pages/desk/all_doubts.html",
        status=problem.status if problem else 200,
        lines=found[:_MOST],
        newer=end_of(found, _MOST, lambda line: line.key),
        problem=problem,
        note=words.NOTES.get(request.query_params.get("note", "")),
        words=words,
    )


async def _one(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    filing_id: str,
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    wrong: dict[str, Any] | None = None,
) -> Response[Any]:
    def look(conn: Connection) -> dict[str, Any]:
        line, filing = centre_doubts.one_in_centre(conn, parts, session, filing_id)
        vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
        doubt = doubt_panel.known(conn, parts, vault, filing, session.language)
        return {"line": line, "doubt": doubt, "hints": reconciling.hints(conn, filing_id)}

    found = await parts.database.read(look)
    return page(
        request,
        "pages/desk/one_doubt.html",
        status=status,
        here=f"{_ALL}/{filing_id}",
        p={"doubts": [found["doubt"]]},
        typed=typed or {},
        wrong=wrong or {},
        **found,
    )


HANDLERS = (show_all, show_one, decide)
