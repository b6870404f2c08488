"""The terms of agreements, held to when a resident is asked and when a form is begun: ways of saying yes, and how many.

An agreement without terms that covers the service is enough. Filings are counted as they are begun, in every centre
that the agreement is for. What came to nothing before it was sent, or never arrived, does not count; what the portal
declined does: the institution had it before it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, or_, select

from delegation.assurance import Route
from delegation.filing import FilingState
from gateway.database.base import lock
from gateway.days import beginning_of, day_of
from gateway.services import agreements
from gateway.services.tables import Agreement, Service
from gateway.visits.errors import RouteNotAllowedError
from gateway.visits.guarding import AgreementFullError
from gateway.visits.tables import Filing, Visit

NEAR: Final = 0.8
"""From this share of the most on, it is told that the agreement is almost used up."""
_CAME_TO_NOTHING: Final = (
    FilingState.STOPPED,
    FilingState.FAILED,
    FilingState.ABANDONED,
    FilingState.NOT_FILED,
)
_COUNTS = (
    Filing.state.not_in(_CAME_TO_NOTHING),
    or_(Filing.state != FilingState.DECLINED, Filing.sent_at.is_not(None)),
)
_COVERING = (
    select(Service.id.label("service"), Agreement.__table__)
    .join(Service, Service.holder == Agreement.holder)
    .where(
        Service.id.in_(bindparam("services", expanding=True)),
        or_(Agreement.service_id.is_(None), Agreement.service_id == Service.id),
        or_(Agreement.centre_id.is_(None), Agreement.centre_id == bindparam("centre")),
        Agreement.begins_at <= bindparam("at"),
        or_(Agreement.ends_at.is_(None), Agreement.ends_at > bindparam("at")),
        ~agreements.SUSPENDED,
    )
)
_HOLD = select(Agreement.id).where(Agreement.id.in_(bindparam("held", expanding=True))).order_by(Agreement.id)


def ensure_within(
    conn: Connection,
    service_ids: Sequence[str],
    *,
    centre_id: str,
    now: datetime,
    route: Route | None = None,
    begins: bool = False,
) -> None:
    """Refuse what no agreement in force allows any more; with `route`, also a way of saying yes that none allows.

    `begins`: the transaction begins a filing of each, so from the count to its commit nobody else takes that place.

    Raises:
        AgreementFullError: as many were begun as the agreement allows in a day or a month.
        RouteNotAllowedError: the agreements allow other ways of saying yes.
    """
    covering = {"services": list(service_ids), "centre": centre_id, "at": now}
    rows = conn.execute(_COVERING, covering).all()
    if begins and (held := _to_be_held(rows)):
        conn.execute(lock(conn, _HOLD), {"held": held})
        rows = conn.execute(_COVERING, covering).all()
    for service_id in service_ids:
        of_service = [row for row in rows if row.service == service_id]
        free = [row for row in of_service if not _is_full(conn, row, now)]
        if of_service and not free:
            raise AgreementFullError(service_id)
        if free and route is not None and not any(row.routes is None or route.value in row.routes for row in free):
            raise RouteNotAllowedError(f"{service_id} by {route}, by the agreement")


def nearly_full(conn: Connection, rows: Iterable[Any], now: datetime) -> dict[str, tuple[int, int]]:
    """Of these agreements those that are almost used up: begun and most, in the day or month that is nearer to it."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        for begun, most in _counts(conn, row, now):
            if begun >= NEAR * most and (row.id not in found or begun / most > found[row.id][0] / found[row.id][1]):
                found[row.id] = (begun, most)
    return found


def _to_be_held(rows: Sequence[Any]) -> list[str]:
    """Agreements whose bound may be reached: those of services that none without a bound covers."""
    open_ended = {row.service for row in rows if not _is_bounded(row)}
    return sorted({row.id for row in rows if row.service not in open_ended})


def _is_bounded(row: Any) -> bool:
    return row.most_a_day is not None or row.most_a_month is not None


def _is_full(conn: Connection, row: Any, now: datetime) -> bool:
    return any(begun >= most for begun, most in _counts(conn, row, now))


def _counts(conn: Connection, row: Any, now: datetime) -> Iterable[tuple[int, int]]:
    today = day_of(now)
    for most, since in ((row.most_a_day, today), (row.most_a_month, today.replace(day=1))):
        if most is not None:
            yield _begun(conn, row, beginning_of(since)), most


def _begun(conn: Connection, agreement: Any, since: datetime) -> int:
    counted = (
        select(func.count())
        .select_from(Filing)
        .join(Service, Service.id == Filing.service_id)
        .where(
            Service.holder == agreement.holder,
            Filing.drafted_at >= since,
            *_COUNTS,
        )
    )
    if agreement.service_id is not None:
        counted = counted.where(Filing.service_id == agreement.service_id)
    if agreement.centre_id is not None:
        counted = counted.join(Visit, Visit.id == Filing.visit_id).where(Visit.centre_id == agreement.centre_id)
    return int(conn.execute(counted).scalar_one())
