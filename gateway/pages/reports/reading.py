"""What forms of these pages send, read as what it is meant as; none for what is nothing of the kind."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from litestar import Request
from sqlalchemy import Connection, select

from gateway.pages.reports.who import is_owner
from gateway.people.access import StaffSession
from gateway.people.tables import Centre
from gateway.reports import words
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, CentrePlaces, Place, PlaceKind
from ui.i18n import Message

_EUROS: Final = re.compile(r"-?\d{1,9}(?:[.,]\d{1,2})?")
_BLANKS: Final = re.compile(r"[\s\u00a0\u202f€]")
_WHOLE: Final = re.compile(r"\d{1,9}")
_CENTRES: Final = select(Centre.id, Centre.name).order_by(Centre.name)


def euros(text: str) -> Decimal | None:
    """`1 234,50` or `1234.50`; none for anything else."""
    plain = _BLANKS.sub("", text)
    return Decimal(plain.replace(",", ".")) if _EUROS.fullmatch(plain) else None


def whole(text: str) -> int | None:
    """A number of things; none for anything else."""
    plain = _BLANKS.sub("", text)
    return int(plain) if _WHOLE.fullmatch(plain) else None


def day(text: str) -> date | None:
    """`2026-11-30`, as browsers send a day, or `30.11.2026`."""
    try:
        return date.fromisoformat(text) if "-" in text else datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def month(text: str) -> Month | None:
    """`2026-11`, as browsers send a month."""
    try:
        return Month.parse(text)
    except ValueError:
        return None


def period(request: Request[Any, Any, Any], now: datetime) -> Period:
    """The stretch of months that an address names by `period`; the last whole quarter for anything else."""
    try:
        return Period.parse(request.query_params.get("period", ""))
    except ValueError:
        return last_quarter(now)


def last_quarter(now: datetime) -> Period:
    """The last quarter that is over."""
    this = Month.of(now)
    return Period.parse(this.plus(-3).quarter)


def quarters(now: datetime, most: int = 8) -> list[Period]:
    """Quarters that can be asked for: the one that goes on, then those before it."""
    this = Month.of(now)
    return [Period.parse(this.plus(-3 * number).quarter) for number in range(most)]


def places(every: Collection[CentrePlaces], services: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """What the network's owner chooses from, each kind under its name: of these centres, and services by their ids."""
    kinds, titles = sorted({one.kind for one in every}), services or {}
    named: dict[PlaceKind, list[tuple[str, str | Message]]] = {
        PlaceKind.REGION: [(each, each) for each in sorted({one.region for one in every if one.region})],
        PlaceKind.MUNICIPALITY: [(each, each) for each in sorted({one.municipality for one in every})],
        PlaceKind.KIND: [(each, words.KINDS_OF_CENTRE.get(each, each)) for each in kinds],
        PlaceKind.CENTRE: [(one.id, one.name) for one in every],
        PlaceKind.SERVICE: [(each, titles[each]) for each in sorted(titles, key=titles.__getitem__)],
    }
    found: list[dict[str, Any]] = [{"value": str(NETWORK), "text": words.PLACES[PlaceKind.NETWORK]}]
    for kind, names in named.items():
        found += [{"value": str(Place(kind, name)), "text": text, "group": words.PLACES[kind]} for name, text in names]
    return found


def centres(conn: Connection, session: StaffSession) -> dict[str, str]:
    """The centres that somebody looks after, by id, in the order of their names."""
    if not is_owner(session):
        return {session.centre_id: session.centre_name}
    return {row.id: row.name for row in conn.execute(_CENTRES)}


def chosen(among: dict[str, str], wanted: str, session: StaffSession) -> str:
    """The centre that is asked for, if it is among them; else the own one, or the first."""
    if wanted in among:
        return wanted
    return session.centre_id if session.centre_id in among else next(iter(among))


def choices(among: dict[str, str]) -> list[dict[str, str]]:
    """What a list of choices is made of: values and what they are called."""
    return [{"value": value, "text": text} for value, text in among.items()]


def errors(faults: Mapping[str, Message] | None) -> list[dict[str, object]]:
    """What stands at the head of a page whose form was wrong: each fault leads to its field."""
    return [{"text": text, "href": f"#{name}"} for name, text in (faults or {}).items()]
