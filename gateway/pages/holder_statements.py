"""An officer reads the monthly statements of the own institution, takes them away, and accepts or disputes them."""

import re
from collections.abc import Callable
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.holders import statement_sheets, statements
from gateway.holders.months import Month
from gateway.holders.statements import Statement
from gateway.holders.tables import StatementState
from gateway.pages import holder_asking
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import files
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.reports import sheet_files, sheet_paper
from gateway.reports.sheets import Report
from gateway.web import csv_lines
from gateway.web.making import made
from gateway.web.redirects import see_other
from ui.i18n import Language, message

AnyRequest = Request[Any, Any, Any]
STATES: Final = {
    None: message("Draft"),
    StatementState.ISSUED: message("Issued, waits for your answer"),
    StatementState.ACCEPTED: message("Accepted"),
    StatementState.DISPUTED: message("Disputed"),
}
_NUMBERS: Final = re.compile(r"[1-9][0-9]{0,4}")
_NO_LINES: Final = message("Write the numbers of the lines, as they stand in the first column")
_NO_REASON: Final = message("Write what is not right")


@get("/holder/statements", **allow(Who.OFFICER))
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What was issued, and the months that are not."""
    holder, now = holder_asking.holder_of(session), parts.clock.now()
    issued = await parts.database.read(lambda conn: statements.issued_of(conn, holder))
    known = {each.content.month for each in issued}
    drafts = [str(month) for month in (Month.of(now), Month.of(now).plus(-1)) if str(month) not in known]
    return page(request, "pages/holder/statements.html", holder=holder, issued=issued, drafts=drafts, states=STATES)


@get("/holder/statements/{month:str}", **allow(Who.OFFICER))
async def show(request: AnyRequest, session: StaffSession, parts: Parts, month: FromPath[str]) -> Response[Any]:
    """One statement, or its draft."""
    return await _one(request, session, parts, month)


@get("/holder/statements/{month:str}/{form:str}", **allow(Who.OFFICER))
async def take(
    request: AnyRequest, session: StaffSession, parts: Parts, month: FromPath[str], form: FromPath[str]
) -> Response[Any]:
    """The same statement as a file: `csv`, `xlsx`, `pdf`, or `json`, which of an issued one is what its hash is of."""
    holder, wanted = holder_asking.holder_of(session), month_of(month, parts)
    make = _FORMS.get(form)
    if make is None:
        raise NotFoundException
    now, language = parts.clock.now(), language_of(request)
    found = await parts.database.read(lambda conn: statements.of_month(conn, holder, wanted, now=now))
    kind, content = await made(lambda: make(found, statement_sheets.report(found, now), language))
    await files.note(parts, session, "statement", form, holder=holder, month=str(wanted))
    attached = {"Content-Disposition": f'attachment; filename="statement-{wanted}.{form}"'}
    return Response(content, media_type=kind, headers=attached)


@post("/holder/statements/{month:str}/accept", **allow(Who.OFFICER))
async def accept(session: StaffSession, parts: Parts, month: FromPath[str]) -> Response[Any]:
    """The statement is right."""
    holder, wanted = holder_asking.holder_of(session), month_of(month, parts)

    def work(conn: Connection) -> None:
        statements.accept(conn, session, holder, wanted, parts.clock.database_now(conn))

    await parts.database.write(work)
    return see_other(f"/holder/statements/{wanted}")


@post("/holder/statements/{month:str}/dispute", **allow(Who.OFFICER))
async def dispute(
    request: AnyRequest, session: StaffSession, parts: Parts, month: FromPath[str], data: Form
) -> Response[Any]:
    """Some lines are not right, and why."""
    holder, wanted = holder_asking.holder_of(session), month_of(month, parts)
    numbers = _NUMBERS.findall(field(data, "lines"))
    reason = field(data, "reason", statements.LONGEST_REASON)
    faults = ({} if numbers else {"lines": _NO_LINES}) | ({} if reason else {"reason": _NO_REASON})

    def work(conn: Connection) -> None:
        reasons = dict.fromkeys(numbers, reason)
        statements.dispute(conn, session, holder, wanted, reasons, parts.clock.database_now(conn))

    if not faults:
        try:
            await parts.database.write(work)
        except ValueError:
            faults = {"lines": _NO_LINES}
    if faults:
        return await _one(request, session, parts, month, typed=data, faults=faults)
    return see_other(f"/holder/statements/{wanted}")


async def _one(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    month: str,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, Any] | None = None,
) -> Response[Any]:
    holder, wanted, now = holder_asking.holder_of(session), month_of(month, parts), parts.clock.now()
    found = await parts.database.read(lambda conn: statements.of_month(conn, holder, wanted, now=now))
    return page(
        request,
        "pages/holder/statement.html",
        status=422 if faults else 200,
        holder=holder,
        month=str(wanted),
        statement=found,
        report=statement_sheets.report(found, now),
        states=STATES,
        typed=typed or {},
        faults=faults or {},
        longest=statements.LONGEST_REASON,
    )


def month_of(text: str, parts: Parts) -> Month:
    """The month that an address names.

    Raises:
        NotFoundException: it is none, or has not begun.
    """
    month = Month.parse(text)
    if month is None or month > Month.of(parts.clock.now()):
        raise NotFoundException
    return month


_Made = tuple[str, bytes]


def _csv(_found: Statement, report: Report, language: Language) -> _Made:
    files = [sheet_files.csv(each, language) for each in report.sheets]
    return csv_lines.MEDIA_TYPE, (files[0] + "".join(each.removeprefix(csv_lines.MARK) for each in files[1:])).encode()


def _xlsx(_found: Statement, report: Report, language: Language) -> _Made:
    return sheet_files.XLSX_TYPE, sheet_files.xlsx(report, language)


def _pdf(_found: Statement, report: Report, language: Language) -> _Made:
    return "application/pdf", sheet_paper.pdf(report, language)


def _json(found: Statement, _report: Report, _language: Language) -> _Made:
    return "application/json", statements.packed(found.content)


_FORMS: Final[dict[str, Callable[[Statement, Report, Language], _Made]]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "pdf": _pdf,
    "json": _json,
}
HANDLERS = (show_all, show, take, accept, dispute)
