"""The end of a visit: what ends with it, how it ended where only the assistant knows, and why help was needed."""

from typing import Any, Final

from litestar import Response, get, post
from sqlalchemy import Connection

from gateway.pages.desk.answering import AtVisit, context_of
from gateway.pages.desk.panels import Desk, Wish
from gateway.pages.desk.steps import wiped
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.people.access import Who, allow
from gateway.visits import closing, reading, receipts, setting_aside, turns
from gateway.visits.closing import HELPED, Said
from gateway.visits.tables import Ending, HelpReason
from gateway.web.redirects import see_other
from ui.i18n import message

_NO_ENDING: Final = message("Choose how the visit ends")
_NO_REASON: Final = message("Choose why the resident needed help")
_NO_WISH: Final = Wish(panel="close")


@get("/desk/visits/{visit_id:str}/close", **allow(Who.ASSISTANT))
async def confirm_close(at: AtVisit) -> Response[Any]:
    """Say what ends with the visit, and ask how it ended where nothing else tells."""
    return await _confirm(at)


@post("/desk/visits/{visit_id:str}/close", **allow(Who.ASSISTANT))
async def close(at: AtVisit, data: Form) -> Response[Any]:
    """End the visit. The session goes on under a new cookie: nothing of this resident can be brought back by *back*."""
    typed = {"ending": field(data, "ending"), "help": field(data, "help")}
    ending = next((each for each in HELPED if each.value == typed["ending"]), None)
    reason = next((each for each in HelpReason if each.value == typed["help"]), None)
    errors: dict[str, Any] = {}
    if ending is None and typed["ending"] != Ending.ABANDONED and await _must_say(at):
        errors["ending"] = _NO_ENDING
    if reason is None and (ending is not None or errors):
        errors["help"] = _NO_REASON
    if errors:
        return await _confirm(at, Wish(panel="close", typed=typed, errors=errors), status=422)
    said = Said(ending, reason) if ending is not None and reason is not None else None
    return await wiped(at, at.doing(closing.close_visit, said=said))


async def _must_say(at: AtVisit) -> bool:
    """Whether nothing at all was asked for in the visit: then nobody but the assistant knows what it came to."""
    view = await at.parts.database.read(lambda conn: reading.for_desk(conn, at.parts, at.session, at.visit_id))
    return view.is_open and view.delegation is None


async def _confirm(at: AtVisit, wish: Wish = _NO_WISH, *, status: int = 200) -> Response[Any]:
    def look(conn: Connection) -> Desk:
        view = reading.for_desk(conn, at.parts, at.session, at.visit_id)
        values = {"received": receipts.received_in(conn, view.id)}
        each = turns.turns_of(conn, view)
        return Desk(view=view, panel="close", values=values, turns=each, ending=closing.asked(conn, view))

    desk = await at.parts.database.read(look)
    if not desk.view.is_open:
        return see_other(at.path)
    context = context_of(at.session, desk, wish)
    until = setting_aside.until_of(desk.view)
    return page(at.request, "pages/desk/close.html", status=status, **context, problem=None, note=None, until=until)


HANDLERS = (confirm_close, close)
