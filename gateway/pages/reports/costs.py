"""What a service costs: the subsidies of centres, and what comes of them."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import files, reading
from gateway.pages.reports.files import FileKind
from gateway.pages.reports.who import READERS, is_owner
from gateway.pages.reports.words import SUBSIDIES
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.reports import cost_sheets, costs
from gateway.reports.cost_tables import SubsidyKind
from gateway.reports.costs import NewSubsidy, OverlapError, SubsidyError
from gateway.reports.errors import NotInForceError
from gateway.reports.periods import Period
from gateway.reports.sheets import Report, Sheet
from gateway.web.redirects import see_other
from ui.formats import write_months
from ui.i18n import Message, Written, message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/figures/costs"
_AS: Final = (FileKind.XLSX, FileKind.CSV, FileKind.PDF, FileKind.JSON)
_FIELDS: Final = ("centre", "kind", "euros", "from", "until", "source")
_NO_KIND: Final = message("Choose what it is paid for")
_NO_AMOUNT: Final = message("Write an amount from 0 to 10,000,000 euros, such as 1234.50")
_NO_DAYS: Final = {"from": message("Write the first day"), "until": message("Write the last day")}
_NO_SPAN: Final = message("The last day is before the first, or more than ten years after it")
_NO_SOURCE: Final = message("Write where it stands, at most 200 characters")
_OVERLAP: Final = message(
    "A subsidy of this kind stands for some of these days: withdraw it first, or choose other days"
)


@get(_HERE, **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What a service cost in a period, and the subsidies that it is worked out from."""
    return await _show(request, session, parts)


@post(f"{_HERE}/file", status_code=200, **READERS)
async def take(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """The same as a file."""
    period, now = _period(field(data, "period", 24), parts), parts.clock.now()
    sheets = await parts.database.read(lambda conn: _sheets(conn, reading.centres(conn, session), period, now))
    title = message("Costs of services, %(period)s", period=Written(write_months, str(period)))
    report = Report(title, (), sheets, now, name=f"costs-{period}")
    kind = files.kind_of(field(data, "as"), _AS)
    return await files.hand_out(parts, session, report, kind, language_of(request), period=str(period))


@post(f"{_HERE}/subsidies", **READERS)
async def write_down(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Write a subsidy down."""
    typed = {name: field(data, name, 4 * costs.LONGEST_SOURCE) for name in _FIELDS}
    new = _read(typed)
    if not isinstance(new, NewSubsidy):
        return await _show(request, session, parts, typed, new)
    wanted: NewSubsidy = new

    def step(conn: Connection) -> None:
        if wanted.centre_id not in reading.centres(conn, session):
            raise SubsidyError("not theirs")
        costs.write_down(conn, wanted, by=session.actor, now=parts.clock.database_now(conn))

    try:
        await parts.database.write(step)
    except OverlapError:
        return await _show(request, session, parts, typed, {"from": _OVERLAP})
    except SubsidyError:
        return await _show(request, session, parts, typed, {"centre": message("Choose the centre")})
    return see_other(_HERE)


@post(f"{_HERE}/subsidies/{{subsidy_id:str}}/withdraw", **READERS)
async def withdraw(session: StaffSession, parts: Parts, subsidy_id: FromPath[str]) -> Response[Any]:
    """Put a subsidy out of force; of another centre's, or one that is out of force, nothing changes."""
    own = None if is_owner(session) else session.centre_id

    def step(conn: Connection) -> None:
        now = parts.clock.database_now(conn)
        costs.withdraw(conn, subsidy_id, centre_id=own, by=session.actor, now=now)

    try:
        await parts.database.write(step)
    except NotInForceError:
        return see_other(_HERE)
    return see_other(_HERE)


def _read(typed: dict[str, str]) -> NewSubsidy | dict[str, Message]:
    """The subsidy that was typed, or what is wrong with it by field."""
    kind = next((each for each in SubsidyKind if each.value == typed["kind"]), None)
    euros, first, last = reading.euros(typed["euros"]), reading.day(typed["from"]), reading.day(typed["until"])
    faults: dict[str, Message] = {}
    if kind is None:
        faults["kind"] = _NO_KIND
    if euros is None or not 0 <= euros <= costs.MOST:
        faults["euros"] = _NO_AMOUNT
    faults |= {name: _NO_DAYS[name] for name, day in (("from", first), ("until", last)) if day is None}
    if first is not None and last is not None and not 0 <= (last - first).days <= 3660:
        faults["until"] = _NO_SPAN
    if not 0 < len(typed["source"]) <= costs.LONGEST_SOURCE:
        faults["source"] = _NO_SOURCE
    if faults or kind is None or euros is None or first is None or last is None:
        return faults
    return NewSubsidy(
        centre_id=typed["centre"], kind=kind, euros=euros, from_day=first, until_day=last, source=typed["source"]
    )


def _sheets(conn: Connection, centres: dict[str, str], period: Period, now: datetime) -> tuple[Sheet, ...]:
    found = cost_sheets.read(conn, centres, period, now)
    more = (cost_sheets.by_group(found[0]),) if len(found) == 1 else ()
    return (cost_sheets.by_centre(found), *more, cost_sheets.ways(conn, centres, period))


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    typed: dict[str, str] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    now = parts.clock.now()
    period = reading.period(request, now)

    def read(conn: Connection) -> dict[str, Any]:
        centres = reading.centres(conn, session)
        own = None if is_owner(session) else session.centre_id
        return {
            "sheets": _sheets(conn, centres, period, now),
            "subsidies": costs.standing(conn, own),
            "centres": centres,
            "centre_choices": reading.choices(centres),
        }

    shown = await parts.database.read(read)
    return page(
        request,
        "pages/reports/costs.html",
        status=422 if faults else 200,
        back=_HERE,
        period=period,
        periods=[{"value": str(each), "text": str(each)} for each in reading.quarters(now)],
        kinds=SUBSIDIES,
        typed=typed or dict.fromkeys(_FIELDS, "") | {"centre": session.centre_id},
        faults=faults or {},
        errors=reading.errors(faults),
        **shown,
    )


def _period(text: str, parts: Parts) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        return reading.last_quarter(parts.clock.now())


HANDLERS = (show, take, write_down, withdraw)
