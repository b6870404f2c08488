"""What trainings there are: defined, changed, closed. Who has one is in `gateway.changes.network`."""

import re
from typing import Any

from sqlalchemy import Connection, select

from audit.entry import Actor
from audit.events import EventName
from gateway.changes.checks import Faults, ensure_new, known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ALWAYS, Kind, Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.services import trainings
from gateway.services.tables import Service, Training

MOST_MONTHS = 120
_ID = re.compile(r"[a-z0-9-]{1,64}")
_NAMES = ("name_lv", "name_en")


def current(conn: Connection, training_id: str) -> Values | None:
    """A training as it is defined now."""
    row = conn.execute(select(Training.__table__).where(Training.id == training_id)).one_or_none()
    if row is None:
        return None
    return {
        "name_lv": row.names.get("lv", ""),
        "name_en": row.names.get("en", ""),
        "valid_months": row.valid_months,
        "closed": row.closed_at is not None,
    }


def _check_new(_conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    faults = Faults()
    with faults.gather():
        ensure_new(before)
    if not _ID.fullmatch(plan.target):
        faults.add("target", Fault.MISSING)
    with faults.gather():
        _ensure_whole(plan.values)
    faults.settle()


def _check_known(_conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    known(before)
    _ensure_whole(plan.values)


def _ensure_whole(values: Values) -> None:
    faults = Faults()
    for name in _NAMES:
        if not values[name]:
            faults.add(name, Fault.MISSING)
    months = values["valid_months"]
    if months is not None and not 0 < months <= MOST_MONTHS:
        faults.add("valid_months", Fault.MONTHS)
    faults.settle()


def _check_close(conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    """A service that goes on asking for it would slowly be filed by nobody; its rules are changed first, by two."""
    if known(before)["closed"]:
        raise ChangeFaultError("target", Fault.NOTHING)
    if conn.execute(select(Service.id).where(Service.training_id == plan.target).limit(1)).first() is not None:
        raise ChangeFaultError("target", Fault.IN_USE)


def _is_stricter(before: Values | None, after: Values) -> bool:
    """Only a shorter time is: another name makes another thing of what people were vouched for."""
    if before is None or before["closed"] or any(before[name] != after[name] for name in _NAMES):
        return False
    return after["valid_months"] is not None and after["valid_months"] <= (before["valid_months"] or MOST_MONTHS)


def _define(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    _write(conn, plan)
    _record(conn, store, EventName.TRAINING_DEFINED, by, training=plan.target, **plan.values)


def _alter(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    _write(conn, plan)
    _record(conn, store, EventName.TRAINING_CHANGED, by, training=plan.target, **plan.values)


def _write(conn: Connection, plan: Plan) -> None:
    names = {"lv": plan.values["name_lv"], "en": plan.values["name_en"]}
    trainings.define(conn, plan.target, names, valid_months=plan.values["valid_months"])


def _close(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    trainings.close(conn, plan.target, store.clock.database_now(conn))
    _record(conn, store, EventName.TRAINING_CLOSED, by, training=plan.target)


def _record(conn: Connection, store: Store, event: EventName, by: Actor, **data: Any) -> None:
    outbox.record(conn, chain="system", type=event, actor=by, data=data, at=store.clock.database_now(conn))


KINDS = {
    ChangeKind.TRAINING_DEFINE: Kind(
        # Nobody has it and no service asks for it yet: both take further steps.
        about="training",
        current=current,
        check=_check_new,
        apply=_define,
        is_stricter=ALWAYS,
    ),
    ChangeKind.TRAINING_ALTER: Kind(
        about="training", current=current, check=_check_known, apply=_alter, is_stricter=_is_stricter
    ),
    ChangeKind.TRAINING_CLOSE: Kind(
        about="training", current=current, check=_check_close, apply=_close, is_stricter=ALWAYS
    ),
}
"""The kinds of change that are about what trainings there are."""
