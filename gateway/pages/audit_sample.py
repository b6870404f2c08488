"""Visits drawn at random, for a routine check: with seed and rule, so that anybody can draw the same again."""

from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get
from sqlalchemy import Connection

from gateway.days import day_of
from gateway.pages import audit_search
from gateway.pages.desk.words import CHANNELS, HELP_REASONS, ended
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import register, sampling
from gateway.visits.sampling import MOST, Drawn, NotSignedSinceError
from gateway.visits.signs import MOST_DAYS, Period
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_USUAL: Final = 10
_MOST_DIGITS: Final = 18
_NO_NUMBER: Final = message("Write a number from 1 to %(most)s", most=MOST)
_NO_PERIOD: Final = message("Choose a first and a last day, at most %(days)s days together", days=MOST_DAYS)
_NOT_SIGNED: Final = message("Choose days that were over when the state of the log was last signed")


@get("/audit/sample", **allow(Who.AUDITOR))
async def show_sample(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Draw what the address asks for, which is recorded; without a number, ask for it."""
    given = {name: value.strip() for name, value in request.query_params.items()}
    number, size = _whole(given.get("number", "")), _whole(given.get("size", ""))
    usual = Period.until(day_of(parts.clock.now()) - timedelta(days=1))
    first, last = audit_search.day(given.get("from", "")), audit_search.day(given.get("to", ""))
    period = Period(first, last) if first and last else None
    faults: dict[str, Message] = {}
    shown: dict[str, Any] = {"drawn": None, "visits": ()}
    if "number" in given:
        if number is None or not 1 <= number <= MOST:
            faults["number"] = _NO_NUMBER
        if period is None or not period.is_short_enough:
            faults["from"] = _NO_PERIOD
        if not faults and number and period:
            shown = await _draw(parts, session, number, period, size)
            if shown["drawn"] is None:
                faults["to"] = _NOT_SIGNED
    fields = {
        "number": given.get("number", str(_USUAL)),
        "from": given.get("from", usual.first.isoformat()),
        "to": given.get("to", usual.last.isoformat()),
    }
    return page(
        request,
        "pages/audit/sample.html",
        status=400 if faults else 200,
        fields=fields,
        faults=faults,
        channels=CHANNELS,
        ended=ended,
        help_reasons=HELP_REASONS,
        **shown,
    )


async def _draw(parts: Parts, session: StaffSession, number: int, period: Period, size: int | None) -> dict[str, Any]:
    def work(conn: Connection) -> dict[str, Any]:
        try:
            drawn = sampling.draw(conn, number, period, size=size)
        except NotSignedSinceError:
            return {"drawn": None, "visits": ()}
        found = register.of_ids(conn, [each for _lot, each in drawn.lots], language=session.language)
        return {"drawn": drawn, "visits": found}

    shown = await parts.database.read(work)
    drawn: Drawn | None = shown["drawn"]
    if drawn is not None:
        said = {
            "of": "sample",
            "number": number,
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "size": drawn.size,
            "seed": drawn.seed,
        }
        await parts.database.write(lambda conn: audit_search.note(conn, parts, session, said))
    return shown


def _whole(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


HANDLERS = (show_sample,)
