"""A shared computer of the centre, at which a resident acts alone: the page that waits for a code, and the guest's own.

A guest searches and reads the same catalogue as the assistant, and goes on to the institution's own portal in another
tab. Nothing of theirs passes through us: no name is asked for, no word that is typed is kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import LANGUAGES, OWN_NAMES, page
from gateway.pages.terminal_proof import known_terminal
from gateway.parts import Parts
from gateway.people import guest_sessions, sessions, throttle
from gateway.people.access import GuestSession, Who, allow
from gateway.people.errors import PairingCodeError, TriedTooOftenError
from gateway.problem_texts import PROBLEMS, Problem
from gateway.services import catalogue, life_events, search, translations
from gateway.services.catalogue import Service
from gateway.services.index import Results
from gateway.services.search import LIMIT
from gateway.services.translations import Shown
from gateway.visits import guiding
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.current import CurrentSession
from gateway.web.exchange import traits_of
from gateway.web.live import changes
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor, note_code

AnyRequest = Request[Any, Any, Any]
HOME = "/guest"
_GUEST = allow(Who.GUEST)
_OPEN_DOOR = allow(Who.ANYONE, Who.GUEST)
_MOST_TRIES = 10


@get(HOME, **_OPEN_DOOR)
async def show(request: AnyRequest, session: CurrentSession, parts: Parts) -> Response[Any]:
    """The guest's first page; without a guest the page that waits for a code.

    A cookie that is left over is taken back: its session is over.
    """
    if isinstance(session, GuestSession):
        return await _search(request, session, parts, "")
    left = cookies.read(parts.settings, request, CookieName.GUEST)
    if left is None:
        return await _waiting(request, parts)
    language = await parts.database.read(lambda conn: guest_sessions.language_of(conn, left))
    gone = cookies.forget(parts.settings, CookieName.GUEST)
    return see_other(f"/guest/over?in={language}", cookies=[gone], clear_cache=True)


@get("/guest/over", **allow(Who.ANYONE))
async def show_over(request: AnyRequest) -> Response[Any]:
    """Nobody's page: the time is over, in the language of whoever it was; from it the computer waits for the next."""
    asked = request.query_params.get("in", "")
    language = next((each for each in LANGUAGES if each == asked), None)
    return page(request, "pages/guest/over.html", language=language, languages=None)


@post("/guest/begin", **_OPEN_DOOR)
async def begin(request: AnyRequest, session: CurrentSession, parts: Parts, data: Form) -> Response[Any]:
    """Take the code that the assistant's page shows; whoever of staff is signed in here is locked."""
    if isinstance(session, GuestSession):
        return see_other(HOME)
    terminal, typed = await known_terminal(request, parts), field(data, "code", 20)
    if terminal is None:
        return await _waiting(request, parts)
    now, here = parts.clock.now(), terminal
    door = throttle.Door("guest", terminal.id, _MOST_TRIES)

    def work(conn: Connection) -> str:
        token = guiding.begin_by_code(conn, parts, here, typed, traits=traits_of(request))
        throttle.forgive(conn, parts.sealer, [door])
        return token

    try:
        await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, [door], now))
        token = await parts.database.write(work)
    except (PairingCodeError, TriedTooOftenError) as error:
        await note_code(request, CodeFor.GUEST, error, terminal.id)
        return await _waiting(request, parts, problem=PROBLEMS[error.code])
    return begun(parts, token)


@post("/guest/search", status_code=200, **_GUEST)
async def search_services(request: AnyRequest, session: GuestSession, parts: Parts, data: Form) -> Response[Any]:
    """Show what fits; what was asked for stays out of addresses and so out of logs."""
    wanted = field(data, "language")
    if wanted in LANGUAGES:
        await parts.database.write(lambda conn: sessions.set_language(conn, session.token_hash, wanted))
        session = replace(session, language=wanted)
    return await _search(request, session, parts, field(data, "query"))


@get("/guest/services/{service_id:str}", **_GUEST)
async def show_service(
    request: AnyRequest, session: GuestSession, parts: Parts, service_id: FromPath[str]
) -> Response[Any]:
    """One service: what is needed, and where it is done."""
    is_on = parts.settings.translation_url is not None and "original" not in request.query_params

    def look(conn: Connection) -> tuple[Service, Shown]:
        service = catalogue.find(conn, service_id)
        return service, translations.shown(conn, [service], session.language, is_on=is_on)[service.id]

    service, shown = await parts.database.read(look)
    return _page(
        request,
        session,
        parts,
        "service",
        card=shown.card,
        shown=shown,
        is_original="original" in request.query_params,
        service_id=service.id,
        holder=service.holder,
        portal=_portal_of(service),
    )


@get("/guest/life-events/{event_id:str}", **_GUEST)
async def show_event(
    request: AnyRequest, session: GuestSession, parts: Parts, event_id: FromPath[str]
) -> Response[Any]:
    """A life event: the services that are needed together, in their order."""

    def look(conn: Connection) -> tuple[life_events.LifeEvent, tuple[Service, ...]]:
        found = life_events.find(conn, event_id)
        return found, catalogue.find_all(conn, found.services)

    event, services = await parts.database.read(look)
    cards = [(each.id, each.is_electronic, each.card(session.language)) for each in services]
    return _page(request, session, parts, "event", card=event.card(session.language), services=cards)


@get("/guest/help", **_GUEST)
async def show_help(request: AnyRequest, session: GuestSession, parts: Parts) -> Response[Any]:
    """How to do it alone, and what to mind at a computer that others use too."""
    return _page(request, session, parts, "help")


@post("/guest/extend", **_GUEST)
async def extend(session: GuestSession, parts: Parts) -> Response[Any]:
    """More time; the page says until when."""
    await parts.database.write(lambda conn: guiding.extend_own(conn, parts, session))
    return see_other(HOME)


@get("/guest/end", **_GUEST)
async def confirm_end(request: AnyRequest, session: GuestSession, parts: Parts) -> Response[Any]:
    """What ends, and what the resident has to close themselves."""
    return _page(request, session, parts, "end")


@post("/guest/end", **_GUEST)
async def end(session: GuestSession, parts: Parts) -> Response[Any]:
    """The resident is done; the next page takes the cookie back and says what was wiped."""
    await parts.database.write(lambda conn: guiding.end_own(conn, parts, session))
    return see_other(HOME, clear_cache=True)


@get("/guest/events", **_GUEST)
async def events(session: GuestSession, parts: Parts) -> Stream:
    """Say when the time was extended, or is over."""
    return changes(parts.database, _look(parts, session.token_hash))


def begun(parts: Parts, token: str) -> Response[Any]:
    """See the guest's first page; of staff nothing stays in this browser but the enrolment of the computer."""
    fresh = cookies.make(parts.settings, CookieName.GUEST, token)
    gone = [cookies.forget(parts.settings, name) for name in (CookieName.STAFF, CookieName.PROOF)]
    return see_other(HOME, cookies=[fresh, *gone], clear_cache=True)


def _look(parts: Parts, token_hash: bytes) -> Callable[[Connection], datetime | None]:
    return lambda conn: guest_sessions.moment(conn, token_hash, parts.clock.now())


async def _search(request: AnyRequest, session: GuestSession, parts: Parts, query: str) -> Response[Any]:
    language, is_on = session.language, parts.settings.translation_url is not None

    def look(conn: Connection) -> tuple[Results, Any, Any, Mapping[str, Shown]]:
        found, leading, beside = search.search_all(conn, query, limit=LIMIT)
        return found, leading, beside, translations.shown(conn, found.services + found.nearest, language, is_on=is_on)

    found, leading, beside, cards = await parts.database.read(look)
    return _page(
        request,
        session,
        parts,
        "search",
        language=session.language,
        query=query,
        found_at="/guest/search",
        tongues=others(session.language) if query else [],
        **({"languages": None} if query else {}),
        found=[(each.id, each.is_electronic, cards[each.id].card) for each in found.services],
        nearest=[(each.id, each.is_electronic, cards[each.id].card) for each in found.nearest],
        translated={each: shown for each, shown in cards.items() if shown.original or shown.is_foreign},
        total=found.total,
        leading=[(each.id, each.card(language), len(each.services)) for each in leading],
        beside=[(each.id, each.card(language), len(each.services)) for each in beside],
    )


def _page(request: AnyRequest, session: GuestSession, parts: Parts, name: str, **context: Any) -> Response[Any]:
    now = parts.clock.now()
    can_extend = session.ends_at < session.began_at + guest_sessions.LONGEST
    return page(
        request,
        f"pages/guest/{name}.html",
        back=HOME if request.method != "GET" else None,
        home=HOME,
        ends_at=session.ends_at,
        seconds=max(0, int((session.ends_at - now).total_seconds())),
        can_extend=can_extend,
        **context,
    )


async def _waiting(request: AnyRequest, parts: Parts, *, problem: Problem | None = None) -> Response[Any]:
    """The page between two guests."""
    terminal = await known_terminal(request, parts)
    is_staffed = cookies.read(parts.settings, request, CookieName.STAFF) is not None
    return page(
        request,
        "pages/guest/waiting.html",
        status=problem.status if problem else 200,
        back=HOME,
        terminal=terminal,
        is_staffed=is_staffed,
        problem=problem,
    )


def others(language: str) -> list[tuple[str, str]]:
    """The languages that a page can be shown in but for the one that it is in, each by its own name."""
    return [(code, name) for code, name in OWN_NAMES.items() if code != language]


def _portal_of(service: Service) -> tuple[str, str] | None:
    """Where the institution's own portal is, and its name as the address bar shows it."""
    if service.portal_origin is None:
        return None
    return service.portal_origin, urlsplit(service.portal_origin).netloc


HANDLERS = (
    show,
    show_over,
    begin,
    search_services,
    show_service,
    show_event,
    show_help,
    extend,
    confirm_end,
    end,
    events,
)
