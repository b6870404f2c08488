"""The pages on which somebody says how it went. A GET shows the form and uses nothing up; the POST does."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from gateway.feedback import answers
from gateway.feedback.answers import LONGEST_COMMENT, Invitation
from gateway.feedback.asking import read_code
from gateway.feedback.errors import (
    FeedbackError,
    InvitationExpiredError,
    InvitationUnknownError,
    InvitationUsedError,
    NotHereError,
)
from gateway.feedback.forms import Filled
from gateway.feedback.places import is_of_staff
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.web.guesses import look_up
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]

_CALLERS = allow(Who.ANYONE, Who.RESIDENT)
"""A resident's session is looked for only to know the language; a member of staff's would show the wrong one."""

_STATUS: dict[type[FeedbackError], int] = {
    InvitationUnknownError: 404,
    InvitationUsedError: 410,
    InvitationExpiredError: 410,
    NotHereError: 403,
}
_NO_CODE = message("Enter the code from your paper")
_WRONG_CODE = message("The code is not right: it has 12 letters and digits, such as 7Q2F-9KXM-31ZT")


@get("/f", **_CALLERS)
async def show_code_form(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Where the printed code is typed."""
    if is_of_staff(parts.settings, request):
        return _not_here(request)
    return page(request, "pages/feedback/code.html", typed="", fault=None)


@post("/f", **_CALLERS)
async def take_code(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Lead from a typed code to its form."""
    if is_of_staff(parts.settings, request):
        return _not_here(request)
    typed = field(data, "code", 60)
    code = read_code(typed)
    if code is None:
        fault = _WRONG_CODE if typed else _NO_CODE
        return page(request, "pages/feedback/code.html", status=400, typed=typed, fault=fault)
    try:
        await _find(request, parts, code)
    except (FeedbackError, TriedTooOftenError) as error:
        return _over(request, error)
    return see_other(f"/f/{code}")


@get("/f/thanks", **_CALLERS)
async def show_thanks(request: AnyRequest) -> Response[Any]:
    """The end."""
    return page(request, "pages/feedback/thanks.html")


@get("/f/{token:str}", **_CALLERS)
async def show_questions(request: AnyRequest, parts: Parts, token: FromPath[str]) -> Response[Any]:
    """Four questions: how satisfied, whether it is done, whether it was clear, and room for a comment.

    Whether they were answered before is said only to whoever sends an answer.
    """
    if is_of_staff(parts.settings, request):
        return _not_here(request)
    try:
        invitation = await _find(request, parts, token)
    except (FeedbackError, TriedTooOftenError) as error:
        return _over(request, error)
    return _questions(request, invitation, token, Filled(), {})


@post("/f/{token:str}", **_CALLERS)
async def take_answer(request: AnyRequest, parts: Parts, token: FromPath[str], data: Form) -> Response[Any]:
    """Keep the answer; the link is used up."""
    if is_of_staff(parts.settings, request):
        return _not_here(request)
    filled = Filled.of(data)
    try:
        invitation = await _find(request, parts, token)
        is_rated = invitation.is_rated
        faults = filled.faults(is_rated=is_rated)
        if faults:
            return _questions(request, invitation, token, filled, faults, status=400)
        await parts.database.write(lambda conn: answers.give(conn, parts, token, filled.answer(is_rated=is_rated)))
    except (FeedbackError, TriedTooOftenError) as error:
        return _over(request, error)
    return see_other("/f/thanks")


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    show_code_form,
    take_code,
    show_thanks,
    show_questions,
    take_answer,
)
"""What answers below `/f`."""


async def _find(request: AnyRequest, parts: Parts, token: str) -> Invitation:
    return await look_up(
        request, parts, CodeFor.FEEDBACK, lambda conn: answers.find(conn, parts, token), InvitationUnknownError
    )


def _questions(
    request: AnyRequest,
    invitation: Invitation,
    token: str,
    filled: Filled,
    faults: dict[str, Message],
    *,
    status: int = 200,
) -> Response[Any]:
    return page(
        request,
        "pages/feedback/questions.html",
        status=status,
        invitation=invitation,
        action=f"/f/{read_code(token)}",
        filled=filled,
        faults=faults,
        longest=LONGEST_COMMENT,
    )


def _not_here(request: AnyRequest) -> Response[Any]:
    """Say where an answer can be given instead. Nothing was looked up: the code stays good."""
    return _over(request, NotHereError("staff work in this browser"))


def _over(request: AnyRequest, error: FeedbackError | TriedTooOftenError) -> Response[Any]:
    """Say why a link leads nowhere; each reason has its own words and one thing to do next."""
    if isinstance(error, TriedTooOftenError):
        return page(request, "pages/feedback/over.html", status=429, code="too_often")
    return page(request, "pages/feedback/over.html", status=_STATUS[type(error)], code=error.code)
