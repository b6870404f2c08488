"""The page that a phone is on: where the matter stands, what is asked, and a no that needs no signing in."""

from contextlib import suppress
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Stream
from sqlalchemy import Connection

from delegation.errors import DelegationError
from gateway.pages.desk import words
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.resident import screens
from gateway.pages.resident.offers import sign_in_of
from gateway.pages.resident.screens import PhonePage, Screen
from gateway.parts import Parts
from gateway.people import sessions
from gateway.people.access import ResidentSession, Who, allow
from gateway.visits import actors, approvals, calling, confirming, holders, reading, showing, stopping, turns
from gateway.visits.approvals import Answer
from gateway.visits.errors import ApprovalOverError, ExpiredError, OutOfOrderError, VisitClosedError
from gateway.visits.reading import OpenedVisit, VisitView
from gateway.web.headers import PASSKEYS_HERE
from gateway.web.live import changes
from gateway.web.redirects import see_other
from ui.i18n import Message, message, plural_message

AnyRequest = Request[Any, Any, Any]
_RESIDENT = allow(Who.RESIDENT)

MOVED_ON = (ApprovalOverError, ExpiredError, OutOfOrderError, VisitClosedError, DelegationError)
"""The page was older than the matter: the page as it is now says all."""

_NO_NUMBER = message("Type the two digits from the counter’s screen")


@get("/approve", **_RESIDENT)
async def show(request: AnyRequest, session: ResidentSession, parts: Parts) -> Response[Any]:
    """Show the one thing that the phone is about now."""
    return await _show(request, session, parts)


@post("/approve/number", **_RESIDENT)
async def take_number(request: AnyRequest, session: ResidentSession, parts: Parts, data: Form) -> Response[Any]:
    """Compare the number with the one on the counter's screen."""
    number = field(data, "number", 8)
    if not number:
        return await _show(request, session, parts, error=_NO_NUMBER, status=400)
    answer = await parts.database.write(lambda conn: approvals.match_number(conn, parts, session, number))
    if answer is not Answer.WRONG:
        return see_other("/approve")
    return await _show(request, session, parts, wrong=True, status=403)


@post("/approve/heard", **_RESIDENT)
async def approve_heard(session: ResidentSession, parts: Parts, data: Form) -> Response[Any]:
    """Say yes to what is read aloud on a call and stands on this phone."""
    approval_id = field(data, "approval", 64)
    with suppress(*MOVED_ON):
        await parts.database.write(lambda conn: calling.approve_on_phone(conn, parts, session, approval_id))
    return see_other("/approve")


@get("/approve/refuse", **_RESIDENT)
async def show_refuse(request: AnyRequest, session: ResidentSession, parts: Parts) -> Response[Any]:
    """Ask whether the no is meant."""
    view = await parts.database.read(lambda conn: reading.for_resident(conn, parts, session))
    if not view.is_asked or view.approval is None:
        return see_other("/approve")
    return page(request, "pages/resident/refuse.html", view=view, is_permit=reading.is_permit(view), home="/approve")


@post("/approve/refuse", **_RESIDENT)
async def refuse(session: ResidentSession, parts: Parts, data: Form) -> Response[Any]:
    """Say no to the question that the page showed."""
    approval_id = field(data, "approval", 64)
    with suppress(*MOVED_ON):
        await parts.database.write(lambda conn: confirming.refuse_on_phone(conn, parts, session, approval_id))
    return see_other("/approve")


@get("/approve/stop", **_RESIDENT)
async def show_stop(request: AnyRequest, session: ResidentSession, parts: Parts) -> Response[Any]:
    """Ask whether the stop is meant; afterwards say whether it was in time."""
    language = language_of(request)

    def look(conn: Connection) -> tuple[VisitView, str]:
        view = reading.for_resident(conn, parts, session)
        return view, holders.of_view(conn, parts, view, language)

    view, holder = await parts.database.read(look)
    return page(
        request,
        "pages/resident/stop.html",
        view=view,
        holder=holder,
        may_stop=screens.may_stop(view),
        sent_at=screens.sent_at(view),
        home="/approve",
    )


@post("/approve/stop", **_RESIDENT)
async def stop(session: ResidentSession, parts: Parts) -> Response[Any]:
    """Stop everything that is not sent yet."""

    def work(conn: Connection) -> None:
        view = reading.for_resident(conn, parts, session)
        if view.delegation is None or not screens.may_stop(view):
            return
        # Whoever holds the phone may stop; only who has signed in is named as the resident.
        by = session.actor if session.resident_id else actors.stranger(session.approval_id or view.id)
        stopping.stop_or_say_sent(conn, parts, view.delegation["id"], by=by, whose="resident")

    await parts.database.write(work)
    return see_other("/approve/stop")


@get("/approve/picture", **_RESIDENT)
async def picture(session: ResidentSession, parts: Parts) -> Response[bytes]:
    """The portal's overview page as a picture, for the signed-in approver."""

    def work(conn: Connection) -> bytes | None:
        view = reading.for_resident(conn, parts, session)
        if view.filing is None or not reading.shows_values(view, session):
            return None
        return OpenedVisit(conn, parts, view).picture() if view.filing["readback_hash"] is not None else None

    found = await parts.database.read(work)
    if found is None:
        raise NotFoundException
    return Response(found, media_type="image/png")


@get("/approve/receipt.pdf", **_RESIDENT)
async def receipt(session: ResidentSession, parts: Parts) -> Response[bytes]:
    """The portal's own receipt, as a file to keep; opening it is an event."""

    def work(conn: Connection) -> tuple[bytes, str] | None:
        view = reading.for_resident(conn, parts, session)
        if view.receipt is None or not reading.shows_values(view, session):
            return None
        pdf = OpenedVisit(conn, parts, view).pdf()
        if pdf is None:
            return None
        showing.record_receipt(conn, parts, view, session.actor)
        return pdf, str(view.receipt["reference"])

    found = await parts.database.write(work)
    if found is None:
        raise NotFoundException
    return Response(found[0], media_type="application/pdf", headers={"Content-Disposition": attachment(found[1])})


@get("/approve/events", **_RESIDENT)
async def events(session: ResidentSession, parts: Parts) -> Stream:
    """Say when the page has changed; ends with the visit, and with the session."""
    visit_id = session.visit_id or ""

    def look(conn: Connection) -> tuple[object, ...] | None:
        if not sessions.is_open(conn, session.token_hash, parts.clock.now()):
            return None
        return reading.moment(conn, parts, visit_id)

    return changes(parts.database, look)


async def _show(
    request: AnyRequest,
    session: ResidentSession,
    parts: Parts,
    *,
    error: Message | None = None,
    wrong: bool = False,
    status: int = 200,
) -> Response[Any]:
    reader = language_of(request)
    shown = await parts.database.read(lambda conn: screens.gather(conn, parts, session, reader))
    if shown.needs_record:
        await parts.database.write(lambda conn: showing.record_readback(conn, parts, shown.view, session.actor))
    if wrong and shown.view.approval is not None:
        left = int(shown.view.approval["tries_left"])
        error = plural_message(
            "The number is not right. You have %(num)s try left",
            "The number is not right. You have %(num)s tries left",
            left,
        )
    return await phone_page(request, shown, status=status, error=error)


async def phone_page(
    request: AnyRequest, shown: PhonePage, *, status: int = 200, error: Message | None = None
) -> Response[Any]:
    """Render a phone's page. A live page may become one that signs in, so every one may lead to the providers."""
    offers = await sign_in_of(request).offers() if shown.view.is_open or shown.view.is_put_off else ()
    return page(
        request,
        f"pages/resident/{shown.screen.value}.html",
        status=status,
        back="/approve",
        form_targets=[offer.target for offer in offers],
        headers=PASSKEYS_HERE,
        home="/approve",
        view=shown.view,
        came_out_so=shown.together,
        filed_of=turns.filed_of(shown.turns),
        turn_words=words,
        shows_references=shown.shows_values,
        approval=shown.view.approval,
        offers=[(offer.id, offer.provider.name(language_of(request))) for offer in offers],
        may_stop=screens.may_stop(shown.view),
        error=error,
        problem=None,
        asked_anew=shown.screen is Screen.CODE,
        **shown.values,
    )


def attachment(reference: str) -> str:
    """A file name of letters, digits and hyphens alone, so that nothing of a portal's reference can end the header."""
    name = "".join(sign for sign in reference if sign.isascii() and (sign.isalnum() or sign == "-"))
    return f'attachment; filename="{name or "receipt"}.pdf"'


HANDLERS = (
    show,
    take_number,
    approve_heard,
    show_refuse,
    refuse,
    show_stop,
    stop,
    picture,
    receipt,
    events,
)
