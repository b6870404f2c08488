"""Versions of a service's cards: kept for ever, each in force from an instant until one of a greater number is.

`service.cards` hold the version of the day, so that everything reads them as before; what comes into force later is put
there on its day, by a worker's job or by whoever looks first (`gateway.changes.turning`). A file brings versions too,
until people have published one: from then on the words are theirs, and the file brings only what else it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from gateway.clock import SystemClock
from gateway.database.base import lock
from gateway.ids import new_id
from gateway.services.catalogue import Card, Service
from gateway.services.tables import Service as ServiceRow
from gateway.services.tables import ServiceVersion

SINCE_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""From when the first version is in force: nobody knows since when its words stood there."""
Cards = Mapping[str, Mapping[str, Any]]
"""Cards by language, as rows hold them."""

_OF = (
    select(ServiceVersion.__table__)
    .where(ServiceVersion.service_id == bindparam("service"))
    .order_by(ServiceVersion.number.desc())
)
_NEWEST = _OF.limit(1)
_IN_FORCE = _OF.where(ServiceVersion.valid_from <= bindparam("at")).limit(1)
_AT = _OF.where(ServiceVersion.number == bindparam("number"))
_SHOWN = select(ServiceRow.card_version).where(ServiceRow.id == bindparam("service"))
_DUE = (
    select(ServiceVersion.service_id)
    .join(ServiceRow, ServiceRow.id == ServiceVersion.service_id)
    .where(ServiceVersion.valid_from <= bindparam("at"), ServiceVersion.number > ServiceRow.card_version)
    .distinct()
    .order_by(ServiceVersion.service_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a service's cards."""

    number: int
    cards: Mapping[str, Card]
    valid_from: datetime | None
    """None: since before there were records."""
    review_on: date | None
    because: str
    author_id: str | None
    centre_by: str | None
    holder_by: str | None
    published_at: datetime


def cards_of(cards: Cards) -> dict[str, Card]:
    """Cards of a row, by language."""
    return msgspec.convert(cards, dict[str, Card])


def packed(cards: Mapping[str, Card]) -> dict[str, Any]:
    """Cards as rows hold them."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(dict(cards)))
    return found


def of_service(conn: Connection, service_id: str) -> list[Version]:
    """All versions of a service's cards, the newest first."""
    return [_version(row) for row in conn.execute(_OF, {"service": service_id})]


def one(conn: Connection, service_id: str, number: int) -> Version | None:
    """The version of this number; none where there is no such version."""
    row = conn.execute(_AT, {"service": service_id, "number": number}).one_or_none()
    return None if row is None else _version(row)


def newest(conn: Connection, service_id: str) -> Version | None:
    """The version with the greatest number, in force or not yet; none before the first."""
    row = conn.execute(_NEWEST, {"service": service_id}).one_or_none()
    return None if row is None else _version(row)


def in_force(conn: Connection, service_id: str, at: datetime) -> Version | None:
    """The version in force at an instant."""
    row = conn.execute(_IN_FORCE, {"service": service_id, "at": at}).one_or_none()
    return None if row is None else _version(row)


def words_for(conn: Connection, service: Service) -> dict[str, Any]:
    """The cards that a service from a file gets: the file's, or those in force where people have published some."""
    last = newest(conn, service.id)
    if last is None or last.author_id is None:
        return packed(service.cards)
    kept: dict[str, Any] = conn.execute(select(ServiceRow.cards).where(ServiceRow.id == service.id)).scalar_one()
    return kept


def take_in(conn: Connection, service_id: str, cards: dict[str, Any], at: datetime | None) -> None:
    """Keep the cards that came from a file as a version, where they are none yet."""
    last = newest(conn, service_id)
    if last is not None and (last.author_id is not None or packed(last.cards) == packed(cards_of(cards))):
        return
    now = at or SystemClock().database_now(conn)
    number = add(
        conn,
        service_id,
        cards=cards,
        valid_from=SINCE_EVER if last is None else now,
        review_on=None if last is None else last.review_on,
        because="",
        published_at=now,
    )
    conn.execute(update(ServiceRow).where(ServiceRow.id == service_id).values(card_version=number))


def add(conn: Connection, service_id: str, **values: Any) -> int:
    """Keep a version and return its number, the next of the service; it is in force when its time has come."""
    greatest = select(func.max(ServiceVersion.number)).where(ServiceVersion.service_id == service_id)
    number = (conn.execute(greatest).scalar_one() or 0) + 1
    conn.execute(insert(ServiceVersion).values(id=new_id(), service_id=service_id, number=number, **values))
    return number


def due(conn: Connection, at: datetime) -> list[str]:
    """Services whose cards are not those of the version in force at an instant."""
    return list(conn.execute(_DUE, {"at": at}).scalars())


def put_in_force(conn: Connection, service_id: str, at: datetime) -> Version | None:
    """Let the cards be those of the version in force at an instant; the version where that changes something.

    Of several who do it at once one does.
    """
    shown = conn.execute(lock(conn, _SHOWN), {"service": service_id}).scalar_one()
    version = in_force(conn, service_id, at)
    if version is None or version.number == shown:
        return None
    values = {"cards": packed(version.cards), "card_version": version.number, "review_on": version.review_on}
    conn.execute(update(ServiceRow).where(ServiceRow.id == service_id).values(values))
    return version


def _version(row: Any) -> Version:
    return Version(
        number=row.number,
        cards=cards_of(row.cards),
        valid_from=None if row.valid_from == SINCE_EVER else row.valid_from,
        review_on=row.review_on,
        because=row.because,
        author_id=row.author_id,
        centre_by=row.centre_by,
        holder_by=row.holder_by,
        published_at=row.published_at,
    )
