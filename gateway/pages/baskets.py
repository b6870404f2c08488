"""What each kind of centre offers, side by side; and a basket's cards as a booklet for the counter."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.rendering import language_of, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.roles import Role
from gateway.reports.words import KINDS_OF_CENTRE
from gateway.services import baskets, translations
from gateway.services.baskets import Line
from gateway.services.catalogue import Service
from gateway.services.translations import Shown

AnyRequest = Request[Any, Any, Any]
_READERS: Final = allow(Who.STAFF)
_MEND: Final = frozenset({Role.ADMINISTRATOR, Role.OFFICER})
_MAY_CHANGE: Final = frozenset({Role.ADMINISTRATOR, Role.NETWORK_OWNER})


@get("/baskets", **_READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """All kinds beside each other; an officer sees the own institution's services."""
    language, now = language_of(request), parts.clock.now()
    holder = session.holder if session.role is Role.OFFICER else None

    def look(conn: Connection) -> tuple[list[str], list[Line]]:
        return baskets.kinds(conn), baskets.lines(conn, language, now, holder=holder)

    kinds, lines = await parts.database.read(look)
    differs = "differences" in request.query_params
    return page(
        request,
        "pages/baskets/all.html",
        kinds=kinds,
        names=KINDS_OF_CENTRE,
        lines=[each for each in lines if not differs or each.kinds != frozenset(kinds)],
        blocked=[each for each in lines if each.blocked],
        differs=differs,
        may_mend=session.role in _MEND,
        may_change=session.role in _MAY_CHANGE,
    )


@get("/baskets/{kind:str}", **_READERS)
async def show_booklet(request: AnyRequest, parts: Parts, kind: FromPath[str]) -> Response[Any]:
    """Every card of a basket, one after the other, to be printed."""
    language, is_on = language_of(request), parts.settings.translation_url is not None

    def look(conn: Connection) -> list[tuple[Service, Shown]]:
        if kind not in baskets.kinds(conn):
            raise NotFoundException
        services = baskets.cards_of(conn, kind)
        shown = translations.shown(conn, services, language, is_on=is_on)
        return [(each, shown[each.id]) for each in services]

    cards = await parts.database.read(look)
    return page(
        request,
        "pages/baskets/booklet.html",
        kind=KINDS_OF_CENTRE.get(kind, kind),
        cards=cards,
        day=parts.clock.now(),
    )


HANDLERS = (show, show_booklet)
