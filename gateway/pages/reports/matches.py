"""The network's owner says which published name is which centre, and in which planning region a centre is."""

from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.reports import reading
from gateway.pages.reports.who import OWNER
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.errors import UnknownPersonError
from gateway.reports import history, matching, places, placing
from gateway.reports.history import HistoryError
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/figures/history/matches"
_LONGEST: Final = 200
_NO_NAME: Final = message("Choose a published name from the list")
_NO_CENTRE: Final = message("Choose a centre from the list")
_NO_REGION: Final = message("Write the region as it stands among those that are known")


@get(_HERE, **OWNER)
async def show(request: AnyRequest, parts: Parts) -> Response[Any]:
    """What is matched, what is left over with what may be meant, and every centre's region."""
    return await _show(request, parts)


@post(_HERE, **OWNER)
async def put(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Say which centre a name is; without a centre, that it is none of ours: so a match is taken back."""
    typed = {"name": field(data, "name", _LONGEST), "centre": field(data, "centre", 64)}

    def work(conn: Connection) -> bool:
        if typed["centre"] and places.centre(conn, typed["centre"]) is None:
            return False
        now = parts.clock.database_now(conn)
        history.match(conn, typed["name"], typed["centre"] or None, by=session.actor, now=now)
        return True

    try:
        is_known = await parts.database.write(work)
    except HistoryError:
        return await _show(request, parts, typed, {"name": _NO_NAME})
    return see_other(_HERE) if is_known else await _show(request, parts, typed, {"centre": _NO_CENTRE})


@post(f"{_HERE}/region", **OWNER)
async def place(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Say in which planning region a centre is, or by `none` that it is in none; its past counts there too."""
    typed = {"of": field(data, "of", 64), "region": field(data, "region", placing.LONGEST)}
    wanted = None if field(data, "none") else typed["region"]
    if wanted == "":
        return await _show(request, parts, typed, {"region": _NO_REGION})
    try:
        await parts.database.write(lambda conn: placing.set_region(conn, parts, typed["of"], wanted, by=session.actor))
    except UnknownPersonError:
        return await _show(request, parts, typed, {"of": _NO_CENTRE})
    return see_other(_HERE)


async def _show(
    request: AnyRequest,
    parts: Parts,
    typed: dict[str, str] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    def work(conn: Connection) -> dict[str, Any]:
        every, centres = matching.names(conn), places.centres(conn)
        return {"names": every, "centres": centres, "regions": matching.regions(every, centres)}

    found = await parts.database.read(work)
    published = {each.centre_id: each.region for each in found["names"] if each.centre_id and each.region}
    return page(
        request,
        "pages/reports/matches.html",
        status=422 if faults else 200,
        left=[each for each in found["names"] if each.centre_id is None],
        matched=[each for each in found["names"] if each.centre_id is not None],
        published=published,
        centre_choices=reading.choices({each.id: each.name for each in found["centres"].values()}),
        typed=typed or {},
        faults=faults or {},
        errors=reading.errors(faults),
        **found,
    )


HANDLERS = (show, put, place)
