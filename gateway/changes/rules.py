"""What a service asks for: how sure a yes must be, by which ways it may be said, who looks too, who may file it."""

from sqlalchemy import Connection, select, update

from audit.entry import Actor
from audit.events import EventName
from delegation.assurance import Assurance, Route
from gateway.changes.checks import Faults, known
from gateway.changes.errors import Fault
from gateway.changes.kinds import Kind, Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.services import keeping, trainings
from gateway.services.tables import Service

_LEVELS = {level.value for level in Assurance}
_ROUTES = {route.value for route in Route}


def current(conn: Connection, service_id: str) -> Values | None:
    """The rules of a service now."""
    row = conn.execute(
        select(Service.grant_least, Service.permit_least, Service.routes, Service.guarded, Service.training_id).where(
            Service.id == service_id
        )
    ).one_or_none()
    if row is None:
        return None
    return {
        "grant_least": row.grant_least,
        "permit_least": row.permit_least,
        "routes": sorted(row.routes),
        "guarded": sorted(row.guarded or []),
        "training": row.training_id,
    }


def _check(conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    values, had, faults = plan.values, known(before), Faults()
    for name in ("grant_least", "permit_least"):
        if values[name] not in _LEVELS:
            faults.add(name, Fault.LEVEL)
    if not values["routes"] or set(values["routes"]) - _ROUTES:
        faults.add("routes", Fault.MISSING)
    training = values["training"]
    if training is not None and training != had["training"] and not trainings.is_open(conn, training):
        faults.add("training", Fault.UNKNOWN)
    faults.settle()


def _is_stricter(before: Values | None, after: Values) -> bool:
    """Whether nothing becomes easier: levels no lower, no route more, no input less guarded, no training dropped."""
    return (
        before is not None
        and after["grant_least"] >= before["grant_least"]
        and after["permit_least"] >= before["permit_least"]
        and set(after["routes"]) <= set(before["routes"])
        and set(after["guarded"]) >= set(before["guarded"])
        and before["training"] in {None, after["training"]}
    )


def _apply(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    values, now = plan.values, store.clock.database_now(conn)
    changed = {name: values[name] for name in ("grant_least", "permit_least", "routes")}
    conn.execute(update(Service).where(Service.id == plan.target).values(changed))
    keeping.guard(conn, plan.target, values["guarded"])
    trainings.require(conn, plan.target, values["training"])
    keeping.count_on(conn)
    data = {"service": plan.target, **values}
    outbox.record(conn, chain="system", type=EventName.SERVICE_RULES_CHANGED, actor=by, data=data, at=now)


KINDS = {
    ChangeKind.SERVICE_RULES: Kind(
        about="service", current=current, check=_check, apply=_apply, is_stricter=_is_stricter
    ),
}
"""The kind of change that is about a service's rules."""
