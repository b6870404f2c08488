"""What centres may offer and who may file it: agreements, baskets, trainings; and signing keys."""

from datetime import datetime

from sqlalchemy import Connection, or_, select

from audit.entry import Actor
from audit.events import EventName
from delegation.assurance import Route
from gateway.changes import holders
from gateway.changes.checks import Faults, ensure_new, ensure_not_own, known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ADMINISTRATORS, ALWAYS, Kind, Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.keys import signing
from gateway.keys.signing import KeyKind
from gateway.keys.tables import SigningKeyRow
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.tables import Centre, Staff, StaffState
from gateway.services import agreements, trainings
from gateway.services.agreements import Terms
from gateway.services.tables import Agreement, Service, StaffTraining

MOST_FILINGS = 1_000_000
_HOLDER = ADMINISTRATORS | {Role.OFFICER}
_NETWORK = frozenset({Role.ADMINISTRATOR, Role.NETWORK_OWNER})
_CENTRE = ADMINISTRATORS | {Role.MANAGER}


def current_agreement(conn: Connection, agreement_id: str) -> Values | None:
    """An agreement as it stands."""
    row = conn.execute(select(Agreement.__table__).where(Agreement.id == agreement_id)).one_or_none()
    if row is None:
        return None
    return {
        "holder": row.holder,
        "service": row.service_id,
        "centre": row.centre_id,
        "begins_at": row.begins_at.isoformat(),
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
        "routes": None if row.routes is None else sorted(row.routes),
        "most_a_day": row.most_a_day,
        "most_a_month": row.most_a_month,
        "paid": row.paid or None,
        "suspended": row.id in agreements.suspended(conn, [row.id]),
    }


def _check_agreement(
    conn: Connection, store: Store, plan: Plan, before: Values | None, by: StaffSession | None
) -> None:
    values, faults = plan.values, Faults()
    ensure_new(before)
    with faults.gather():
        holders.ensure_own_values(by, values)
    of_holder = select(Service.id).where(Service.holder == values["holder"])
    if conn.execute(of_holder.limit(1)).first() is None:
        faults.add("holder", Fault.UNKNOWN)
    if values["service"] is not None and conn.execute(of_holder.where(Service.id == values["service"])).first() is None:
        faults.add("service", Fault.OTHERS)
    centre = values["centre"]
    if centre is not None and conn.execute(select(Centre.id).where(Centre.id == centre)).first() is None:
        faults.add("centre", Fault.UNKNOWN)
    begins, ends = moment(values["begins_at"]), values["ends_at"]
    if ends is not None and moment(ends) <= max(begins, store.clock.database_now(conn)):
        faults.add("ends_at", Fault.DATE)
    for name in ("most_a_day", "most_a_month"):
        if values.get(name) is not None and not 0 < values[name] <= MOST_FILINGS:
            faults.add(name, Fault.NUMBER)
    if values.get("routes") is not None and set(values["routes"]) - {route.value for route in Route}:
        faults.add("routes", Fault.MISSING)
    faults.settle()


def _conclude(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    values = plan.values
    agreements.conclude(
        conn,
        holder=values["holder"],
        service_id=values["service"],
        centre_id=values["centre"],
        begins_at=moment(values["begins_at"]),
        ends_at=moment(values["ends_at"]) if values["ends_at"] else None,
        agreement_id=plan.target,
        terms=Terms(
            routes=tuple(values.get("routes") or ()) or None,
            most_a_day=values.get("most_a_day"),
            most_a_month=values.get("most_a_month"),
            paid=values.get("paid") or "",
        ),
    )
    _record(conn, store, EventName.AGREEMENT_CHANGED, by, agreement=plan.target, **values)


def broader(conn: Connection, values: Values, now: datetime) -> bool:
    """Whether an agreement in force allows without terms all that these values would: they narrow nothing."""
    wider = select(Agreement.id).where(
        Agreement.holder == values["holder"],
        or_(Agreement.service_id.is_(None), Agreement.service_id == values["service"]),
        or_(Agreement.centre_id.is_(None), Agreement.centre_id == values["centre"]),
        Agreement.routes.is_(None),
        Agreement.most_a_day.is_(None),
        Agreement.most_a_month.is_(None),
        Agreement.begins_at <= now,
        or_(Agreement.ends_at.is_(None), Agreement.ends_at > now),
    )
    return conn.execute(wider.limit(1)).first() is not None


def _check_end(conn: Connection, store: Store, _plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    holders.ensure_own_values(by, before)
    ends_at = known(before)["ends_at"]
    if ends_at is not None and moment(ends_at) <= store.clock.database_now(conn):
        raise ChangeFaultError("target", Fault.NOTHING)


def _end(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    now = store.clock.database_now(conn)
    begins = conn.execute(select(Agreement.begins_at).where(Agreement.id == plan.target)).scalar_one()
    agreements.end(conn, plan.target, max(now, begins))  # one that has not begun never does
    _record(conn, store, EventName.AGREEMENT_CHANGED, by, agreement=plan.target, ended=True)


def current_basket(conn: Connection, kind: str) -> Values | None:
    """What centres of a kind may offer."""
    if conn.execute(select(Centre.id).where(Centre.kind == kind).limit(1)).first() is None:
        return None
    return {"services": agreements.basket_of(conn, kind)}


def _check_basket(conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    known(before)
    wanted = plan.values["services"]
    if set(wanted) - set(conn.execute(select(Service.id).where(Service.id.in_(wanted))).scalars()):
        raise ChangeFaultError("services", Fault.UNKNOWN)


def _has_fewer(before: Values | None, after: Values) -> bool:
    return before is not None and set(after["services"]) <= set(before["services"])


def _fill_basket(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    now_in, wanted = set(agreements.basket_of(conn, plan.target)), set(plan.values["services"])
    for service_id in sorted(wanted - now_in):
        agreements.add_to_basket(conn, plan.target, service_id)
    for service_id in sorted(now_in - wanted):
        agreements.remove_from_basket(conn, plan.target, service_id)
    changed = {"added": sorted(wanted - now_in), "removed": sorted(now_in - wanted)}
    _record(conn, store, EventName.BASKET_CHANGED, by, basket=plan.target, **changed)


def training_target(staff_id: str, training_id: str) -> str:
    """The target of a change that is about somebody's training."""
    return f"{staff_id} {training_id}"


def _training_of(target: str) -> tuple[str, str]:
    staff_id, _, training_id = target.partition(" ")
    return staff_id, training_id


def is_of(target: str, staff_id: str) -> bool:
    """Whether a change that is about a training is about this person's."""
    return _training_of(target)[0] == staff_id


def current_training(conn: Connection, target: str) -> Values | None:
    """A training that somebody has."""
    staff_id, training_id = _training_of(target)
    which = (StaffTraining.staff_id == staff_id, StaffTraining.training_id == training_id)
    until = conn.execute(select(StaffTraining.valid_until).where(*which)).scalar_one_or_none()
    return None if until is None else {"valid_until": until.isoformat()}


def _check_training(
    conn: Connection, store: Store, plan: Plan, _before: Values | None, by: StaffSession | None
) -> None:
    staff_id, training_id = _training_of(plan.target)
    faults = Faults()
    with faults.gather():
        _ensure_within_reach(conn, staff_id, by)
    is_open = trainings.is_open(conn, training_id)
    if not is_open:
        faults.add("training", Fault.UNKNOWN)
    now, until = store.clock.database_now(conn), moment(plan.values["valid_until"])
    if until <= now:
        faults.add("valid_until", Fault.DATE)
    longest = trainings.longest(conn, training_id, now) if is_open else None
    if longest is not None and until > longest:
        faults.add("valid_until", Fault.TOO_LONG)
    faults.settle()


def _check_withdrawal(
    conn: Connection, _store: Store, plan: Plan, before: Values | None, by: StaffSession | None
) -> None:
    if before is None:
        raise ChangeFaultError("training", Fault.NOTHING)
    _ensure_within_reach(conn, _training_of(plan.target)[0], by)


def _ensure_within_reach(conn: Connection, staff_id: str, by: StaffSession | None) -> None:
    """A manager answers for the own centre alone, and nobody vouches for their own training."""
    centre = conn.execute(
        select(Staff.centre_id).where(Staff.id == staff_id, Staff.state == StaffState.ACTIVE)
    ).scalar_one_or_none()
    is_foreign = by is not None and by.role is Role.MANAGER and centre != by.centre_id
    if centre is None or is_foreign:
        raise ChangeFaultError("staff", Fault.UNKNOWN)
    ensure_not_own(staff_id, by, "staff")


def _give(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    staff_id, training_id = _training_of(plan.target)
    until = moment(plan.values["valid_until"])
    trainings.give(conn, staff_id, training_id, until)
    data = {"staff": staff_id, "training": training_id, "valid_until": until.isoformat()}
    _record(conn, store, EventName.TRAINING_GRANTED, by, **data)


def _withdraw(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    staff_id, training_id = _training_of(plan.target)
    trainings.withdraw(conn, staff_id, training_id)
    _record(conn, store, EventName.TRAINING_WITHDRAWN, by, staff=staff_id, training=training_id)


def current_key(conn: Connection, kind: str) -> Values | None:
    """The newest key of a kind."""
    newest = select(SigningKeyRow.kid).where(SigningKeyRow.kind == kind, SigningKeyRow.retired_at.is_(None))
    kid = conn.execute(newest.order_by(SigningKeyRow.serial.desc()).limit(1)).scalar_one_or_none()
    return None if kid is None else {"kid": kid}


def _check_key(_conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    known(before)
    if plan.target == KeyKind.CHECKPOINT:
        # The log's key is replaced where every process is restarted: by the command line.
        raise ChangeFaultError("target", Fault.UNKNOWN)


def _rotate(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    kid = signing.rotate(conn, store.sealer, KeyKind(plan.target), store.clock.database_now(conn))
    _record(conn, store, EventName.KEY_ROTATED, by, kind=plan.target, kid=kid, at_once=False)


def moment(text: str) -> datetime:
    """The instant that a value holds."""
    return datetime.fromisoformat(text)


def _record(conn: Connection, store: Store, event: EventName, by: Actor, **data: object) -> None:
    outbox.record(conn, chain="system", type=event, actor=by, data=data, at=store.clock.database_now(conn))


KINDS = {
    ChangeKind.AGREEMENT_ADD: Kind(
        about="agreement", current=current_agreement, check=_check_agreement, apply=_conclude, proposers=_HOLDER
    ),
    ChangeKind.AGREEMENT_END: Kind(
        about="agreement",
        current=current_agreement,
        check=_check_end,
        apply=_end,
        proposers=_HOLDER,
        is_stricter=ALWAYS,
    ),
    ChangeKind.BASKET_CHANGE: Kind(
        about="basket",
        current=current_basket,
        check=_check_basket,
        apply=_fill_basket,
        proposers=_NETWORK,
        is_stricter=_has_fewer,
    ),
    ChangeKind.TRAINING_GRANT: Kind(
        about="trained", current=current_training, check=_check_training, apply=_give, proposers=_CENTRE
    ),
    ChangeKind.TRAINING_WITHDRAW: Kind(
        about="trained",
        current=current_training,
        check=_check_withdrawal,
        apply=_withdraw,
        proposers=_CENTRE,
        is_stricter=ALWAYS,
    ),
    ChangeKind.KEYS_ROTATE: Kind(about="key", current=current_key, check=_check_key, apply=_rotate),
}
"""The kinds of change that are about the network and its keys."""
