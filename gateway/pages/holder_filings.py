"""An officer counts the filings of the own institution's services, and lists them; also as files."""

from collections.abc import Iterable
from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.holders import figures, filings
from gateway.holders.filings import Line
from gateway.pages import holder_asking
from gateway.pages.admin.words import LEVELS, ROUTES
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import files
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.web import csv_lines
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_MOST: Final = 50
MOST_LINES: Final = 5000
"""Of one file."""
_CUT: Final = "cut: there are more lines than one file takes; choose fewer months"
_COUNTED: Final = ("month", "service", "centre_id", "centre", "outcome", "count")
_LISTED: Final = (
    "filing",
    "reference",
    "service",
    "counted_at",
    "sent_at",
    "outcome",
    "centre",
    "route",
    "assurance",
    "second_look",
    "connector_version",
)
_NO_REFERENCE: Final = message("Enter the number that your portal gave")


@get("/holder/filings", **allow(Who.OFFICER))
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """How many there were, by month, service and centre, and what became of them."""
    holder, language = holder_asking.holder_of(session), language_of(request)

    def work(conn: Connection) -> dict[str, Any]:
        asked = holder_asking.read(conn, request, parts, holder, language)
        counted = figures.cells(conn, asked.services, asked.narrowed)
        return asked.for_page | {
            "by_month": figures.table_by(counted, lambda each: str(each.month)),
            "by_service": figures.table_by(counted, lambda each: each.service),
            "by_centre": figures.table_by(counted, lambda each: each.centre_id),
            "total": sum(each.count for each in counted),
        }

    return page(request, "pages/holder/filings.html", holder=holder, **await parts.database.read(work))


@get("/holder/filings.csv", **allow(Who.OFFICER))
async def export_counts(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The same counts as a file: one line a month, service, centre and outcome."""
    holder, language = holder_asking.holder_of(session), language_of(request)

    def work(conn: Connection) -> list[figures.Cell]:
        asked = holder_asking.read(conn, request, parts, holder, language)
        return figures.cells(conn, asked.services, asked.narrowed)

    found = await parts.database.read(work)
    lines = ((each.month, each.service, each.centre_id, each.centre, each.outcome, each.count) for each in found)
    await files.note(parts, session, "filings", "csv", holder=holder)
    return _file("filings", _COUNTED, lines)


@get("/holder/filings/list", **allow(Who.OFFICER))
async def show_list(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The filings one by one, the newest first, a page at a time."""
    return await _list(request, session, parts)


@post("/holder/filings/list", status_code=200, **allow(Who.OFFICER))
async def find(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """The filing of a number that the portal gave; numbers stand in no address."""
    reference = field(data, "reference", filings.LONGEST_REFERENCE)
    return await _list(request, session, parts, reference=reference)


@get("/holder/filings/list.csv", **allow(Who.OFFICER))
async def export_list(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The same list as a file, with numbers and no names."""
    holder, language = holder_asking.holder_of(session), language_of(request)

    def work(conn: Connection) -> list[Line]:
        asked = holder_asking.read(conn, request, parts, holder, language)
        return filings.newest(conn, asked.services, asked.narrowed, most=MOST_LINES + 1)

    found = await parts.database.read(work)
    await files.note(parts, session, "filings-list", "csv", holder=holder)
    ends = [(_CUT,)] if len(found) > MOST_LINES else []
    return _file("filings-list", _LISTED, (*map(_written, found[:MOST_LINES]), *ends))


async def _list(
    request: AnyRequest, session: StaffSession, parts: Parts, *, reference: str | None = None
) -> Response[Any]:
    holder, language = holder_asking.holder_of(session), language_of(request)
    after = Key.parse(request.query_params.get("after", ""))

    def work(conn: Connection) -> dict[str, Any]:
        asked = holder_asking.read(conn, request, parts, holder, language)
        if reference is None:
            found = filings.newest(conn, asked.services, asked.narrowed, most=_MOST + 1, after=after)
        else:
            found = filings.of_reference(conn, asked.services, reference)
        return asked.for_page | {"lines": found[:_MOST], "older": end_of(found, _MOST, lambda line: line.key)}

    found = await parts.database.read(work)
    missing = reference is not None and not reference
    return page(
        request,
        "pages/holder/filing_list.html",
        status=422 if missing else 200,
        back="/holder/filings/list" if reference is not None else None,
        holder=holder,
        reference=reference,
        error=_NO_REFERENCE if missing else None,
        routes=ROUTES,
        levels=LEVELS,
        most_exported=MOST_LINES,
        **found,
    )


def _written(line: Line) -> tuple[object, ...]:
    return (
        line.id,
        line.reference,
        line.service,
        line.counted_at,
        line.sent_at,
        line.outcome,
        line.centre,
        line.route,
        None if line.assurance is None else line.assurance.name.lower(),
        "yes" if line.second_look else "no",
        line.connector_version,
    )


def _file(name: str, head: Iterable[object], lines: Iterable[Iterable[object]]) -> Response[Any]:
    content = csv_lines.MARK + "".join(csv_lines.line(each) for each in (head, *lines))
    attached = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content.encode(), media_type=csv_lines.MEDIA_TYPE, headers=attached)


HANDLERS = (show, export_counts, show_list, find, export_list)
