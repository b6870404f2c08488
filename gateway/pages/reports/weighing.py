"""What a service costs by how it is given, as an index: seen by whoever looks after figures, set by the owner."""

from typing import Any, Final

from litestar import Request, Response, get, post

from gateway.days import day_of
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.reports import reading
from gateway.pages.reports.who import OWNER, READERS, is_owner
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.reports import weights
from gateway.reports.errors import WeightError
from gateway.reports.weights import Way
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/figures/costs/weights"
WAYS: Final = {
    Way.ONLINE: message("Online, by the resident alone"),
    Way.ASSISTED: message("As an e-service, with an assistant"),
    Way.PHONE: message("By telephone"),
    Way.POST: message("By post"),
    Way.COUNTER: message("At the counter, without an e-service"),
}
_NO_WAY: Final = message("Choose how the service is given")
_NO_WEIGHT: Final = message("Write a whole number from %(least)s to %(most)s", least=weights.LEAST, most=weights.MOST)
_NO_DAY: Final = message("Write the day from which it holds")
_HAS_ONE: Final = message("From this day on there is a weight already: choose another day")


@get(_HERE, **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What each way weighs today, and every weight that was set."""
    return await _show(request, session, parts)


@post(_HERE, **OWNER)
async def put(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Set what a way weighs from a day on."""
    typed = {name: field(data, name) for name in ("way", "weight", "since")}
    way = next((each for each in Way if each.value == typed["way"]), None)
    weight, since = reading.whole(typed["weight"]), reading.day(typed["since"])
    faults = {
        name: said
        for name, said, is_right in (
            ("way", _NO_WAY, way is not None),
            ("weight", _NO_WEIGHT, weight is not None and weights.LEAST <= weight <= weights.MOST),
            ("since", _NO_DAY, since is not None),
        )
        if not is_right
    }
    if way is None or weight is None or since is None or faults:
        return await _show(request, session, parts, typed, faults)
    meant = (way, weight, since)
    try:
        await parts.database.write(
            lambda conn: weights.change(conn, *meant, by=session.actor, now=parts.clock.database_now(conn))
        )
    except WeightError:
        return await _show(request, session, parts, typed, {"since": _HAS_ONE})
    return see_other(_HERE)


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    typed: dict[str, str] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    known = await parts.database.read(weights.read)
    return page(
        request,
        "pages/reports/weights.html",
        status=422 if faults else 200,
        back=_HERE,
        today=known.on(day_of(parts.clock.now())),
        known=known.rows,
        ways=WAYS,
        is_owner=is_owner(session),
        typed=typed or {"way": "", "weight": "", "since": ""},
        faults=faults or {},
        errors=reading.errors(faults),
    )


HANDLERS = (show, put)
