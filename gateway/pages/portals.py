"""Portals and forms that cannot be filed at now: since when, what failed, how many wait. For all staff."""

from typing import Any, Final

from litestar import Request, Response, get

from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import troubles
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]

WHAT_FAILED: Final[dict[str, Message]] = {
    "run.portal_unavailable": message("It did not answer, or said that it is out of order."),
    "run.portal_untrusted": message("Whoever answers at its address could not prove to be the portal."),
    "run.timeout": message("Filling in the form took too long."),
    "run.sign_in_refused": message("It did not take the sign-in."),
    "run.form_changed": message("Its form is not the one that we know."),
    "form.unaccepted": message(
        "A version was installed that fills in another form. Two administrators have to accept it."
    ),
}


@get("/portals", **allow(Who.STAFF))
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What is wrong now, the oldest first."""
    found = await parts.database.read(troubles.open_with_names)
    language = session.language
    return page(
        request,
        "pages/portals.html",
        troubles=[(each, portal, title(language)) for each, portal, title in found],
        failed=WHAT_FAILED,
        spoken=language,
    )


HANDLERS = (show,)
