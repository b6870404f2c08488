"""What an auditor looks for among the visits: read from the address, shown in the form, recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from litestar import Request
from sqlalchemy import Connection

from audit.events import EventName
from delegation.assurance import Route
from gateway.days import day_of
from gateway.ledger import outbox
from gateway.paging import Key
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import register
from gateway.visits.register import Choices, Search
from gateway.visits.signs import Period, Sign
from gateway.visits.tables import Ending

AnyRequest = Request[Any, Any, Any]
_LONGEST: Final = 64
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Looked:
    """A search, and the values of its form as they stand in an address."""

    search: Search
    fields: Mapping[str, str]


def day(text: str) -> date | None:
    """A day as an address gives it; none for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_DAY <= found <= _LAST_DAY else None


def choices(conn: Connection, request: AnyRequest, language: str, staff_id: str = "") -> Choices:
    """What a search can be narrowed to, and what `read` needs of it; with the name of one member of staff."""
    return register.choices(conn, language, staff_id, everybody=bool(request.query_params.get("assistant")))


def read(parts: Parts, request: AnyRequest, choices: Choices) -> Looked:
    """What the address asks for; what cannot be meant is left out."""
    given = {name: value.strip()[:_LONGEST] for name, value in request.query_params.items()}
    typed = given.get("assistant", "")
    staff = choices.assistants(typed) if typed else []
    first, last = day(given.get("from", "")), day(given.get("to", ""))
    sign = next((each for each in Sign if each.value == given.get("sign")), None)
    search = Search(
        centre=choices.centre(given.get("centre", "")),
        assistants=tuple(each for each, _login in staff) if typed else None,
        service=choices.service(given.get("service", "")),
        route=next((each for each in Route if each.value == given.get("route")), None),
        ending=next((each for each in Ending if each.value == given.get("ending")), None),
        # With a sign, the days are those in which the rule looks.
        first=None if sign else first,
        last=None if sign else last,
        number=given.get("number") or None,
        sign=sign,
        period=_period(parts, first, last) if sign else None,
        after=Key.parse(request.query_params.get("after", "")),
    )
    fields = _fields(search, typed=staff[0][1] if len(staff) == 1 else typed)
    return Looked(search, fields)


def record(conn: Connection, parts: Parts, session: StaffSession, search: Search, *, found: bool) -> None:
    """Record what was looked for."""
    note(conn, parts, session, said(search, found=found))


def said(search: Search, *, found: bool) -> dict[str, Any]:
    """What was looked for, as it is recorded.

    What is no number, centre or service of ours may be anything, and is not written down; of a place in the list its
    moment is.
    """
    period = search.period
    data = {
        "centre": search.centre,
        "assistants": None if search.assistants is None else list(search.assistants),
        "service": search.service,
        "route": search.route.value if search.route else None,
        "ending": search.ending.value if search.ending else None,
        "from": _iso(period.first if period else search.first),
        "to": _iso(period.last if period else search.last),
        "number": search.number if found else None,
        "unknown_number": True if search.number and not found else None,
        "sign": search.sign.value if search.sign else None,
        "after": search.after.at.isoformat() if search.after else None,
    }
    return {name: value for name, value in data.items() if value is not None}


def note(conn: Connection, parts: Parts, session: StaffSession, data: Mapping[str, Any]) -> None:
    """Record that an auditor has looked for something."""
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.TRAIL_SEARCHED,
        actor=session.actor,
        data=dict(data),
        at=parts.clock.database_now(conn),
    )


def _period(parts: Parts, first: date | None, last: date | None) -> Period:
    until = last or day_of(parts.clock.now())
    period = Period(first, until) if first else Period.until(until)
    return period if period.is_short_enough else Period.until(until)


def _fields(search: Search, *, typed: str) -> dict[str, str]:
    period = search.period
    return {
        "centre": search.centre or "",
        "assistant": typed,
        "service": search.service or "",
        "route": search.route.value if search.route else "",
        "ending": search.ending.value if search.ending else "",
        "from": _iso(period.first if period else search.first) or "",
        "to": _iso(period.last if period else search.last) or "",
        "number": search.number or "",
        "sign": search.sign.value if search.sign else "",
    }


def _iso(at: date | None) -> str | None:
    return at.isoformat() if at else None
