"""The only place where an error becomes HTTP: RFC 9457 for programs, a page for people. Neither shows a value."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from gateway.api_keys.errors import ApiKeyError, ApiTooOftenError
from gateway.pages.rendering import page
from gateway.people.access import SessionKind
from gateway.people.errors import (
    AccountSuspendedError,
    RequestForgedError,
    RoleNotChosenError,
    SessionElsewhereError,
    SessionLockedError,
    SessionUnprovenError,
    SignInRequiredError,
)
from gateway.problem_texts import BY_STATUS, DEFECT, PROBLEMS, Problem
from gateway.problem_texts.problem import METHOD_FOR_PROGRAMS, METHOD_NOT_ALLOWED
from gateway.ratings.errors import RequestRefusedError, TooManyLinksError
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.exchange import exchange_of, parts_of
from gateway.web.redirects import see_other
from gateway.web.reopening import nearest

PROBLEM_TYPE: Final = "urn:pilnvara:problem:"
_MEDIA_TYPE: Final = "application/problem+json"
_log = structlog.get_logger("gateway.problems")


def answer(request: "Request[Any, Any, Any]", error: Exception) -> Response[Any]:
    """Turn whatever a handler raised into an answer: Litestar's exception handler for everything."""
    code, problem = explain(error)
    _write_down(request, error, code, problem)
    if wants_page(request):
        if isinstance(error, SessionUnprovenError):
            return _proving_page(request, error, problem)
        way = _way_out(request, error)
        return way if way is not None else problem_page(request, code, problem)
    if problem is METHOD_NOT_ALLOWED:
        problem = METHOD_FOR_PROGRAMS
    faults = [{"field": name, "detail": rule} for name, rule in _faults_of(error).items()]
    return problem_document(
        request, code, problem, headers=_headers_of(error), members={"faults": faults} if faults else None
    )


def explain(error: Exception) -> tuple[str, Problem]:
    """The stable code of an error, and how it is told."""
    if isinstance(error, HTTPException):
        status = error.status_code
        return f"http.{status}", BY_STATUS.get(status) or (DEFECT if status >= 500 else _as_bad_request(status))
    code = getattr(type(error), "code", None)
    if isinstance(code, str) and code in PROBLEMS:
        return code, PROBLEMS[code]
    return "internal", DEFECT


def problem_document(
    request: "Request[Any, Any, Any]",
    code: str,
    problem: Problem,
    *,
    headers: dict[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> Response[dict[str, Any]]:
    """The problem for a program (RFC 9457), with the reference number that the log has too.

    `members` are the further ones of its kind (section 3.2 there).
    """
    return Response(
        {
            "type": PROBLEM_TYPE + code,
            "title": str(problem.title),
            "status": problem.status,
            "detail": str(problem.advice),
            "code": code,
            "reference": exchange_of(request).reference,
        }
        | dict(members or {}),
        status_code=problem.status,
        media_type=_MEDIA_TYPE,
        headers=headers or {},
    )


def problem_page(request: "Request[Any, Any, Any]", code: str, problem: Problem) -> Response[str]:
    """The problem for a person, in their language: what happened, what to do next, the reference number."""
    # Back to the start: the path that failed may hold a code, and need not answer in another language either.
    is_form = problem.status == METHOD_NOT_ALLOWED.status
    place = quote(nearest(request)) if is_form else "/"
    return page(request, "pages/problem.html", status=problem.status, back="/", code=code, problem=problem, place=place)


def _proving_page(request: "Request[Any, Any, Any]", error: SessionUnprovenError, problem: Problem) -> Response[str]:
    """A page that has the terminal prove itself and then shows what was asked for. It shows nothing of the session."""
    return page(
        request,
        f"pages/terminals/prove{'_display' if error.is_display else ''}.html",
        status=problem.status,
        back="/",
        problem=problem,
        terminal_key=error.terminal_key,
        csrf_token=error.csrf,
        is_late=error.is_late,
        is_lost=request.method not in {"GET", "HEAD"},
        is_kept=exchange_of(request).is_kept,
    )


def wants_page(request: "Request[Any, Any, Any]") -> bool:
    """Say whether a person reads the answer: browsers name HTML when they open a page."""
    return "text/html" in request.headers.get("accept", "")


_DOORS: Final = {
    SessionKind.STAFF: "/sign-in",
    SessionKind.ACCOUNT: "/mine/sign-in",
    SessionKind.DISPLAY: "/display/enrol",
    SessionKind.GUEST: "/guest",
}
"""Where each kind of session begins; a resident's begins with a code, so there is nowhere to send them."""

_WITHOUT_RETURN: Final = frozenset({SessionKind.DISPLAY, SessionKind.GUEST})
"""Sessions that begin with a code, and so at their own first page."""


_PLACES: Final[dict[type[Exception], str]] = {SessionLockedError: "/unlock", RoleNotChosenError: "/role"}
"""Where a session that is held back goes on."""


def _way_out(request: "Request[Any, Any, Any]", error: Exception) -> Redirect | None:
    """Where a person goes who has only to sign in, unlock or choose, and then comes back to the page asked for."""
    is_kept = exchange_of(request).is_kept
    where = "?next=/kept" if is_kept else f"?next={request.url.path}" if request.method == "GET" else ""
    if isinstance(error, RequestForgedError) and is_kept:
        return see_other("/kept")
    if isinstance(error, AccountSuspendedError):
        gone = [cookies.forget(parts_of(request).settings, name) for name in (CookieName.STAFF, CookieName.PROOF)]
        return see_other("/sign-in?why=suspended", cookies=gone, clear_cache=True)
    if isinstance(error, SessionElsewhereError):
        return see_other("/sign-in?why=elsewhere")
    if isinstance(error, SignInRequiredError):
        door = _DOORS.get(error.kind)
        back = "" if error.kind in _WITHOUT_RETURN else where
        return None if door is None else see_other(f"{door}{back}{_why_over(request, error, back)}")
    place = _PLACES.get(type(error))
    return None if place is None else see_other(f"{place}{where}")


def _why_over(request: "Request[Any, Any, Any]", error: SignInRequiredError, back: str) -> str:
    """What tells staff that they had a session here; whoever signed out has no cookie and nothing to be told."""
    had_one = cookies.read(parts_of(request).settings, request, CookieName.STAFF) is not None
    if error.kind is not SessionKind.STAFF or not had_one:
        return ""
    return f"{'&' if back else '?'}why=over"


def _as_bad_request(status: int) -> Problem:
    return Problem(status, BY_STATUS[400].title, BY_STATUS[400].advice)


def _faults_of(error: Exception) -> Mapping[str, str]:
    return error.faults if isinstance(error, RequestRefusedError) else {}


def _headers_of(error: Exception) -> dict[str, str]:
    if isinstance(error, ApiTooOftenError):
        return {"Retry-After": str(error.wait)}
    if isinstance(error, ApiKeyError):
        return {"WWW-Authenticate": error.challenge}
    if isinstance(error, TooManyLinksError):
        return {"Retry-After": "3600"}
    return dict(error.headers or {}) if isinstance(error, HTTPException) else {}


def _write_down(request: "Request[Any, Any, Any]", error: Exception, code: str, problem: Problem) -> None:
    """Log the code; for a defect also where it happened, without the message, which may hold a value."""
    facts = {
        "reference": exchange_of(request).reference,
        "code": code,
        "status": problem.status,
        "route": request.scope.get("path_template") or "none",
        "error": type(error).__name__,
    }
    if problem.status >= 500:
        _log.error("problem", **facts, place=_places(error))
    else:
        _log.info("problem", **facts)


def _places(error: Exception) -> str:
    """The lines that an error passed, newest last: modules and lines, never values."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__', 'unknown')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-8:])
