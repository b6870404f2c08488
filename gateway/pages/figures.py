"""Figures: a manager sees the own centre, the network's owner every place; both see no visit and no resident here."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages import sheet_api
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import files, reading
from gateway.parts import Parts
from gateway.people.access import ApiCaller, Scope, StaffSession, Who, allow
from gateway.people.errors import AccessRefusedError
from gateway.people.roles import Role
from gateway.reports import sheet_files, sheet_paper, telling
from gateway.reports.errors import FiguresAskedError
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.sheets import Report
from gateway.visits.errors import NotFoundError
from gateway.web import api_documents, csv_lines
from gateway.web.making import made
from ui.i18n import Language, Message, message

AnyRequest = Request[Any, Any, Any]
_READERS: Final = allow(Who.MANAGER, Who.NETWORK_OWNER)
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MONTHS: Final = 12
"""So many single months can be chosen."""
_NO_PERIOD: Final = message("Choose a stretch of time from the list")
_NO_PLACE: Final = message("Choose a place from the list")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as far as its reader may see it."""

    place: Place
    period: Period
    faults: dict[str, Message]

    @property
    def query(self) -> str:
        """The same, for addresses of its files."""
        return urlencode({"place": str(self.place), "period": str(self.period)})


@get("/figures", **_READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Everything that is told of one place in one stretch of months."""
    asked = _asked(request, session, parts)

    def work(conn: Connection) -> dict[str, Any]:
        sees_all = session.role is Role.NETWORK_OWNER
        told, report = _report(conn, parts, asked, language_of(request), sees_all=sees_all)
        return {
            "report": report,
            "told": told,
            "places": reading.places(told.look.centres.values(), told.services) if sees_all else [],
            "name": report.title,
        }

    shown = await parts.database.read(work)
    return page(
        request,
        "pages/figures/one.html",
        status=400 if asked.faults else 200,
        asked=asked,
        faults=asked.faults,
        periods=_periods(Month.of(parts.clock.now())),
        is_owner=session.role is Role.NETWORK_OWNER,
        **shown,
    )


@get("/figures/report.xlsx", **_READERS)
async def take_workbook(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """All of it as a workbook."""
    report, asked = await _of_address(request, session, parts)
    content = await made(partial(sheet_files.xlsx, report, language_of(request)))
    await files.note(parts, session, "figures", "xlsx", **asked)
    return Response(content, media_type=_XLSX, headers=_attached("figures.xlsx"))


@get("/figures/report.pdf", **_READERS)
async def take_paper(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """All of it for printing."""
    report, asked = await _of_address(request, session, parts)
    content = await made(partial(sheet_paper.pdf, report, language_of(request)))
    await files.note(parts, session, "figures", "pdf", **asked)
    return Response(content, media_type="application/pdf", headers=_attached("figures.pdf"))


@get("/figures/tables/{sheet:str}", **_READERS)
async def take_sheet(request: AnyRequest, session: StaffSession, parts: Parts, sheet: FromPath[str]) -> Response[Any]:
    """One table of it as a CSV file."""
    report, asked = await _of_address(request, session, parts)
    found = next((each for each in report.sheets if each.name == sheet), None)
    if found is None:
        raise NotFoundError("no such table")
    content = sheet_files.csv(found, language_of(request)).encode()
    await files.note(parts, session, found.name, "csv", **asked)
    return Response(content, media_type=csv_lines.MEDIA_TYPE, headers=_attached(f"{found.name}.csv"))


@get("/api/figures/openapi.json", **allow(Who.ANYONE, cacheable=True))
async def describe(parts: Parts) -> Response[Any]:
    """What a program can ask (OpenAPI 3.1); it needs no key."""
    headers = {"Cache-Control": "public, max-age=3600"}
    content = api_documents.document(sheet_api.API, parts.settings.public_url)
    return Response(content, media_type=api_documents.JSON, headers=headers)


@get("/api/figures", **allow(Who.API_KEY, scope=Scope.FIGURES))
async def answer_program(request: AnyRequest, program: ApiCaller, parts: Parts) -> Response[Any]:
    """The same for programs: `place` and `period` as in the addresses of pages; all of the network without them."""
    if program.agency is not None:
        raise AccessRefusedError("the network's figures are for keys of the network")
    try:
        place = Place.parse(request.query_params.get("place") or str(NETWORK))
        rolling = Period.rolling(Month.of(parts.clock.now()))
        period = Period.parse(request.query_params.get("period") or str(rolling))
    except ValueError as error:
        raise FiguresAskedError("place or period cannot be read") from error
    language = language_of(request)
    asked = Asked(place, period, {})
    report = await parts.database.read(lambda conn: _report(conn, parts, asked, language, sees_all=True)[1])
    return Response(sheet_files.json(report, language), media_type="application/json")


async def _of_address(request: AnyRequest, session: StaffSession, parts: Parts) -> tuple[Report, dict[str, str]]:
    """The report that an address of a file asks for, and what the trail says of it.

    Raises:
        FiguresAskedError: it cannot be read.
    """
    asked = _asked(request, session, parts)
    if asked.faults:
        raise FiguresAskedError("place or time cannot be read")
    sees_all, language = session.role is Role.NETWORK_OWNER, language_of(request)
    report = await parts.database.read(lambda conn: _report(conn, parts, asked, language, sees_all=sees_all)[1])
    return report, {"place": str(asked.place), "period": str(asked.period)}


def _asked(request: AnyRequest, session: StaffSession, parts: Parts) -> Asked:
    """Read the address. Raises `AccessRefusedError` where a manager asks for another place than the own centre."""
    own = Place(PlaceKind.CENTRE, session.centre_id)
    usual = NETWORK if session.role is Role.NETWORK_OWNER else own
    faults: dict[str, Message] = {}
    place, period = usual, Period.rolling(Month.of(parts.clock.now()))
    try:
        place = Place.parse(request.query_params.get("place") or str(usual))
    except ValueError:
        faults["place"] = _NO_PLACE
    try:
        period = Period.parse(request.query_params.get("period") or str(period))
    except ValueError:
        faults["period"] = _NO_PERIOD
    if session.role is not Role.NETWORK_OWNER and place != own:
        raise AccessRefusedError("figures of another place")
    return Asked(place, period, faults)


def _report(
    conn: Connection, parts: Parts, asked: Asked, language: Language, *, sees_all: bool
) -> tuple[telling.Told, Report]:
    told = telling.look(conn, asked.place, asked.period, sees_all=sees_all, language=language)
    return told, telling.report(told, now=parts.clock.now())


def _periods(now: Month) -> list[dict[str, Any]]:
    """Stretches of time to choose from: twelve months, months, quarters, years."""
    rolling = Period.rolling(now)
    found: list[dict[str, Any]] = [
        {"value": str(rolling), "text": message("The last twelve months")},
        {"value": str(Period.rolling(now.plus(-12))), "text": message("The twelve months before")},
        {"value": f"{now.plus(-59)}..{now}", "text": message("The last five years")},
    ]
    months = [now.plus(-number) for number in range(_MONTHS)]
    found += [{"value": str(each), "text": str(each), "group": message("Months")} for each in months]
    quarters = dict.fromkeys(each.quarter for each in months)
    found += [{"value": each, "text": each, "group": message("Quarters")} for each in quarters]
    years = [f"{now.year - number}" for number in range(5)]
    return found + [{"value": each, "text": each, "group": message("Years")} for each in years]


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


HANDLERS = (show, take_workbook, take_paper, take_sheet, describe, answer_program)
