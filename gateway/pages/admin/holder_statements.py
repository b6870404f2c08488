"""The network issues what was delivered to institutions, by hand where it does not wait, and sees what they answer."""

from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.holders import issuing, statements
from gateway.holders.errors import MonthNotOverError, StatementIssuedError
from gateway.holders.months import Month
from gateway.pages.forms import Form, field
from gateway.pages.holder_statements import STATES
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/admin/holder-statements"
_MONTHS: Final = 12
_UNKNOWN: Final = message("Choose an institution and a month that is over")
_ISSUED: Final = message("It was issued before. What changed since stands as a correction in the next one.")
_NO_REPLY: Final = message("Write what you found out")
_NOT_OVER: Final = message("The month is not over yet")


@get(_HERE, **allow(Who.ADMINISTRATOR))
async def show(request: AnyRequest, parts: Parts) -> Response[Any]:
    """All that were issued, the newest month first."""
    return await _page(request, parts)


@post(_HERE, **allow(Who.ADMINISTRATOR))
async def issue(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Issue one now."""
    holder, month = field(data, "holder"), Month.parse(field(data, "month"))

    def work(conn: Connection) -> bool:
        if month is None or holder not in issuing.holders(conn):
            return False
        now = parts.clock.database_now(conn)
        statements.issue(conn, holder, month, by=session, actor=session.actor, now=now)
        return True

    try:
        fault = None if await parts.database.write(work) else _UNKNOWN
    except StatementIssuedError:
        fault = _ISSUED
    except MonthNotOverError:
        fault = _NOT_OVER
    return see_other(_HERE) if fault is None else await _page(request, parts, typed=data, fault=fault)


@post(f"{_HERE}/reply", **allow(Who.ADMINISTRATOR))
async def reply(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Say to an institution that disputes lines what was found out."""
    holder, month = field(data, "holder"), Month.parse(field(data, "month"))
    said = field(data, "reply", statements.LONGEST_REPLY)
    if month is None:
        return await _page(request, parts, fault=_UNKNOWN)
    if not said:
        return await _page(request, parts, missing=(holder, str(month)))

    def work(conn: Connection) -> None:
        statements.reply(conn, session, holder, month, said, parts.clock.database_now(conn))

    await parts.database.write(work)
    return see_other(_HERE)


async def _page(
    request: AnyRequest,
    parts: Parts,
    *,
    typed: dict[str, str] | None = None,
    fault: Message | None = None,
    missing: tuple[str, str] | None = None,
) -> Response[Any]:
    def work(conn: Connection) -> dict[str, Any]:
        return {"issued": statements.issued_of(conn, None, most=200), "holders": issuing.holders(conn)}

    here = Month.of(parts.clock.now())
    found = await parts.database.read(work)
    months = [str(here.plus(-each)) for each in range(1, _MONTHS + 1)]
    return page(
        request,
        "pages/admin/holder_statements.html",
        status=422 if fault or missing else 200,
        states=STATES,
        months=months,
        typed=typed or {},
        fault=fault,
        missing=missing,
        no_reply=_NO_REPLY,
        longest=statements.LONGEST_REPLY,
        after_days=issuing.AFTER.days,
        **found,
    )


HANDLERS = (show, issue, reply)
