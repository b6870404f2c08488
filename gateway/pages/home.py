"""The start page, which sends everybody to their place, and what the foot of every page leads to."""

from typing import Any

from litestar import Request, Response, get

from gateway.days import day_of
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.roles import Role
from gateway.reports import actions
from gateway.retention.schedule import SCHEDULE, End, days
from gateway.web.current import CurrentSession
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]

ENDS = {
    End.ERASED: message("Erased: nobody can read it any more"),
    End.DELETED: message("Deleted"),
    End.EMPTIED: message("Emptied: the rest leads to nobody"),
    End.KEPT: message("Kept"),
}
HOME_OF = {
    Role.ASSISTANT: "/desk",
    Role.MANAGER: "/manage",
    Role.ADMINISTRATOR: "/admin",
    Role.AUDITOR: "/audit",
    Role.OFFICER: "/holder",
    Role.NETWORK_OWNER: "/figures",
}
"""Where each role's work begins."""


@get("/", **allow(Who.ANYONE, while_locked=True))
async def home(request: AnyRequest, session: CurrentSession) -> Response[Any]:
    """Send staff to their work; tell everybody else what this is."""
    if isinstance(session, StaffSession):
        if session.locked_at is not None:
            return see_other("/unlock")
        return see_other(HOME_OF[session.role] if session.role_chosen else "/role")
    return page(request, "pages/home/start.html")


@get("/manage", **allow(Who.MANAGER))
async def manage(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Where a manager's work begins: what is allowed in the centre, its people and its computers; what is overdue."""
    today = day_of(parts.clock.now())
    overdue = await parts.database.read(lambda conn: actions.overdue(conn, session.centre_id, today))
    return page(request, "pages/manage/start.html", overdue=overdue)


@get("/contact", **allow(Who.ANYONE))
async def contact(request: AnyRequest) -> Response[Any]:
    """Whom to ask."""
    return page(request, "pages/home/contact.html")


@get("/accessibility", **allow(Who.ANYONE))
async def accessibility(request: AnyRequest) -> Response[Any]:
    """How far these pages can be used by everybody, and what to do where they cannot."""
    return page(request, "pages/home/accessibility.html")


@get("/privacy", **allow(Who.ANYONE))
async def privacy(request: AnyRequest) -> Response[Any]:
    """What is kept about a visit, who sees it, and how to stop."""
    return page(request, "pages/home/privacy.html")


@get("/privacy/kept", **allow(Who.ANYONE))
async def kept(request: AnyRequest, parts: Parts) -> Response[Any]:
    """How long each kind of record is kept, why, and what happens then."""
    records = [(record, days(record, parts.settings)) for record in SCHEDULE.values()]
    return page(request, "pages/home/kept.html", records=records, ends=ENDS, backups=parts.settings.key_epoch_days.days)


HANDLERS = (home, manage, contact, accessibility, privacy, kept)
