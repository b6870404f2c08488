"""The catalogue for everybody, without signing in: found, read, printed, taken by machines. Nothing here is personal.

What somebody looks for stays out of addresses, and so out of logs. Machines ask for `application/ld+json`, by the
header or at an address of its own, and get the cards of the day, with a tag by which they see whether they changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import LANGUAGES, OWN_NAMES, language_of, page
from gateway.parts import Parts
from gateway.people.access import Who, allow
from gateway.services import catalogue, cpsv, life_events, search, translations, versions
from gateway.services.catalogue import Service
from gateway.services.life_events import LifeEvent
from gateway.services.search import Document
from gateway.services.translations import Shown
from gateway.services.versions import Version
from gateway.web import cookies
from gateway.web.cookies import CookieName
from ui.i18n import Language

AnyRequest = Request[Any, Any, Any]
_EVERYBODY: Final = allow(Who.ANYONE, while_locked=True)
_MACHINES: Final = allow(Who.ANYONE, while_locked=True, cacheable=True)
_NAMED: Final = {"lv": "E-pakalpojumu katalogs", "en": "Catalogue of e-services"}
_KEPT: Final = "public, max-age=300"
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class _One:
    """What the page of one service shows."""

    service: Service
    shown: Shown
    events: tuple[LifeEvent, ...]
    version: Version | None


@get("/services", **_EVERYBODY)
async def show_all(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Every service and life event; machines that ask for JSON-LD get that."""
    if _wants_data(request):
        return await _all_data(request, parts)
    return await _found(request, parts, "", only_directive="directive" in request.query_params)


@post("/services", status_code=200, **_EVERYBODY)
async def find(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Show what fits plain words; in another language where that is asked for with them."""
    wanted = next((each for each in LANGUAGES if each == field(data, "language")), None)
    return await _found(request, parts, field(data, "query"), wanted=wanted)


@get("/services.jsonld", **_MACHINES)
async def all_data(request: AnyRequest, parts: Parts) -> Response[Any]:
    """The whole catalogue as CPSV-AP."""
    return await _all_data(request, parts)


@get("/services/{service_id:str}", **_EVERYBODY)
async def show_one(request: AnyRequest, parts: Parts, service_id: FromPath[str]) -> Response[Any]:
    """One service in plain words; machines that ask for JSON-LD get that."""
    if _wants_data(request):
        return await _one_data(request, parts, service_id)
    is_on = parts.settings.translation_url is not None and "original" not in request.query_params
    language = language_of(request)

    def look(conn: Connection) -> _One:
        service = catalogue.find(conn, service_id)
        shown = translations.shown(conn, [service], language, is_on=is_on)[service.id]
        events = tuple(each for each in search.events(conn) if service.id in each.services)
        return _One(service, shown, events, versions.one(conn, service.id, service.card_version))

    found = await parts.database.read(look)
    return page(
        request,
        "pages/services/one.html",
        card=found.shown.card,
        shown=found.shown,
        is_original="original" in request.query_params,
        service=found.service,
        version=found.version,
        events=[(each.id, each.card(language)) for each in found.events],
        address=f"{parts.settings.public_url}/services/{found.service.id}",
    )


@get("/services/{service_id:str}/data.jsonld", **_MACHINES)
async def one_data(request: AnyRequest, parts: Parts, service_id: FromPath[str]) -> Response[Any]:
    """One service as CPSV-AP."""
    return await _one_data(request, parts, service_id)


@get("/life-events/{event_id:str}", **_EVERYBODY)
async def show_event(request: AnyRequest, parts: Parts, event_id: FromPath[str]) -> Response[Any]:
    """A life event: the services that are needed together, in their order."""

    def look(conn: Connection) -> tuple[LifeEvent, tuple[Service, ...]]:
        found = life_events.find(conn, event_id)
        return found, catalogue.find_all(conn, found.services)

    event, services = await parts.database.read(look)
    language = language_of(request)
    cards = [(each.id, each.is_electronic, each.card(language)) for each in services]
    return page(request, "pages/services/event.html", base="", card=event.card(language), services=cards)


async def _found(
    request: AnyRequest, parts: Parts, query: str, *, only_directive: bool = False, wanted: Language | None = None
) -> Response[Any]:
    language, is_on = wanted or language_of(request), parts.settings.translation_url is not None

    def look(conn: Connection) -> tuple[Any, Any, Any, Mapping[str, Shown]]:
        found, leading, beside = search.search_all(conn, query, limit=_MOST if not query else search.LIMIT)
        if not query:
            leading = search.events(conn)
        return found, leading, beside, translations.shown(conn, found.services + found.nearest, language, is_on=is_on)

    found, leading, beside, cards = await parts.database.read(look)
    switch: dict[str, Any] = {"languages": None} if query else {}  # the words that were looked for stay with ours
    services = [each for each in found.services if each.directive or not only_directive]
    return page(
        request,
        "pages/services/all.html",
        base="",
        language=language,
        cookies_to_set=[] if wanted is None else [cookies.make(parts.settings, CookieName.LANGUAGE, wanted)],
        query=query,
        found_at="/services",
        tongues=[(code, name) for code, name in OWN_NAMES.items() if code != language] if query else [],
        **switch,
        only_directive=only_directive,
        found=[(each.id, each.is_electronic, cards[each.id].card) for each in services],
        nearest=[(each.id, each.is_electronic, cards[each.id].card) for each in found.nearest],
        translated={each: shown for each, shown in cards.items() if shown.original or shown.is_foreign},
        total=len(services) if only_directive else found.total,
        leading=[] if only_directive else [(each.id, each.card(language), len(each.services)) for each in leading],
        beside=[(each.id, each.card(language), len(each.services)) for each in beside],
    )


async def _all_data(request: AnyRequest, parts: Parts) -> Response[Any]:
    base = parts.settings.public_url

    def make(every: Sequence[Service], events: Sequence[LifeEvent]) -> bytes:
        return cpsv.of_catalogue(every, events, base, _NAMED)

    return _data(request, await parts.database.read(lambda conn: search.document(conn, base, make)))


async def _one_data(request: AnyRequest, parts: Parts, service_id: str) -> Response[Any]:
    base = parts.settings.public_url

    def make(service: Service, events: Sequence[LifeEvent]) -> bytes:
        return cpsv.of_service(service, events, base)

    return _data(request, await parts.database.read(lambda conn: search.document_of(conn, base, service_id, make)))


def _data(request: AnyRequest, found: Document) -> Response[Any]:
    """A document with its tag; nothing but the tag for whoever has it already.

    Since when its words are in force is said and not compared: a life event that changes has no such day.
    """
    headers = {"ETag": found.tag, "Cache-Control": _KEPT, "Vary": "Accept"}
    if found.begins is not None:
        headers["Last-Modified"] = format_datetime(found.begins, usegmt=True)
    if found.tag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(None, status_code=304, headers=headers)
    return Response(found.body, media_type=cpsv.MEDIA_TYPE, headers=headers)


def _wants_data(request: AnyRequest) -> bool:
    """Whether JSON-LD is asked for and a page is not: browsers ask for pages first."""
    asked = request.headers.get("accept", "")
    return cpsv.MEDIA_TYPE in asked and "text/html" not in asked


HANDLERS = (show_all, find, all_data, show_one, one_data, show_event)
