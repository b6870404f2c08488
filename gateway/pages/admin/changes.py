"""What is proposed, confirmed and decided: the list, and one change with its before and after."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.changes import flow, listing, recoveries
from gateway.changes.errors import ChangeError, FreshAccountError, SamePersonError
from gateway.changes.listing import Change
from gateway.changes.tables import ChangeKind
from gateway.pages.admin import words
from gateway.pages.rendering import page
from gateway.paging import Numbered
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.roles import Role
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
_PAGE: Final = 20
_READERS: Final = allow(Who.ADMINISTRATOR, Who.MANAGER, Who.OFFICER)
_SHUT: Final = ("suspended", "closed")
"""What ends when somebody changes it: whoever confirms sees that it comes back."""
_ADMINISTRATOR: Final = allow(Who.ADMINISTRATOR)


@get("/admin", **_READERS)
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What waits, what one person did alone lately, and what was decided, the newest first."""
    place = Numbered.parse(request.query_params.get("after", ""), _PAGE)

    def work(conn: Connection) -> dict[str, Any]:
        return {
            "waiting": listing.waiting(conn),
            "alone": listing.by_one_lately(conn, parts.clock.now()),
            "decided": listing.decided(conn, most=_PAGE + 1, after=place.after),
        }

    shown = await parts.database.read(work)
    decided = shown.pop("decided")
    return page(
        request,
        "pages/admin/changes.html",
        kinds=words.KINDS,
        states=words.STATES,
        decided=decided[:_PAGE],
        newer=place.newer("/admin"),
        older=place.older("/admin", decided),
        is_administrator=session.role is Role.ADMINISTRATOR,
        **shown,
    )


@get("/admin/changes/{change_id:str}", **_READERS)
async def show_one(request: AnyRequest, session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """One change: why, by whom, from what to what."""

    def work(conn: Connection) -> tuple[Change, bool]:
        change = listing.one(conn, change_id)
        is_account = change.kind is ChangeKind.ACCOUNT_RECOVER
        half = recoveries.half_for(conn, session, change_id, parts.clock.now()) if is_account else None
        return change, half is not None

    change, has_half = await parts.database.read(work)
    return _show(request, session, change, may_see_half=has_half)


@post("/admin/changes/{change_id:str}/confirm", **_ADMINISTRATOR)
async def confirm(session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """It is right; it takes effect after the delay."""
    try:
        await parts.database.write(lambda conn: flow.confirm(conn, parts, session, change_id))
    except (SamePersonError, FreshAccountError) as error:
        await _note(parts, session, change_id, error)
        raise
    return see_other(f"/admin/changes/{change_id}")


@post("/admin/changes/{change_id:str}/refuse", **_ADMINISTRATOR)
async def refuse(session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """It never takes effect."""
    await parts.database.write(lambda conn: flow.refuse(conn, parts, session, change_id))
    return see_other(f"/admin/changes/{change_id}")


@post("/admin/changes/{change_id:str}/withdraw", **_READERS)
async def withdraw(session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """The proposer takes it back."""
    await parts.database.write(lambda conn: flow.withdraw(conn, parts, session, change_id))
    return see_other(f"/admin/changes/{change_id}")


@post("/admin/changes/{change_id:str}/secret", **_ADMINISTRATOR)
async def show_secret(
    request: AnyRequest, session: StaffSession, parts: Parts, change_id: FromPath[str]
) -> Response[Any]:
    """Show a portal's new secret, once: the answer is the page itself, since nothing is kept to lead to."""
    secret = await parts.database.write(lambda conn: flow.show_secret(conn, parts, session, change_id))
    change = await parts.database.read(lambda conn: listing.one(conn, change_id))
    return _show(request, session, change, secret=secret)


@post("/admin/changes/{change_id:str}/half", **_READERS)
async def show_half(
    request: AnyRequest, session: StaffSession, parts: Parts, change_id: FromPath[str]
) -> Response[Any]:
    """Show the caller's half of the code to an account, once: nothing is kept to lead to."""
    half = await parts.database.write(lambda conn: recoveries.show_half(conn, parts, session, change_id))
    change = await parts.database.read(lambda conn: listing.one(conn, change_id))
    return _show(request, session, change, half=half)


def _show(
    request: AnyRequest,
    session: StaffSession,
    change: Change,
    *,
    secret: str | None = None,
    half: str | None = None,
    may_see_half: bool = False,
) -> Response[Any]:
    is_own = change.proposed_by == session.staff_id
    is_administrator = session.role is Role.ADMINISTRATOR
    waits = change.state.value == "proposed"
    return page(
        request,
        "pages/admin/change.html",
        back=f"/admin/changes/{change.id}",
        change=change,
        kinds=words.KINDS,
        states=words.STATES,
        ending=words.ENDINGS.get(change.ended_why or ""),
        rows=[] if change.kind is ChangeKind.ACCOUNT_RECOVER else _rows(change),
        secret=secret,
        half=half,
        may_see_half=may_see_half,
        may_confirm=is_administrator and not is_own and waits,
        may_refuse=is_administrator and not is_own and change.is_open,
        may_withdraw=is_own and change.is_open,
        may_see_secret=is_administrator and is_own and change.secret_waits and secret is None,
    )


def _rows(change: Change) -> list[dict[str, Any]]:
    """The difference, field by field; a change without values is about the whole."""
    before: Mapping[str, Any] = change.before or {}
    brought_back = {name for name in _SHUT if change.after and before.get(name)}
    after = {**change.after, **dict.fromkeys(brought_back, False)}
    names = [name for name in words.LABELS if name in after or (not after and name in before)]
    rows: list[dict[str, Any]] = [
        {
            "label": words.LABELS[name],
            "before": ["–"] if change.before is None else words.said(name, before.get(name)),
            "after": words.said(name, after[name]) if name in after else None,
            "differs": name in after and (change.before is None or before.get(name) != after[name]),
        }
        for name in names
    ]
    if change.secret_mark is not None:
        old, new = change.secret_mark_before, change.secret_mark
        rows.append({"label": words.SECRET_MARK, "before": [old or "–"], "after": [new], "differs": old != new})
    return rows


async def _note(parts: Parts, session: StaffSession, change_id: str, error: ChangeError) -> None:
    await parts.database.write(lambda conn: flow.note_barred(conn, parts, session, change_id, error.code))


HANDLERS = (show_all, show_one, confirm, refuse, withdraw, show_secret, show_half)
