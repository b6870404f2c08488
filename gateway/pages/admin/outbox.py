"""How it stands with messages to residents, in counts: no address, no text, nobody's name."""

from typing import Any, Final

from litestar import Request, Response, get, post

from gateway.notifications import overview
from gateway.notifications.tables import Channel, MessageState, Report
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/admin/messages"
_ADMINISTRATOR: Final = allow(Who.ADMINISTRATOR)
_CHANNELS: Final[dict[Channel, Message]] = {Channel.SMS: message("SMS"), Channel.EMAIL: message("E-mail")}
_STATES: Final[dict[MessageState, Message]] = {
    MessageState.QUEUED: message("Waits"),
    MessageState.SENT: message("Sent"),
    MessageState.FAILED: message("Not sent"),
}
_REPORTS: Final[dict[Report, Message]] = {
    Report.DELIVERED: message("arrived"),
    Report.SOFT: message("did not arrive"),
    Report.HARD: message("nobody has the address"),
}
REASONS: Final[dict[str, Message]] = {
    "message.failed": message("the sender failed"),
    "message.not_sent": message("the sender did not take it"),
    "message.refused": message("the sender refused it"),
    "message.address": message("the address is none"),
    "message.unreachable": message("the sender could not be reached"),
    "message.no_sender": message("no sender is set up"),
    "message.late": message("it would have come too late"),
    "message.erased": message("what it belonged to was erased"),
    "message.unwanted": message("they said no to such messages meanwhile"),
    "outreach.stopped": message("the invitation was stopped"),
}
"""Why a message was not sent, by code; one that is not here is shown as it is."""


@get(_HERE, **_ADMINISTRATOR)
async def show(request: AnyRequest, parts: Parts) -> Response[Any]:
    """What waits, what failed and what came back."""
    found = await parts.database.read(overview.read)
    return page(
        request,
        "pages/admin/messages.html",
        found=found,
        channels=_CHANNELS,
        states=_STATES,
        reports=_REPORTS,
        reasons=REASONS,
        waiting=found.total(MessageState.QUEUED),
        failed=found.total(MessageState.FAILED),
        is_tried=request.query_params.get("tried") == "yes",
    )


@post(f"{_HERE}/retry", **_ADMINISTRATOR)
async def retry(session: StaffSession, parts: Parts) -> Response[Any]:
    """Try at once what was tried in vain."""
    await parts.database.write(lambda conn: overview.try_now(conn, parts, session.actor))
    return see_other(f"{_HERE}?tried=yes")


HANDLERS = (show, retry)
