"""The pages on which somebody rates an institution's e-service: no cookie, nothing of others, no frame.

The link is the only secret, so that no form's token is needed: whoever sends an answer has it.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from gateway import long_codes
from gateway.feedback.answers import LONGEST_COMMENT
from gateway.feedback.forms import OF_AN_E_SERVICE, Filled
from gateway.feedback.places import is_of_staff
from gateway.pages.forms import Form
from gateway.pages.rendering import LANGUAGES, OWN_NAMES, page
from gateway.parts import Parts
from gateway.people.access import Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.ratings import answering, surveys
from gateway.ratings.answering import Link
from gateway.ratings.errors import LinkOverError, LinkUnknownError, LinkUsedError, RatingError
from gateway.web.guesses import look_up
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor
from ui.i18n import Language, Message

AnyRequest = Request[Any, Any, Any]
_ANYBODY: Final = allow(Who.ANYONE, Who.RESIDENT, csrf=False)
"""A resident's session is looked for instead of a member of staff's, whose name this page would show."""
_STATUS: Final[dict[type[RatingError], int]] = {LinkUnknownError: 404, LinkUsedError: 410, LinkOverError: 410}
NOT_HERE: Final = "rating.not_here"


@get("/r/{token:str}", **_ANYBODY)
async def show(request: AnyRequest, parts: Parts, token: FromPath[str]) -> Response[Any]:
    """The questions. A GET uses nothing up, and tells nobody whether the link is used."""
    if is_of_staff(parts.settings, request):
        return _over(request, NOT_HERE, 403)
    try:
        link = await _find(request, parts, token)
    except (RatingError, TriedTooOftenError) as error:
        return _refused(request, error)
    return _questions(request, link, token, Filled(), {})


@get("/r/thanks/{survey_id:str}", **_ANYBODY)
async def thank(request: AnyRequest, parts: Parts, survey_id: FromPath[str]) -> Response[Any]:
    """The end; it leads back to the one address that was let in."""
    survey = await parts.database.read(lambda conn: surveys.named(conn, survey_id))
    language = _language(request, "lv")
    if survey is None:
        return _over(request, LinkUnknownError.code, 404)
    return _page(
        request,
        "pages/ratings/thanks.html",
        language,
        here=f"/r/thanks/{survey.id}",
        name=survey.name(language),
        agency=survey.agency,
        return_url=survey.return_url,
    )


@post("/r/{token:str}", **_ANYBODY)
async def take(request: AnyRequest, parts: Parts, token: FromPath[str], data: Form) -> Response[Any]:
    """Keep the answer; the link is used up."""
    if is_of_staff(parts.settings, request):
        return _over(request, NOT_HERE, 403)
    filled = Filled.of(data)
    try:
        link = await _find(request, parts, token)
        if faults := filled.faults(OF_AN_E_SERVICE):
            return _questions(request, link, token, filled, faults, status=400)
        survey = await parts.database.write(
            lambda conn: answering.give(conn, parts, token, filled.answer(is_rated=False))
        )
    except (RatingError, TriedTooOftenError) as error:
        return _refused(request, error)
    return see_other(f"/r/thanks/{survey.id}?lang={_language(request, link.language)}")


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (show, take, thank)
"""What answers below `/r`."""


def _questions(
    request: AnyRequest,
    link: Link,
    token: str,
    filled: Filled,
    faults: dict[str, Message],
    *,
    status: int = 200,
) -> Response[Any]:
    language, here = _language(request, link.language), f"/r/{long_codes.read(token)}"
    return _page(
        request,
        "pages/ratings/questions.html",
        language,
        here=here,
        status=status,
        name=link.survey.name(language),
        agency=link.survey.agency,
        action=f"{here}?lang={language}",
        expires_on=link.expires_on,
        filled=filled,
        faults=faults,
        longest=LONGEST_COMMENT,
    )


async def _find(request: AnyRequest, parts: Parts, token: str) -> Link:
    return await look_up(
        request, parts, CodeFor.RATING, lambda conn: answering.find(conn, parts, token), LinkUnknownError
    )


def _refused(request: AnyRequest, error: RatingError | TriedTooOftenError) -> Response[Any]:
    if isinstance(error, TriedTooOftenError):
        return _over(request, "too_often", 429)
    return _over(request, error.code, _STATUS[type(error)])


def _over(request: AnyRequest, code: str, status: int) -> Response[Any]:
    return _page(request, "pages/ratings/over.html", _language(request, "lv"), status=status, code=code)


def _page(
    request: AnyRequest, template: str, language: Language, *, here: str | None = None, **values: Any
) -> Response[Any]:
    """A page that sets no cookie; its language is chosen by the address."""
    switch = [
        {"code": each, "text": text, "href": f"{here}?lang={each}", "current": each == language}
        for each, text in OWN_NAMES.items()
    ]
    answer = page(request, template, language=language, languages=switch if here else None, **values)
    answer.cookies.clear()
    return answer


def _language(request: AnyRequest, asked_in: str) -> Language:
    chosen = request.query_params.get("lang") or asked_in
    return next((each for each in LANGUAGES if each == chosen), LANGUAGES[0])
