"""What centres of each kind offer, side by side; and what stands in a basket although no agreement lets it be given."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, or_, select

from gateway.people.tables import Centre
from gateway.services import agreements, catalogue
from gateway.services.catalogue import Service
from gateway.services.tables import Agreement, Basket
from gateway.services.tables import Service as ServiceRow

_AGREED = exists().where(
    Agreement.holder == ServiceRow.holder,
    or_(Agreement.service_id.is_(None), Agreement.service_id == ServiceRow.id),
    or_(Agreement.centre_id.is_(None), Agreement.centre_id == Centre.id),
    Agreement.begins_at <= bindparam("at"),
    or_(Agreement.ends_at.is_(None), Agreement.ends_at > bindparam("at")),
    ~agreements.SUSPENDED,
)
_BLOCKED = (
    select(ServiceRow.id, Centre.name)
    .join(Basket, Basket.service_id == ServiceRow.id)
    .join(Centre, Centre.kind == Basket.kind)
    .where(ServiceRow.portal_id.is_not(None), ~_AGREED)
    .order_by(ServiceRow.id, Centre.name)
)
_KINDS = select(Centre.kind).distinct().order_by(Centre.kind)
_IN = select(Basket.kind, Basket.service_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One service, and which kinds of centre offer it."""

    service_id: str
    title: str
    holder: str
    is_electronic: bool
    kinds: frozenset[str]
    blocked: tuple[str, ...]
    """Centres whose basket holds it and for which no agreement is in force now."""


def kinds(conn: Connection) -> list[str]:
    """The kinds of centre that there are."""
    return list(conn.execute(_KINDS).scalars())


def lines(conn: Connection, language: str, at: datetime, *, holder: str | None = None) -> list[Line]:
    """Every service that is filed here or stands in a basket; of one holder where `holder` is given."""
    held: dict[str, set[str]] = {}
    for kind, service_id in conn.execute(_IN):
        held.setdefault(service_id, set()).add(kind)
    blocked: dict[str, list[str]] = {}
    for service_id, centre in conn.execute(_BLOCKED, {"at": at}):
        blocked.setdefault(service_id, []).append(centre)
    rows = conn.execute(select(ServiceRow.id, ServiceRow.holder, ServiceRow.cards, ServiceRow.portal_id))
    found = [
        Line(
            service_id=row.id,
            title=catalogue.title_of(row.cards, language),
            holder=row.holder,
            is_electronic=row.portal_id is not None,
            kinds=frozenset(held.get(row.id, ())),
            blocked=tuple(blocked.get(row.id, ())),
        )
        for row in rows
        if (row.portal_id is not None or row.id in held) and holder in {None, row.holder}
    ]
    return sorted(found, key=lambda each: (each.holder, each.title))


def cards_of(conn: Connection, kind: str) -> tuple[Service, ...]:
    """The services of a basket, for a booklet; then those that centres only say where to go for."""
    held = agreements.basket_of(conn, kind)
    cards_only = select(ServiceRow.id).where(ServiceRow.portal_id.is_(None)).order_by(ServiceRow.id)
    others = [each for each in conn.execute(cards_only).scalars() if each not in held]
    wanted = [*held, *others]
    return catalogue.find_all(conn, wanted) if wanted else ()
