"""Inviting somebody: the form, the invitation with its link and code, withdrawing it.

A link and a code are each shown once, on the page that answers the form that made them; a new one ends the one before.
"""

import re
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection, select

from gateway.changes import listing as changes
from gateway.changes.listing import Change
from gateway.keys import store as keys
from gateway.notifications import outbox
from gateway.notifications.outbox import Channel, Draft
from gateway.pages.admin.words import ROLES
from gateway.pages.forms import Form, field
from gateway.pages.people.listing import READERS
from gateway.pages.qr import draw
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import invitations, staff
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import AccessRefusedError, LoginTakenError, UnknownPersonError
from gateway.people.invitations import Invitation, Wanted
from gateway.people.roles import Role
from gateway.people.tables import Centre
from gateway.web.redirects import see_other
from ui.formats import write_moment
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_CONFIRMERS: Final = allow(Who.MANAGER, Who.ADMINISTRATOR, Who.OFFICER)
"""An officer reads the invitations that they confirmed themselves, and no others."""
_LONGEST: Final = 120
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_MAIL: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_LANGUAGES: Final = ("lv", "en")
GIVEN: Final = (Role.ASSISTANT, Role.MANAGER)
"""What one administrator gives to somebody new; the others are proposed."""
_NO_NAME: Final = message("Enter name and surname")
_NO_LOGIN: Final = message("Choose a user name: two to forty small letters, digits, dots or hyphens")
_TAKEN: Final = message("Somebody has this user name, or is invited with it: choose another")
_NO_ROLE: Final = message("Choose at least one role")
_NO_CENTRE: Final = message("Choose the centre")
_NO_MAIL: Final = message("This is no e-mail address; leave it empty to hand the link over yourself")


@get("/people/invite", **READERS)
async def show_form(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Whom to invite."""
    typed = {"language": "lv", "centre": session.centre_id, "role-assistant": "assistant"}
    return await _form(request, session, parts, typed)


@post("/people/invite", **READERS)
async def invite(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Invite them; the link is made on the page to which this leads."""
    wanted = _read(session, data)
    errors = await parts.database.read(lambda conn: _wrong(conn, wanted))
    if errors:
        return await _form(request, session, parts, data, errors)

    def work(conn: Connection) -> str:
        return invitations.invite(conn, parts, wanted, by=session.actor, invited_by=session.staff_id)

    try:
        made = await parts.database.write(work)
    except LoginTakenError:  # by somebody else in this moment
        return await _form(request, session, parts, data, {"login": _TAKEN})
    return see_other(f"/people/invitations/{made}")


@get("/people/invitations/{invitation_id:str}", **_CONFIRMERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts, invitation_id: FromPath[str]) -> Response[Any]:
    """An invitation that is open."""
    return await _one(request, session, parts, invitation_id)


@post("/people/invitations/{invitation_id:str}/link", **READERS)
async def make_link(
    request: AnyRequest, session: StaffSession, parts: Parts, invitation_id: FromPath[str], data: Form
) -> Response[Any]:
    """Make the link, show it once, and send it where an address was given."""
    address = field(data, "email", 254)
    if address and not _MAIL.fullmatch(address):
        return await _one(request, session, parts, invitation_id, errors={"email": _NO_MAIL}, typed=address)

    def work(conn: Connection) -> str:
        one = _within_reach(conn, session, invitation_id)
        if not _may_make_link(conn, session, one):
            raise AccessRefusedError("the link is the proposer's")
        made_by, is_mailed = session.staff_id, bool(address)
        token = invitations.make_link(conn, parts, one.id, by=session.actor, made_by=made_by, is_mailed=is_mailed)
        link = f"{parts.settings.url}/join/{token}"
        if address:
            _mail(conn, parts, one, address, link)
        return link

    link = await parts.database.write(work)
    return await _one(request, session, parts, invitation_id, link=link, mailed=bool(address))


@post("/people/invitations/{invitation_id:str}/code", **_CONFIRMERS)
async def make_code(
    request: AnyRequest, session: StaffSession, parts: Parts, invitation_id: FromPath[str]
) -> Response[Any]:
    """Show whoever confirmed the invitation their code, once."""

    def work(conn: Connection) -> str:
        one = _within_reach(conn, session, invitation_id)
        if not _may_make_code(conn, session, one):
            raise AccessRefusedError("the code is the confirmer's")
        return invitations.make_code(conn, parts, one.id, by=session.actor)

    code = await parts.database.write(work)
    return await _one(request, session, parts, invitation_id, code=code)


@post("/people/invitations/{invitation_id:str}/withdraw", **READERS)
async def withdraw(session: StaffSession, parts: Parts, invitation_id: FromPath[str]) -> Response[Any]:
    """Nobody comes by it any more."""

    def work(conn: Connection) -> None:
        one = _within_reach(conn, session, invitation_id)
        invitations.withdraw(conn, parts, one.id, by=session.actor)

    await parts.database.write(work)
    return see_other("/people")


def _read(session: StaffSession, data: dict[str, str]) -> Wanted:
    """What was typed. A manager invites assistants of the own centre, whatever a form says."""
    is_manager = session.role is Role.MANAGER
    roles = tuple(role for role in GIVEN if field(data, f"role-{role.value}") == role.value)
    return Wanted(
        login=field(data, "login", _LONGEST).casefold(),
        name=" ".join(field(data, "name", _LONGEST).split()),
        centre_id=session.centre_id if is_manager else field(data, "centre", 64),
        roles=(Role.ASSISTANT,) if is_manager else roles,
        language=next((each for each in _LANGUAGES if each == field(data, "language")), "lv"),
    )


def _wrong(conn: Connection, wanted: Wanted) -> dict[str, Message]:
    """All that is wrong with it at once, by question, in the order of the form."""
    is_login = _LOGIN.fullmatch(wanted.login) is not None
    wrong = {
        "name": _NO_NAME if not wanted.name else None,
        "login": _NO_LOGIN if not is_login else None if invitations.is_login_free(conn, wanted.login) else _TAKEN,
        "centre": None if staff.is_centre(conn, wanted.centre_id) else _NO_CENTRE,
        "role": _NO_ROLE if not wanted.roles else None,
    }
    return {name: text for name, text in wrong.items() if text is not None}


def _within_reach(conn: Connection, session: StaffSession, invitation_id: str) -> Invitation:
    """An invitation that is open and somebody's to decide about. Raises `UnknownPersonError`."""
    one = invitations.one(conn, invitation_id)
    if session.role is Role.OFFICER and not _may_make_code(conn, session, one):
        raise UnknownPersonError("confirmed by somebody else")
    if session.role is Role.MANAGER and (one.centre_id != session.centre_id or set(one.roles) != {Role.ASSISTANT}):
        raise UnknownPersonError("another centre's, or not an assistant's")
    return one


def _may_make_link(conn: Connection, session: StaffSession, one: Invitation) -> bool:
    if one.change_id is None:
        return True
    return one.stuck_by is None and changes.one(conn, one.change_id).proposed_by == session.staff_id


def _may_make_code(conn: Connection, session: StaffSession, one: Invitation) -> bool:
    return one.change_id is not None and changes.one(conn, one.change_id).confirmed_by == session.staff_id


def _mail(conn: Connection, parts: Parts, one: Invitation, address: str, link: str) -> None:
    now = parts.clock.database_now(conn)
    until = write_moment(now + invitations.LASTS)
    draft = Draft(
        channel=Channel.EMAIL,
        to=address,
        template="staff_invited",
        language=one.language,
        values={"link": link, "until": until},
    )
    outbox.queue(conn, parts, keys.load(conn, parts.sealer, one.key_id), draft, now=now)


async def _form(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    typed: dict[str, str],
    errors: dict[str, Message] | None = None,
) -> Response[Any]:
    is_manager = session.role is Role.MANAGER

    def work(conn: Connection) -> list[dict[str, str]]:
        if is_manager:
            return []
        rows = conn.execute(select(Centre.id, Centre.name).order_by(Centre.name))
        return [{"value": row.id, "text": row.name} for row in rows]

    centres = await parts.database.read(work)
    return page(
        request,
        "pages/people/invite.html",
        status=422 if errors else 200,
        is_manager=is_manager,
        centres=centres,
        given=[(role, ROLES[role.value]) for role in GIVEN],
        typed=typed,
        errors=errors or {},
    )


async def _one(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    invitation_id: str,
    *,
    errors: dict[str, Message] | None = None,
    **shown: Any,
) -> Response[Any]:
    """The page; `shown` are what was typed, and a link or code that was just made."""
    link = shown.get("link")

    def work(conn: Connection) -> tuple[Invitation, Change | None, bool, bool]:
        one = _within_reach(conn, session, invitation_id)
        agreed = changes.one(conn, one.change_id) if one.change_id else None
        return one, agreed, _may_make_link(conn, session, one), _may_make_code(conn, session, one)

    one, agreed, may_link, may_code = await parts.database.read(work)
    return page(
        request,
        "pages/people/invitation.html",
        status=422 if errors else 200,
        back=f"/people/invitations/{invitation_id}",
        one=one,
        agreed=agreed,
        roles=ROLES,
        is_officer=session.role is Role.OFFICER,
        may_link=may_link,
        may_code=may_code,
        errors=errors or {},
        qr=draw(link) if link else None,
        now=parts.clock.now(),
        **({"typed": "", "link": None, "mailed": False, "code": None} | shown),
    )


HANDLERS = (show_form, invite, show, make_link, make_code, withdraw)
