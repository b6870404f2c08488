"""What holders pay for one service given: everybody who looks after figures sees it, the network's owner sets it."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection, select

from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import reading
from gateway.pages.reports.who import OWNER, READERS, is_owner
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.reports import prices
from gateway.reports.errors import NotInForceError
from gateway.reports.prices import PriceError
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/figures/costs/prices"
_NO_SERVICE: Final = message("Choose the service")
_NO_AMOUNT: Final = message("Write an amount from 0 to 100,000 euros, such as 3.50, or leave it empty for no price")
_NO_DAY: Final = message("Write the day from which it holds")


@get(_HERE, **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Every price in force, and for the owner the form for a new one."""
    return await _show(request, session, parts)


@post(_HERE, **OWNER)
async def put(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Set a price from a day on."""
    typed = {name: field(data, name) for name in ("service", "euros", "since")}
    amount, since = reading.euros(typed["euros"]), reading.day(typed["since"])
    faults = {} if typed["service"] else {"service": _NO_SERVICE}
    if (amount is None and typed["euros"]) or (amount is not None and not 0 <= amount <= prices.MOST):
        faults["euros"] = _NO_AMOUNT
    if since is None:
        faults["since"] = _NO_DAY
    if faults or since is None:
        return await _show(request, session, parts, typed, faults)
    day = since

    def step(conn: Connection) -> None:
        now = parts.clock.database_now(conn)
        prices.set_price(conn, typed["service"], amount, since=day, by=session.actor, now=now)

    try:
        await parts.database.write(step)
    except PriceError:
        return await _show(request, session, parts, typed, {"service": _NO_SERVICE})
    return see_other(_HERE)


@post(f"{_HERE}/{{price_id:str}}/withdraw", **OWNER)
async def withdraw(session: StaffSession, parts: Parts, price_id: FromPath[str]) -> Response[Any]:
    """Put a price out of force; one that is not in force any more changes nothing."""

    def step(conn: Connection) -> None:
        prices.withdraw(conn, price_id, by=session.actor, now=parts.clock.database_now(conn))

    try:
        await parts.database.write(step)
    except NotInForceError:
        return see_other(_HERE)
    return see_other(_HERE)


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    typed: dict[str, str] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    def read(conn: Connection) -> tuple[Any, Any]:
        return prices.standing(conn), conn.execute(select(Service.id, Service.cards).order_by(Service.id)).all()

    found, services = await parts.database.read(read)
    language = language_of(request)
    return page(
        request,
        "pages/reports/prices.html",
        status=422 if faults else 200,
        back=_HERE,
        prices=[(each, catalogue.title_of(each.cards, language)) for each in found],
        services=[{"value": each.id, "text": catalogue.title_of(each.cards, language)} for each in services],
        is_owner=is_owner(session),
        typed=typed or {"service": "", "euros": "", "since": ""},
        faults=faults or {},
        errors=reading.errors(faults),
    )


HANDLERS = (show, put, withdraw)
