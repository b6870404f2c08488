"""Stopping without an account: by the code on the papers, or by a code from the counter. Whoever has it sees nothing.

A GET of a link only shows a button, so that nothing which looks at links for somebody stops anything; the POST stops.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway import long_codes
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.resident import disputing, entering
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.access import ResidentSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits import actors, cases, stop_codes, stopping
from gateway.visits.errors import CodeUnknownError, StopCodeUnknownError
from gateway.visits.stopping import Answer
from gateway.web.current import CurrentSession
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor, note_code

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]
_CALLERS = allow(Who.ANYONE, Who.RESIDENT)
_LONGEST = 64
_COUNTER_CODE_MOST = 12
"""Signs of a typed code from the counter, blanks included; the code on the papers has more than twice as many."""


@get("/stop", **_CALLERS)
async def show_stop(request: AnyRequest, session: CurrentSession) -> Response[Any]:
    """All ways to stop; a phone that is on a visit has a button."""
    return _ways(request, session)


@post("/stop", **_CALLERS)
async def take_stop_code(request: AnyRequest, session: CurrentSession, parts: Parts, data: Form) -> Response[Any]:
    """Stop by the code on the papers; a code from the counter leads to the no, which needs no signing in."""
    typed = field(data, "code", 60)
    if len(typed) <= _COUNTER_CODE_MOST:
        try:
            opened = await entering.open_by_code(request, session, parts, typed)
        except (CodeUnknownError, TriedTooOftenError) as error:
            await note_code(request, CodeFor.QUESTION, error)
            return _ways(request, session, PROBLEMS[error.code])
        return entering.enter(parts, opened, "/approve/refuse")
    try:
        await _stop(request, session, parts, typed)
    except (StopCodeUnknownError, TriedTooOftenError) as error:
        await note_code(request, CodeFor.STOP, error)
        return _ways(request, session, PROBLEMS[error.code])
    return see_other(f"/stop/{long_codes.read(typed)}/answer")


@get("/stop/{code:str}", **_CALLERS)
async def show_link(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """Show a button, whether or not the code is any good."""
    return page(request, "pages/resident/stop_link.html", action=f"/stop/{code[:_LONGEST]}")


@post("/stop/{code:str}", **_CALLERS)
async def take_link(request: AnyRequest, session: CurrentSession, parts: Parts, code: FromPath[str]) -> Response[Any]:
    """Stop what the code is for; asking again changes nothing and gets the same answer."""
    try:
        await _stop(request, session, parts, code[:_LONGEST])
    except (StopCodeUnknownError, TriedTooOftenError) as error:
        await note_code(request, CodeFor.STOP, error)
        return _ways(request, session, PROBLEMS[error.code])
    return see_other(f"/stop/{long_codes.read(code)}/answer")


@get("/stop/{code:str}/answer", **_CALLERS)
async def show_answer(request: AnyRequest, session: CurrentSession, parts: Parts, code: FromPath[str]) -> Response[Any]:
    """Say whether it was in time, to whoever has the code; nothing of what it was about."""
    try:
        answer = await parts.database.read(lambda conn: stopping.answer_to_code(conn, parts, code[:_LONGEST]))
    except StopCodeUnknownError as error:
        return _ways(request, session, PROBLEMS[error.code])
    return page(request, "pages/resident/stop_answer.html", answer=answer, case=f"/stop/{code[:_LONGEST]}/case")


@get("/stop/{code:str}/case", **_CALLERS)
async def show_case(request: AnyRequest, session: CurrentSession, parts: Parts, code: FromPath[str]) -> Response[Any]:
    """Ask what is wrong."""
    try:
        await parts.database.read(lambda conn: stopping.answer_to_code(conn, parts, code[:_LONGEST]))
    except StopCodeUnknownError as error:
        return _ways(request, session, PROBLEMS[error.code])
    here = f"/stop/{code[:_LONGEST]}"
    return disputing.form_page(request, f"{here}/case", f"{here}/answer", is_known=False)


@post("/stop/{code:str}/case", **_CALLERS)
async def open_case(
    request: AnyRequest, session: CurrentSession, parts: Parts, code: FromPath[str], data: Form
) -> Response[Any]:
    """Open a case about what the code is for."""
    here = f"/stop/{code[:_LONGEST]}"
    filled = disputing.Filled.of(data)
    if filled.faults or filled.kind is None:
        return disputing.form_page(request, f"{here}/case", f"{here}/answer", filled, is_known=False)
    kind = filled.kind

    def work(conn: Connection) -> str:
        delegation_id = stop_codes.find(conn, parts, code[:_LONGEST])
        return cases.open_case(
            conn,
            parts,
            kind=kind,
            delegation_id=delegation_id,
            whose=stopping.RECEIPT,
            by=actors.finder(delegation_id),
            words=filled.words,
            now=parts.clock.database_now(conn),
        )

    try:
        case_id = await _counted(request, session, parts, work)
    except (StopCodeUnknownError, TriedTooOftenError) as error:
        await note_code(request, CodeFor.STOP, error)
        return _ways(request, session, PROBLEMS[error.code])
    return see_other(f"{here}/case/{case_id}")


@get("/stop/{code:str}/case/{case_id:str}", **_CALLERS)
async def show_case_opened(
    request: AnyRequest, parts: Parts, code: FromPath[str], case_id: FromPath[str]
) -> Response[Any]:
    """Say what happens now, to whoever has the code."""

    def work(conn: Connection) -> Any:
        found = cases.find_case(conn, case_id)
        return found if found.delegation_id == stop_codes.find(conn, parts, code[:_LONGEST]) else None

    found = await parts.database.read(work)
    return disputing.opened_page(request, found, f"/stop/{code[:_LONGEST]}/answer")


async def _stop(request: AnyRequest, session: CurrentSession, parts: Parts, typed: str) -> Answer:
    return await _counted(request, session, parts, lambda conn: stopping.stop_by_code(conn, parts, typed))


async def _counted(request: AnyRequest, session: CurrentSession, parts: Parts, work: Callable[[Connection], T]) -> T:
    """Do what a code is good for; tries in vain are counted against the browser and against its address."""
    doors = entering.doors_of(request, session, parts)
    now = parts.clock.now()
    await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, doors, now))

    def counted(conn: Connection) -> T:
        done = work(conn)
        throttle.forgive(conn, parts.sealer, doors)
        return done

    return await parts.database.write(counted)


def _ways(request: AnyRequest, session: CurrentSession, problem: Problem | None = None) -> Response[Any]:
    is_on_visit = isinstance(session, ResidentSession)
    status = problem.status if problem else 200
    return page(
        request, "pages/resident/stop_ways.html", status=status, back="/stop", problem=problem, is_on_visit=is_on_visit
    )


HANDLERS = (show_stop, take_stop_code, show_link, take_link, show_answer, show_case, open_case, show_case_opened)
