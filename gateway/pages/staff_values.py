"""What staff have of their own: typed by the person or by the centre's manager, never shown again.

Anybody may add to their own; only a manager takes a value away, and never one of their own: else whoever wants to act
in their own matter would first make themselves unknown.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import colleagues, fingerprints
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import AccessRefusedError
from gateway.people.fingerprints import StaffValueError
from gateway.people.tables import ValueKind
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_LONGEST: Final = 200
_MANAGER: Final = allow(Who.MANAGER)

KINDS: Final[dict[ValueKind, Message]] = {
    ValueKind.CODE: message("Personal code"),
    ValueKind.PHONE: message("Telephone number"),
    ValueKind.ACCOUNT: message("Bank account"),
    ValueKind.ADDRESS: message("Address"),
}
_HINTS: Final[dict[ValueKind, Message]] = {
    ValueKind.CODE: message("11 digits, such as 329999-00001"),
    ValueKind.PHONE: message("Such as 20000000"),
    ValueKind.ACCOUNT: message("An IBAN, such as LV97 HABA 0012 3456 7891 0"),
    ValueKind.ADDRESS: message("Street, house, flat and place, such as Parauga iela 1-2, Paraugciems"),
}
_NO_KIND: Final = message("Choose what it is")
_NOT_TAKEN: Final = message("It is not written as it should be, or there are five of this kind already")


@get("/account/values", **allow(Who.STAFF))
async def show_own(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What is known of the person who is signed in: only that it is."""
    return await _one(request, session, parts, session.staff_id)


@post("/account/values", **allow(Who.STAFF))
async def add_own(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Keep something of one's own."""
    return await _add(request, session, parts, session.staff_id, data)


@get("/manage/staff/{staff_id:str}/values", **_MANAGER)
async def show_colleague(
    request: AnyRequest, session: StaffSession, parts: Parts, staff_id: FromPath[str]
) -> Response[Any]:
    """What is known of one colleague of the centre."""
    return await _one(request, session, parts, staff_id)


@post("/manage/staff/{staff_id:str}/values", **_MANAGER)
async def add_colleague(
    request: AnyRequest, session: StaffSession, parts: Parts, staff_id: FromPath[str], data: Form
) -> Response[Any]:
    """Keep something of a colleague's."""
    return await _add(request, session, parts, staff_id, data)


@post("/manage/staff/{staff_id:str}/values/remove", **_MANAGER)
async def remove(session: StaffSession, parts: Parts, staff_id: FromPath[str], data: Form) -> Response[Any]:
    """Forget all of one kind, as after a move."""
    kind = _kind(data)
    if staff_id == session.staff_id:
        raise AccessRefusedError("nobody makes themselves unknown")
    if kind is not None:
        now = parts.clock.now()

        def work(conn: Connection) -> None:
            colleagues.one(conn, session.centre_id, staff_id)
            fingerprints.remove(conn, staff_id, kind, by=session.actor, now=now)

        await parts.database.write(work)
    return see_other(f"/manage/staff/{staff_id}/values")


async def _add(request: AnyRequest, session: StaffSession, parts: Parts, staff_id: str, data: Form) -> Response[Any]:
    kind, typed = _kind(data), field(data, "value", _LONGEST)
    if kind is None:
        return await _one(request, session, parts, staff_id, errors={"kind": _NO_KIND}, typed=data)
    now, sealer = parts.clock.now(), parts.sealer

    def work(conn: Connection) -> None:
        colleagues.one(conn, session.centre_id, staff_id)
        fingerprints.add(conn, sealer, staff_id, kind, typed, by=session.actor, now=now)

    try:
        await parts.database.write(work)
    except StaffValueError:
        return await _one(request, session, parts, staff_id, errors={"value": _NOT_TAKEN}, typed=data)
    return see_other("/account/values" if staff_id == session.staff_id else f"/manage/staff/{staff_id}/values")


async def _one(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    staff_id: str,
    *,
    errors: dict[str, Message] | None = None,
    typed: dict[str, str] | None = None,
) -> Response[Any]:
    def work(conn: Connection) -> tuple[colleagues.Colleague, dict[ValueKind, int], tuple[ValueKind, ...]]:
        person = colleagues.one(conn, session.centre_id, staff_id)
        return person, fingerprints.present(conn, [staff_id])[staff_id], fingerprints.missing(conn, staff_id)

    person, present, missing = await parts.database.read(work)
    is_own = staff_id == session.staff_id
    return page(
        request,
        "pages/manage/values.html",
        status=422 if errors else 200,
        person=person,
        is_own=is_own,
        present=present,
        missing=missing,
        kinds=KINDS,
        hints=_HINTS,
        errors=errors or {},
        typed=typed or {},
        here="/account/values" if is_own else f"/manage/staff/{staff_id}/values",
    )


def _kind(data: dict[str, str]) -> ValueKind | None:
    return next((each for each in ValueKind if each.value == field(data, "kind")), None)


HANDLERS = (show_own, add_own, show_colleague, add_colleague, remove)
