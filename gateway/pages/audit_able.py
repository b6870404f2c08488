"""Who could act for which holder on a day: page, paper and file, with the agreement that allowed it."""

from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.response import Stream
from sqlalchemy import Connection

from audit.events import EventName
from gateway.days import day_of, end_of, last_day
from gateway.ledger import outbox
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.paging import Numbered
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.services import able, catalogue
from gateway.services.able import Able
from gateway.web import csv_lines

AnyRequest = Request[Any, Any, Any]
_PAGE: Final = 50
_MOST: Final = 20_000
_AT_A_TIME: Final = 500
_COLUMNS: Final = (
    "day",
    "holder",
    "service_id",
    "centre",
    "staff_id",
    "since",
    "until",
    "agreement",
    "agreed_from",
    "agreed_until",
)


@get("/audit/able", **allow(Who.AUDITOR))
async def show(request: AnyRequest, parts: Parts) -> Response[Any]:
    """One day, of one holder or of all."""
    today, language = day_of(parts.clock.now()), language_of(request)
    day, is_wrong = _day(request.query_params.get("on", ""), today)
    holder = request.query_params.get("holder") or None
    place = Numbered.parse(request.query_params.get("after", ""), _PAGE)

    def work(conn: Connection) -> dict[str, Any]:
        begins = able.begins(conn)
        is_before = begins is None or end_of(day) <= begins
        found = able.on(conn, day, language, holder=holder, most=_PAGE + 1, after=place.after)
        return {
            "begins": begins,
            "is_before": is_before,
            "found": found,
            "agreed": able.agreed_on(conn, day, language, most=_PAGE) if is_before else [],
            "holders": catalogue.holders(conn),
        }

    shown = await parts.database.read(work)
    found = shown.pop("found")
    asked = urlencode({"on": day.isoformat()} | ({"holder": holder} if holder else {}))
    return page(
        request,
        "pages/audit/able.html",
        status=422 if is_wrong else 200,
        day=day,
        today=today,
        is_wrong=is_wrong,
        holder=holder,
        lines=found[:_PAGE],
        last_day=last_day,
        newer=_with(place.newer("/audit/able"), asked),
        older=_with(place.older("/audit/able", found), asked),
        **shown,
    )


@post("/audit/able.csv", status_code=200, **allow(Who.AUDITOR))
async def export(session: StaffSession, parts: Parts, data: Form) -> Response[Any] | Stream:
    """The whole day as a file; that it was taken is recorded."""
    day, _ = _day(field(data, "on"), day_of(parts.clock.now()))
    holder = field(data, "holder") or None

    def record(conn: Connection) -> None:
        facts = {"of": "able", "day": day.isoformat(), "holder": holder}
        now = parts.clock.database_now(conn)
        outbox.record(conn, chain="system", type=EventName.TRAIL_EXPORTED, actor=session.actor, data=facts, at=now)

    await parts.database.write(record)
    name = f"able-{day.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(_lines(parts, day, holder), media_type=csv_lines.MEDIA_TYPE, headers=headers)


async def _lines(parts: Parts, day: date, holder: str | None) -> AsyncIterator[str]:
    """The file, a part at a time."""
    yield csv_lines.MARK + csv_lines.line(_COLUMNS)
    for after in range(0, _MOST, _AT_A_TIME):
        found = await parts.database.read(partial(_part, day=day, holder=holder, after=after))
        for each in found:
            yield csv_lines.line(
                (
                    day.isoformat(),
                    each.holder,
                    each.service_id,
                    each.centre,
                    each.staff_id,
                    each.since,
                    each.until,
                    each.agreement_id,
                    each.agreed_from,
                    each.agreed_until,
                )
            )
        if len(found) < _AT_A_TIME:
            return


def _part(conn: Connection, *, day: date, holder: str | None, after: int) -> list[Able]:
    return able.on(conn, day, "lv", holder=holder, most=_AT_A_TIME, after=after)


def _day(text: str, today: date) -> tuple[date, bool]:
    """The day that is asked for, today without one; and whether it was none, or is still to come."""
    if not text:
        return today, False
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today, True
    return (today, True) if not date(2000, 1, 1) <= day <= today else (day, False)


def _with(path: str | None, asked: str) -> str | None:
    return None if path is None else f"{path}&{asked}"


HANDLERS = (show, export)
