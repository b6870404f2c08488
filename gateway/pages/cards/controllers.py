"""Cards of services for whoever answers for them: administrators and the network's owner all, an officer some."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.changes import drafts
from gateway.changes.errors import ChangeFaultError, ChangeUnknownError, Fault
from gateway.days import day_of
from gateway.pages.admin.words import FAULTS
from gateway.pages.cards import looking, typed, words
from gateway.pages.forms import Form, field
from gateway.pages.rendering import OWN_NAMES, language_of, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.services.sides import LANGUAGES, OF_CENTRE, OF_HOLDER
from gateway.web.exchange import parts_of
from gateway.web.redirects import see_other
from ui.i18n import Message

AnyRequest = Request[Any, Any, Any]
Step = Callable[[Connection], None]
_EDITORS: Final = allow(Who.ADMINISTRATOR, Who.OFFICER, Who.NETWORK_OWNER)
_VOUCHERS: Final = allow(Who.ADMINISTRATOR, Who.OFFICER)
"""Who says that a card is still true: its fees and times are the holder's to know."""
_WORDS: Final[Mapping[str, Any]] = {
    "fields": words.FIELDS,
    "sides": words.SIDES,
    "states": words.STATES,
    "said": words.said,
}


@get("/cards", **_EDITORS)
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Every card that is theirs: those that have to be looked at first, then those with a draft."""
    today = day_of(parts.clock.now())
    lines = await parts.database.read(lambda conn: looking.lines(conn, session, language_of(request), today))
    return page(request, "pages/cards/all.html", lines=lines, today=today, **_WORDS)


@get("/cards/{service_id:str}", **_EDITORS)
async def show_one(request: AnyRequest, session: StaffSession, service_id: FromPath[str]) -> Response[Any]:
    """One card: how it reads now, its draft, its versions."""
    return await _one(request, session, service_id)


@get("/cards/{service_id:str}/versions/{number:int}", **_EDITORS)
async def show_version(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str], number: FromPath[int]
) -> Response[Any]:
    """One version, and what it changed."""
    found = await parts.database.read(lambda conn: looking.version(conn, session, service_id, number))
    return page(
        request,
        "pages/cards/version.html",
        service_id=service_id,
        languages_of=OWN_NAMES,
        **found,
        **_WORDS,
    )


@get("/cards/{service_id:str}/draft/{language:str}", **_EDITORS)
async def show_form(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str], language: FromPath[str]
) -> Response[Any]:
    """The draft's words of one language, to be changed."""
    _ensure_language(language)
    cards = await parts.database.read(lambda conn: looking.own_draft(conn, session, service_id))
    return _form(request, service_id, language, dict(typed.write(cards.get(language))), {})


@post(
    "/cards/{service_id:str}/draft/{language:str}",
    **allow(Who.ADMINISTRATOR, Who.OFFICER, Who.NETWORK_OWNER, keeps=True),
)
async def keep(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    service_id: FromPath[str],
    language: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Keep what was written for one language."""
    _ensure_language(language)
    card = typed.read(data)
    try:
        await parts.database.write(lambda conn: drafts.keep(conn, parts, session, service_id, language, card))
    except ChangeFaultError as error:
        return _form(request, service_id, language, data, error.all)
    return see_other(_at(service_id))


@post("/cards/{service_id:str}/draft", **_EDITORS)
async def begin(request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str]) -> Response[Any]:
    """Begin a draft with the words of now."""
    return await _step(
        request, session, service_id, lambda conn: drafts.begin(conn, parts, session, service_id), "/draft/lv"
    )


@post("/cards/{service_id:str}/submit", **_EDITORS)
async def submit(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str], data: Form
) -> Response[Any]:
    """Hand the draft in: from which day, and why."""

    def step(conn: Connection) -> None:
        drafts.submit(
            conn,
            parts,
            session,
            service_id,
            valid_from=_day(data, "valid_from"),
            review_on=_day(data, "review_on"),
            because=field(data, "because", 4 * drafts.LONGEST_REASON),
        )

    return await _step(request, session, service_id, step, data=data)


@post("/cards/{service_id:str}/approve", **_EDITORS)
async def approve(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str], data: Form
) -> Response[Any]:
    """Say yes to the words that were read."""
    mark = field(data, "mark")
    return await _step(
        request, session, service_id, lambda conn: drafts.approve(conn, parts, session, service_id, mark)
    )


@post("/cards/{service_id:str}/refuse", **_EDITORS)
async def refuse(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str], data: Form
) -> Response[Any]:
    """Say no, and why."""
    why = field(data, "why", 4 * drafts.LONGEST_REASON)
    return await _step(
        request, session, service_id, lambda conn: drafts.refuse(conn, parts, session, service_id, why), data=data
    )


@post("/cards/{service_id:str}/reopen", **_EDITORS)
async def reopen(request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str]) -> Response[Any]:
    """Go on writing what was handed in."""
    return await _step(request, session, service_id, lambda conn: drafts.reopen(conn, parts, session, service_id))


@post("/cards/{service_id:str}/take-back", **_EDITORS)
async def take_back(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str]
) -> Response[Any]:
    """Give the draft up."""
    return await _step(request, session, service_id, lambda conn: drafts.take_back(conn, parts, session, service_id))


@post("/cards/{service_id:str}/reviewed", **_VOUCHERS)
async def reviewed(
    request: AnyRequest, session: StaffSession, parts: Parts, service_id: FromPath[str], data: Form
) -> Response[Any]:
    """It is still true; look again by another day."""

    def step(conn: Connection) -> None:
        again = _day(data, "review_on")
        if again is None:
            raise ChangeFaultError("review_on", Fault.DATE)
        drafts.note_reviewed(conn, parts, session, service_id, again)

    return await _step(request, session, service_id, step, data=data)


async def _step(
    request: AnyRequest,
    session: StaffSession,
    service_id: str,
    step: Step,
    then: str = "",
    *,
    data: dict[str, str] | None = None,
) -> Response[Any]:
    """Take a step and show the card; where something is wrong with a form, show it beside what was typed."""
    try:
        await parts_of(request).database.write(step)
    except ChangeFaultError as error:
        return await _one(request, session, service_id, data or {}, error)
    return see_other(_at(service_id) + then)


async def _one(
    request: AnyRequest,
    session: StaffSession,
    service_id: str,
    data: dict[str, str] | None = None,
    fault: ChangeFaultError | None = None,
) -> Response[Any]:
    language, parts = language_of(request), parts_of(request)
    today = day_of(parts.clock.now())
    found = await parts.database.read(lambda conn: looking.one(conn, session, service_id, language))
    return page(
        request,
        "pages/cards/one.html",
        status=422 if fault else 200,
        back=_at(service_id),
        typed=data or {},
        errors=_errors(fault),
        today=today,
        longest=drafts.LONGEST_REASON,
        languages_of=OWN_NAMES,
        **found,
        **_WORDS,
    )


def _form(request: AnyRequest, service_id: str, language: str, values: dict[str, str], faults: Any) -> Response[Any]:
    return page(
        request,
        "pages/cards/edit.html",
        status=422 if faults else 200,
        back=f"{_at(service_id)}/draft/{language}",
        service_id=service_id,
        of_language=language,
        languages_of=OWN_NAMES,
        others=LANGUAGES,
        typed=values,
        errors={name: FAULTS[each] for name, each in dict(faults).items()},
        hints=words.HINTS,
        lists=words.LISTS,
        long=words.LONG,
        of_centre=OF_CENTRE,
        of_holder=OF_HOLDER,
        forms={form.value: text for form, text in words.FORMS.items()},
        **_WORDS,
    )


def _errors(fault: ChangeFaultError | None) -> dict[str, Message]:
    said = {**FAULTS, Fault.PENDING: words.WRITTEN_ALREADY}
    return {} if fault is None else {name: said[each] for name, each in fault.all.items()}


def _day(data: dict[str, str], name: str) -> date | None:
    text = field(data, name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ChangeFaultError(name, Fault.DATE) from error


def _ensure_language(language: str) -> None:
    if language not in LANGUAGES:
        raise ChangeUnknownError("no such language")


def _at(service_id: str) -> str:
    return f"/cards/{quote(service_id)}"


HANDLERS = (
    show_all,
    show_one,
    show_version,
    show_form,
    keep,
    begin,
    submit,
    approve,
    refuse,
    reopen,
    take_back,
    reviewed,
)
