"""Which services a centre may offer: its kind's basket, and the holders' agreements that are in force.

Who may change these, and the two people that it takes, are the caller's duty; each change is the caller's event.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, exists, insert, or_, select, update

from gateway.ids import new_id
from gateway.services.tables import Agreement, AgreementSuspension, Basket

SUSPENDED: Final = exists().where(
    AgreementSuspension.agreement_id == Agreement.id,
    AgreementSuspension.begins_at <= bindparam("at"),
    or_(AgreementSuspension.ends_at.is_(None), AgreementSuspension.ends_at > bindparam("at")),
)
"""Whether the agreement of the statement around it is suspended at the instant `at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an agreement allows less than everything, and what is paid."""

    routes: tuple[str, ...] | None = None
    """Ways of saying yes; none: all that the service takes."""
    most_a_day: int | None = None
    most_a_month: int | None = None
    paid: str = ""


UNBOUND: Final = Terms()


def add_to_basket(conn: Connection, kind: str, service_id: str) -> None:
    """Let centres of a kind offer a service; what they offer already changes nothing."""
    same = select(Basket.kind).where(Basket.kind == kind, Basket.service_id == service_id)
    if conn.execute(same).first() is None:
        conn.execute(insert(Basket).values(kind=kind, service_id=service_id))


def remove_from_basket(conn: Connection, kind: str, service_id: str) -> None:
    """Let centres of a kind offer a service no more, from the next step of every visit on."""
    conn.execute(delete(Basket).where(Basket.kind == kind, Basket.service_id == service_id))


def basket_of(conn: Connection, kind: str) -> list[str]:
    """The ids of the services that centres of a kind may offer, sorted."""
    found = select(Basket.service_id).where(Basket.kind == kind).order_by(Basket.service_id)
    return list(conn.execute(found).scalars())


def conclude(
    conn: Connection,
    *,
    holder: str,
    begins_at: datetime,
    ends_at: datetime | None = None,
    service_id: str | None = None,
    centre_id: str | None = None,
    agreement_id: str | None = None,
    terms: Terms = UNBOUND,
) -> str:
    """Keep an agreement and return its id: for one service or all of the holder's, for one centre or the network."""
    agreement_id = agreement_id or new_id()
    conn.execute(
        insert(Agreement).values(
            id=agreement_id,
            holder=holder,
            service_id=service_id,
            centre_id=centre_id,
            begins_at=begins_at,
            ends_at=ends_at,
            routes=None if terms.routes is None else list(terms.routes),
            most_a_day=terms.most_a_day,
            most_a_month=terms.most_a_month,
            paid=terms.paid,
        )
    )
    return agreement_id


def suspend(conn: Connection, agreement_id: str, at: datetime) -> None:
    """Let an agreement allow nothing from an instant on, until it is lifted."""
    values = {"id": new_id(), "agreement_id": agreement_id, "begins_at": at}
    conn.execute(insert(AgreementSuspension).values(values))


def lift(conn: Connection, agreement_id: str, at: datetime) -> None:
    """End the suspension of an agreement that goes on."""
    going_on = (AgreementSuspension.agreement_id == agreement_id, AgreementSuspension.ends_at.is_(None))
    conn.execute(update(AgreementSuspension).where(*going_on).values(ends_at=at))


def suspended(conn: Connection, agreement_ids: Collection[str]) -> set[str]:
    """Those of some agreements that are suspended until somebody lifts that."""
    found = select(AgreementSuspension.agreement_id).where(
        AgreementSuspension.agreement_id.in_(agreement_ids), AgreementSuspension.ends_at.is_(None)
    )
    return set(conn.execute(found).scalars()) if agreement_ids else set()


def of_holder(conn: Connection, holder: str) -> list[str]:
    """The ids of a holder's agreements, those that are over included, by their beginning."""
    found = select(Agreement.id).where(Agreement.holder == holder).order_by(Agreement.begins_at, Agreement.id)
    return list(conn.execute(found).scalars())


def end(conn: Connection, agreement_id: str, at: datetime) -> bool:
    """End an agreement at an instant; return whether there was one that would have lasted longer."""
    longer = (Agreement.id == agreement_id, Agreement.ends_at.is_(None) | (Agreement.ends_at > at))
    return bool(conn.execute(update(Agreement).where(*longer).values(ends_at=at)).rowcount)
