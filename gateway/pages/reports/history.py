"""What the network published before, with what can be worked out of it and where it does not meet."""

from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import files
from gateway.pages.reports.files import FileKind
from gateway.pages.reports.who import READERS
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.reports import history, published
from gateway.reports.sheets import Report, Sheet, Text
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_TITLE: Final = message("Published figures of the network")
_AS: Final = (FileKind.XLSX, FileKind.PDF, FileKind.JSON)


@get("/figures/history", **READERS)
async def show(request: AnyRequest, parts: Parts) -> Response[Any]:
    """The published figures as tables; none were taken in: how that is done."""
    imports, sheets = await parts.database.read(_read)
    return page(request, "pages/reports/history.html", imports=imports, sheets=sheets)


@post("/figures/history/file", status_code=200, **READERS)
async def take(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """The same as a file."""
    imports, sheets = await parts.database.read(_read)
    told: list[Text] = [
        message(
            "%(document)s, as of %(day)s: %(first)s to %(last)s",
            document=each.source,
            day=f"{each.as_of:%d.%m.%Y}",
            first=each.first_month,
            last=each.last_month,
        )
        for each in imports
    ]
    report = Report(_TITLE, tuple(told), sheets, parts.clock.now(), name="history")
    return await files.hand_out(parts, session, report, files.kind_of(field(data, "as"), _AS), language_of(request))


def _read(conn: Connection) -> tuple[list[Any], tuple[Sheet, ...]]:
    return history.imports(conn), published.sheets(published.read(conn))


HANDLERS = (show, take)
