"""What is known of the resident, and where it came from; they put right themselves how they are reached."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from connectors.sdk.inputs import Email, Phone
from connectors.sdk.rules import AnswerError, kept
from connectors.sdk.words import Words
from delegation.assurance import NumberSource
from gateway.keys.errors import KeyDestroyedError
from gateway.pages.forms import Form, field
from gateway.pages.mine.signing_in import HOME
from gateway.pages.rendering import LANGUAGES, OWN_NAMES, language_of, page
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import AccountSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.people.residents import Contact, Resident
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits import own_details
from gateway.visits.errors import CorrectionNotFreshError
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]

SOURCES = {
    NumberSource.PROVIDER: message("from your sign-in service"),
    NumberSource.REGISTER: message("from a state register"),
    NumberSource.EARLIER_APPROVAL: message("from something that you approved earlier"),
    NumberSource.OWN_PAGE: message("set by you"),
    NumberSource.TYPED_HERE: message("typed at a counter, not confirmed"),
}
_MINE = allow(Who.RESIDENT_ACCOUNT)
_HERE = f"{HOME}/details"
_CORRECT = f"{_HERE}/correct"
_QUESTIONS: Final = {
    "phone": Phone(name="phone", label=Words("Tālrunis", "Phone number")),
    "email": Email(name="email", label=Words("E-pasts", "E-mail")),
}
_TOO_OFTEN = Problem(
    429,
    message("You have changed this too often today"),
    message("Try again tomorrow. If somebody else changed it, say so at any centre."),
)


@get(_HERE, **_MINE)
async def show(request: AnyRequest, session: AccountSession, parts: Parts) -> Response[Any]:
    """Everything that is kept of them beside what was filed."""
    known = await _known(session, parts)
    return page(
        request,
        "pages/mine/details.html",
        home=HOME,
        known=known,
        sources=SOURCES,
        names=OWN_NAMES,
        is_saved=request.query_params.get("saved") == "yes",
    )


@get(_CORRECT, **_MINE)
async def show_form(request: AnyRequest, session: AccountSession, parts: Parts) -> Response[Any]:
    """The form, or why it is not there now."""
    known = await _known(session, parts)
    if known is None:
        return see_other(_HERE)
    profile = known.profile
    typed = {
        "phone": profile.phone or "",
        "email": profile.email or "",
        "language": profile.language or session.language,
    }
    return _form(request, session, parts, typed)


@post(_CORRECT, **_MINE)
async def correct(request: AnyRequest, session: AccountSession, parts: Parts, data: Form) -> Response[Any]:
    """Take over what was typed."""
    typed = {name: field(data, name, 255) for name in ("phone", "email", "language")}
    contact, faults = _checked(typed, language_of(request))
    if contact is None:
        return _form(request, session, parts, typed, faults=faults)
    wanted: Contact = contact
    try:
        await parts.database.write(lambda conn: own_details.correct(conn, parts, session, wanted))
    except CorrectionNotFreshError as error:
        return _form(request, session, parts, typed, problem=PROBLEMS[error.code])
    except KeyDestroyedError:
        return see_other(_HERE)
    except TriedTooOftenError:
        return _form(request, session, parts, typed, problem=_TOO_OFTEN)
    return see_other(f"{_HERE}?saved=yes")


def _form(
    request: AnyRequest,
    session: AccountSession,
    parts: Parts,
    typed: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response[Any]:
    return page(
        request,
        "pages/mine/correct.html",
        status=problem.status if problem else 422 if faults else 200,
        back=_CORRECT,
        home=HOME,
        here=_CORRECT,
        typed=typed,
        faults=faults or {},
        problem=problem,
        is_fresh=own_details.may_correct(session, parts.clock.now()),
        names=OWN_NAMES,
    )


def _checked(typed: Mapping[str, str], language: str) -> tuple[Contact | None, dict[str, str]]:
    """What was typed as it is kept, or what is wrong with it."""
    values: dict[str, str | None] = {}
    faults: dict[str, str] = {}
    for name, question in _QUESTIONS.items():
        try:
            values[name] = kept(question, typed[name]) if typed[name] else None
        except AnswerError as error:
            faults[name] = error.words.to(language)
    if faults:
        return None, faults
    chosen = typed["language"] if typed["language"] in LANGUAGES else language
    return Contact(phone=values["phone"], email=values["email"], language=chosen), {}


async def _known(session: AccountSession, parts: Parts) -> Resident | None:
    def work(conn: Connection) -> Resident | None:
        try:
            return residents.open_resident(conn, parts, session.resident_id)
        except KeyDestroyedError:
            return None  # erased: there is nothing to show, and the page says so

    return await parts.database.read(work)


HANDLERS = (show, show_form, correct)
