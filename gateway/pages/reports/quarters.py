"""The report of a quarter: a manager's of the own centre, the network's owner's of any place; as page and as file."""

from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import files, reading
from gateway.pages.reports.files import FileKind
from gateway.pages.reports.who import READERS, is_owner
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.reports import places, quarterly
from gateway.reports.periods import Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.quarterly import NoReportError
from gateway.reports.sheets import Report
from gateway.visits.errors import NotFoundError
from ui.i18n import Language

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/figures/reports"
_AS: Final = (FileKind.PDF, FileKind.XLSX, FileKind.JSON)


@get(_HERE, **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The report that is asked for; of the last whole quarter without a word."""
    now, language = parts.clock.now(), language_of(request)
    period = reading.period(request, now)
    place = _place(session, request.query_params.get("place", ""))

    def read(conn: Connection) -> tuple[Report, list[dict[str, Any]]]:
        report = _read(conn, parts, session, place, period, language)
        return report, reading.places(places.centres(conn).values()) if is_owner(session) else []

    report, among = await parts.database.read(read)
    return page(
        request,
        "pages/reports/quarter.html",
        back=_HERE,
        report=report,
        period=period,
        place=place,
        places=among,
        periods=[{"value": str(each), "text": str(each)} for each in reading.quarters(now)],
    )


@post(f"{_HERE}/file", status_code=200, **READERS)
async def take(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """The same as a file."""
    language, place = language_of(request), _place(session, field(data, "place"))
    try:
        period = Period.parse(field(data, "period", 24))
    except ValueError:
        period = reading.last_quarter(parts.clock.now())
    report = await parts.database.read(lambda conn: _read(conn, parts, session, place, period, language))
    kind = files.kind_of(field(data, "as"), _AS)
    said = {"period": str(period), "place": str(place)}
    return await files.hand_out(parts, session, report, kind, language, **said)


def _read(
    conn: Connection, parts: Parts, session: StaffSession, place: Place, period: Period, language: Language
) -> Report:
    now = parts.clock.now()
    try:
        return quarterly.read(conn, place, period, now=now, sees_all=is_owner(session), language=language)
    except NoReportError as error:
        raise NotFoundError("no such report") from error


def _place(session: StaffSession, text: str) -> Place:
    """The place that is asked for; a manager has the own centre, whatever is asked."""
    if not is_owner(session):
        return Place(PlaceKind.CENTRE, session.centre_id)
    try:
        return Place.parse(text)
    except ValueError:
        return NETWORK


HANDLERS = (show, take)
