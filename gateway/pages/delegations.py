"""A manager's page: what is allowed in the centre now, with a stop, and who stopped what lately, and why."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from gateway.pages.desk.words import STOP_REASONS
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people import sessions
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import centre_list, stopping
from gateway.visits.stopping import StopReason
from gateway.web.live import changes
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_MANAGER = allow(Who.MANAGER)
_MOST: Final = 50
_LONGEST: Final = 64
_NO_REASON: Final = message("Choose why it is stopped")

REASONS: Final[dict[StopReason, Message]] = {
    StopReason.RESIDENT_ASKED: STOP_REASONS[StopReason.RESIDENT_ASKED],
    StopReason.MISUSE: message("Something is not as it should be"),
    StopReason.WRONG_PERSON: STOP_REASONS[StopReason.WRONG_PERSON],
    StopReason.MISTAKE: STOP_REASONS[StopReason.MISTAKE],
    StopReason.OTHER: STOP_REASONS[StopReason.OTHER],
}
WHY: Final[dict[StopReason, Message]] = REASONS | {
    StopReason.OWN_NO: message("Their own no"),
    StopReason.CASE: message("Somebody says that it was not them, or that the details are wrong"),
}
WHOSE: Final[dict[str, Message]] = {
    "resident": message("The resident"),
    stopping.RECEIPT: message("Whoever has the code on the papers"),
}


@get("/manage/delegations", **_MANAGER)
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What is in force, a page at a time, and what was stopped in the last week; or what is looked for by a number."""
    after = Key.parse(request.query_params.get("after", ""))
    number = request.query_params.get("number", "").strip()[:_LONGEST]
    if number:
        return await _found(request, session, parts, number, after)

    def work(conn: Connection) -> dict[str, Any]:
        found = centre_list.live(conn, parts, session, most=_MOST + 1, after=after)
        return {
            "live": found[:_MOST],
            "older": end_of(found, _MOST, lambda line: line.key),
            "stopped": centre_list.stopped(conn, parts, session, most=_MOST),
        }

    shown = await parts.database.read(work)
    return page(request, "pages/delegations/all.html", most=_MOST, why=WHY, whose=WHOSE, **shown)


async def _found(
    request: AnyRequest, session: StaffSession, parts: Parts, number: str, after: Key | None
) -> Response[Any]:
    """What stands under a number; looking for it is recorded."""
    found = await parts.database.read(
        lambda conn: centre_list.numbered(conn, parts, session, number, most=_MOST + 1, after=after)
    )
    await parts.database.write(lambda conn: centre_list.note_search(conn, parts, session, found[:_MOST]))
    return page(
        request,
        "pages/delegations/found.html",
        number=number,
        found=found[:_MOST],
        older=end_of(found, _MOST, lambda line: line.key),
    )


@get("/manage/delegations/events", **_MANAGER)
async def events(session: StaffSession, parts: Parts) -> Stream:
    """Say when the list has changed; ends with the session."""

    def look(conn: Connection) -> tuple[object, ...] | None:
        if not sessions.is_open(conn, session.token_hash, parts.clock.now()):
            return None
        live = centre_list.live(conn, parts, session, most=_MOST)
        stopped = centre_list.stopped(conn, parts, session, most=_MOST)
        return (*((each.id, each.granted_at) for each in live), *(each.id for each in stopped))

    return changes(parts.database, look)


@get("/manage/delegations/{delegation_id:str}/stop", **_MANAGER)
async def show_stop(
    request: AnyRequest, session: StaffSession, parts: Parts, delegation_id: FromPath[str]
) -> Response[Any]:
    """Ask why."""
    return await _stop_page(request, session, parts, delegation_id)


@post("/manage/delegations/{delegation_id:str}/stop", **_MANAGER)
async def stop(
    request: AnyRequest, session: StaffSession, parts: Parts, delegation_id: FromPath[str], data: Form
) -> Response[Any]:
    """Stop it; the list then says who and why."""
    reason = next((each for each in REASONS if each.value == field(data, "reason", 32)), None)
    if reason is None:
        return await _stop_page(request, session, parts, delegation_id, {"reason": _NO_REASON})
    why: StopReason = reason
    await parts.database.write(lambda conn: stopping.stop_in_centre(conn, parts, session, delegation_id, why))
    return see_other("/manage/delegations")


async def _stop_page(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    delegation_id: str,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    one = await parts.database.read(lambda conn: centre_list.one(conn, parts, session, delegation_id))
    if one is None:
        return see_other("/manage/delegations")
    return page(
        request,
        "pages/delegations/stop.html",
        status=422 if faults else 200,
        back=f"/manage/delegations/{one.id}/stop",
        one=one,
        reasons=REASONS,
        faults=faults or {},
    )


HANDLERS = (show_all, events, show_stop, stop)
