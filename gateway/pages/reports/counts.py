"""What a centre's staff count by hand, month by month: typed by its manager, corrected and taken back."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.reports import reading
from gateway.pages.reports.who import READERS
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.reports import by_hand, words
from gateway.reports.by_hand import FutureMonthError
from gateway.reports.cost_tables import Way
from gateway.reports.periods import Month
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/figures/costs/counts"
_MONTHS: Final = 24
_NO_NUMBER: Final = message("Write a whole number from 0 to 1,000,000, or leave it empty where it is not known")
_FUTURE: Final = message("This month has not begun: choose one that has")


@get(_HERE, **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """One month of one centre, with every word that was said about it."""
    asked = {name: request.query_params.get(name, "") for name in ("centre", "month")}
    return await _show(request, session, parts, asked)


@post(_HERE, **READERS)
async def put(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Keep what was counted; what was there before stays to be looked up."""
    asked = {name: field(data, name, 64) for name in ("centre", "month")}
    typed = {way.value: field(data, way.value, 12) for way in Way}
    counts = {way: reading.whole(typed[way.value]) for way in Way}
    wrong = {way.value: _NO_NUMBER for way, n in counts.items() if typed[way.value] and not _is_count(n)}
    if wrong:
        return await _show(request, session, parts, asked, typed, wrong)
    at = await _place(session, parts, asked)

    def step(conn: Connection) -> None:
        now = parts.clock.database_now(conn)
        by_hand.type_in(conn, at[0], at[1], counts, by=session.actor, now=now)

    try:
        await parts.database.write(step)
    except FutureMonthError:
        return await _show(request, session, parts, asked, typed, {"month": _FUTURE})
    return see_other(f"{_HERE}?centre={at[0]}&month={at[1]}")


@post(f"{_HERE}/take-back", **READERS)
async def take_back(session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Bring what stood before the last change of a month into force again."""
    at = await _place(session, parts, {name: field(data, name, 64) for name in ("centre", "month")})

    def step(conn: Connection) -> None:
        by_hand.take_back(conn, at[0], at[1], by=session.actor, now=parts.clock.database_now(conn))

    await parts.database.write(step)
    return see_other(f"{_HERE}?centre={at[0]}&month={at[1]}")


async def _place(session: StaffSession, parts: Parts, asked: dict[str, str]) -> tuple[str, Month]:
    among = await parts.database.read(lambda conn: reading.centres(conn, session))
    return reading.chosen(among, asked["centre"], session), _month(asked["month"], parts.clock.now())


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    asked: dict[str, str],
    typed: dict[str, str] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    now = parts.clock.now()
    month = _month(asked["month"], now)

    def read(conn: Connection) -> dict[str, Any]:
        among = reading.centres(conn, session)
        centre_id = reading.chosen(among, asked["centre"], session)
        told = by_hand.story(conn, centre_id, month)
        choices = reading.choices(among)
        return {"centres": among, "centre_choices": choices, "centre_id": centre_id, "story": told}

    shown = await parts.database.read(read)
    stands = {each.way.value: "" if each.n is None else str(each.n) for each in shown["story"] if not each.replaced_at}
    return page(
        request,
        "pages/reports/counts.html",
        status=422 if faults else 200,
        back=_HERE,
        month=month,
        months=[{"value": text, "text": text} for text in _months(now)],
        ways=words.BY_HAND,
        typed=typed or stands,
        faults=faults or {},
        errors=reading.errors(faults),
        **shown,
    )


def _month(text: str, now: datetime) -> Month:
    """The month that is asked for; the last whole one for anything else."""
    return reading.month(text) or Month.of(now).plus(-1)


def _months(now: datetime) -> list[str]:
    return [str(Month.of(now).plus(-number)) for number in range(_MONTHS)]


def _is_count(n: int | None) -> bool:
    return n is not None and n <= by_hand.MOST


HANDLERS = (show, put, take_back)
