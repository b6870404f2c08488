"""What stands beside a visit's page: the portal's picture, its PDF, the receipt for paper, and the live stream."""

from typing import Any, Final, NamedTuple

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from gateway.pages import together, within
from gateway.pages.authority_words import RIGHTS
from gateway.pages.desk import panels, words
from gateway.pages.desk.answering import AnyRequest, path_of
from gateway.pages.qr import qr
from gateway.pages.rendering import DEFAULT_LANGUAGE, LANGUAGES, page
from gateway.pages.together import Together
from gateway.parts import Parts
from gateway.people import sessions
from gateway.people.access import StaffSession, Who, allow
from gateway.services.translations import Shown
from gateway.visits import holders, looking, reading, showing, turns
from gateway.visits.errors import NotFoundError
from gateway.visits.reading import OnBehalf, OpenedVisit, VisitView
from gateway.visits.stop_codes import StopPaper
from gateway.visits.turns import Turn
from gateway.web.live import changes
from gateway.web.redirects import see_other
from ui.i18n import message

SANDBOX = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
"""A portal's file opened from here runs nothing and reaches nothing."""
_PORTALS_OWN: Final = message("The portal’s own receipt (PDF)")


class _Receipt(NamedTuple):
    """What the sheet is made of."""

    view: VisitView
    paper: StopPaper | None = None
    on_behalf: OnBehalf | None = None
    turns: tuple[Turn, ...] = ()
    how: Together | None = None
    holder: str = ""
    shown: Shown | None = None


@get("/desk/visits/{visit_id:str}/picture", **allow(Who.ASSISTANT))
async def show_picture(session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Response[bytes]:
    """The portal's overview page; it shows every value, so only after a recorded look."""

    def work(conn: Connection) -> bytes:
        view = reading.for_desk(conn, parts, session, visit_id)
        if view.filing is None or not looking.is_noted(view.looked_at, view.now):
            raise NotFoundError("no picture to be shown")
        try:
            return OpenedVisit(conn, parts, view).picture()
        except LookupError:
            raise NotFoundError("nothing was read back yet") from None

    content = await parts.database.read(work)
    return Response(content, media_type="image/png", headers={"Content-Security-Policy": SANDBOX})


@get("/desk/visits/{visit_id:str}/receipt.pdf", **allow(Who.ASSISTANT))
async def portals_receipt(session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Response[bytes]:
    """The portal's own receipt, for the page that shows it. Each time is an event."""

    def work(conn: Connection) -> tuple[bytes, str]:
        view = reading.for_desk(conn, parts, session, visit_id)
        content = OpenedVisit(conn, parts, view).pdf() if view.receipt is not None else None
        if view.receipt is None or content is None:
            raise NotFoundError("the portal gave no PDF")
        showing.record_receipt(conn, parts, view, session.actor)
        return content, str(view.receipt["id"])

    content, receipt_id = await parts.database.write(work)
    return within.pdf(content, f"receipt-{receipt_id[:8]}")


@get("/desk/visits/{visit_id:str}/portals-receipt", **allow(Who.ASSISTANT))
async def show_portals_receipt(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str]
) -> Response[Any]:
    """A page with the portal's own receipt, to be printed: a file would stay on the shared computer."""
    view = await parts.database.read(lambda conn: reading.for_desk(conn, parts, session, visit_id))
    if view.receipt is None or not view.receipt["pdf_hash"]:
        return see_other(path_of(visit_id))
    here = path_of(visit_id)
    return page(request, "pages/paper.html", heading=_PORTALS_OWN, source=f"{here}/receipt.pdf", here=here)


@get("/desk/visits/{visit_id:str}/receipt", **allow(Who.ASSISTANT))
async def show_receipt(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str]
) -> Response[Any]:
    """The receipt on one sheet, in the resident's language."""

    def work(conn: Connection) -> _Receipt:
        view = reading.for_desk(conn, parts, session, visit_id)
        if view.receipt is None:
            return _Receipt(view)
        opened = OpenedVisit(conn, parts, view)
        holder = holders.of_view(conn, parts, view, view.language)
        each = turns.turns_of(conn, view)
        how = together.of(conn, parts, view, each)
        shown = panels.card_of(conn, parts, view, view.language)
        return _Receipt(view, opened.stop_paper(), opened.on_behalf(), each, how, holder, shown)

    view, paper, on_behalf, each, how, holder, shown = await parts.database.read(work)
    if view.receipt is None or shown is None:
        return see_other(path_of(visit_id))
    language = next((known for known in LANGUAGES if known == view.language), DEFAULT_LANGUAGE)
    return page(
        request,
        "pages/desk/receipt.html",
        language=language,
        view=view,
        here=path_of(visit_id),
        card=shown.card,
        shown=shown,
        holder=holder,
        on_behalf=on_behalf,
        right=None if on_behalf is None else RIGHTS[on_behalf.right],
        stop_paper=paper,
        stop_qr=None if paper is None else qr(paper.link),
        together=how,
        filed_of=turns.filed_of(each),
        turn_words=words,
        statement_qr=qr(f"{parts.settings.public_url}/statement"),
    )


@get("/desk/visits/{visit_id:str}/events", **allow(Who.ASSISTANT))
async def visit_events(session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Stream:
    """Tell the visit's page when something has changed, until the visit or the session is over."""
    await parts.database.read(lambda conn: reading.for_desk(conn, parts, session, visit_id))

    def look(conn: Connection) -> tuple[object, ...] | None:
        if not sessions.is_open(conn, session.token_hash, parts.clock.now()):
            return None
        return reading.moment(conn, parts, visit_id)

    return changes(parts.database, look)


HANDLERS = (show_picture, portals_receipt, show_portals_receipt, show_receipt, visit_events)
