"""What is known of the resident, and where it came from, with the ways to have it put right."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy import Connection

from delegation.assurance import NumberSource
from gateway.keys.errors import KeyDestroyedError
from gateway.pages.mine.signing_in import HOME
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import AccountSession, Who, allow
from gateway.people.residents import Resident
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]

SOURCES = {
    NumberSource.PROVIDER: message("from your sign-in service"),
    NumberSource.REGISTER: message("from a state register"),
    NumberSource.EARLIER_APPROVAL: message("from something that you approved earlier"),
    NumberSource.TYPED_HERE: message("typed at a counter, not confirmed"),
}


@get("/mine/details", **allow(Who.RESIDENT_ACCOUNT))
async def show(request: AnyRequest, session: AccountSession, parts: Parts) -> Response[Any]:
    """Everything that is kept of them beside what was filed."""

    def work(conn: Connection) -> Resident | None:
        try:
            return residents.open_resident(conn, parts, session.resident_id)
        except KeyDestroyedError:
            return None  # erased: there is nothing to show, and the page says so

    known = await parts.database.read(work)
    return page(request, "pages/mine/details.html", home=HOME, known=known, sources=SOURCES)


HANDLERS = (show,)
