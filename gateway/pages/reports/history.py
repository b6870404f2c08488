"""What the network published before, with what can be worked out of it and where it does not meet."""

from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import files
from gateway.pages.reports.files import FileKind
from gateway.pages.reports.who import READERS, is_owner
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.reports import history, published
from gateway.reports.sheets import Report, Sheet, Text
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_TITLE: Final = message("Published figures of the network")
_AS: Final = (FileKind.XLSX, FileKind.PDF, FileKind.JSON)


@get("/figures/history", **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The published figures as tables; none were taken in: how that is done."""
    only, owns = _only(session), is_owner(session)
    imports, sheets = await parts.database.read(lambda conn: _read(conn, only))
    return page(request, "pages/reports/history.html", imports=imports, sheets=sheets, is_owner=owns)


@post("/figures/history/file", status_code=200, **READERS)
async def take(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """The same as a file."""
    only = _only(session)
    imports, sheets = await parts.database.read(lambda conn: _read(conn, only))
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


def _only(session: StaffSession) -> str | None:
    """The one centre whose first months somebody may read; none for whoever answers for all."""
    return None if is_owner(session) else session.centre_id


def _read(conn: Connection, only: str | None) -> tuple[list[Any], tuple[Sheet, ...]]:
    return history.imports(conn), published.sheets(published.read(conn, only))


HANDLERS = (show, take)
