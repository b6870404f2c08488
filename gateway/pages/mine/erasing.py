"""A resident wishes to be erased: what goes, what stays, from which day, and how to take the wish back."""

from typing import Any, Final

from litestar import Request, Response, get, post

from gateway.pages.erasure_words import OBSTACLES
from gateway.pages.mine.signing_in import HOME
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import AccountSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.problem_texts import PROBLEMS, Problem
from gateway.retention import wishes
from gateway.retention.errors import WishNotFreshError, WishUnknownError
from gateway.visits import own_details
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_MINE: Final = allow(Who.RESIDENT_ACCOUNT)
_HERE: Final = f"{HOME}/erasure"
_TOO_OFTEN: Final = Problem(
    429, message("You have said this too often today"), message("Try again tomorrow. Nothing was changed.")
)


@get(_HERE, **_MINE)
async def show(request: AnyRequest, session: AccountSession, parts: Parts) -> Response[Any]:
    """What a wish would do, or does; and when."""
    return await _show(request, session, parts)


@post(_HERE, **_MINE)
async def wish(request: AnyRequest, session: AccountSession, parts: Parts) -> Response[Any]:
    """Keep the wish; they are told by message too."""
    try:
        await parts.database.write(lambda conn: wishes.ask(conn, parts, session))
    except WishNotFreshError as error:
        return await _show(request, session, parts, PROBLEMS[error.code])
    except TriedTooOftenError:
        return await _show(request, session, parts, _TOO_OFTEN)
    return see_other(_HERE)


@post(f"{_HERE}/withdraw", **_MINE)
async def withdraw(session: AccountSession, parts: Parts) -> Response[Any]:
    """Everything stays; said twice, it is as after once."""
    try:
        await parts.database.write(lambda conn: wishes.withdraw(conn, parts, session))
    except WishUnknownError:
        return see_other(_HERE)
    return see_other(f"{_HERE}?kept=yes")


async def _show(
    request: AnyRequest, session: AccountSession, parts: Parts, problem: Problem | None = None
) -> Response[Any]:
    outlook = await parts.database.read(lambda conn: wishes.outlook(conn, parts, session.resident_id))
    return page(
        request,
        "pages/mine/erasure.html",
        status=problem.status if problem else 200,
        back=_HERE,
        home=HOME,
        here=_HERE,
        outlook=outlook,
        obstacles=OBSTACLES,
        problem=problem,
        is_fresh=own_details.may_correct(session, parts.clock.now()),
        is_kept=request.query_params.get("kept") == "yes",
        rests=parts.settings.erasure_rests_days.days,
        disputable=parts.settings.keep_sent_days.days,
    )


HANDLERS = (show, wish, withdraw)
