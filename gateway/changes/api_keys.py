"""Keys of programs: two people let one in, by the fingerprint that its user handed over; one ends it."""

import re
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from audit.entry import Actor
from audit.events import EventName
from gateway.api_keys import holding, keys
from gateway.api_keys.tables import ApiKey
from gateway.changes.checks import Faults, ensure_new, known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ALWAYS, Kind, Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.access import Scope, StaffSession
from gateway.services import catalogue

LONGEST: Final = timedelta(days=2 * 366)
"""A key is good for at most so long: whoever uses it shows now and then that they still do."""
_LONGEST_NAME: Final = 200
_ID: Final = re.compile(r"[a-z0-9-]{1,64}")


def current(conn: Connection, key_id: str) -> Values | None:
    """A key as it is known now."""
    row = conn.execute(select(ApiKey.__table__).where(ApiKey.id == key_id)).one_or_none()
    if row is None:
        return None
    return {
        "name": row.name,
        "scopes": row.scopes,
        "agency": row.agency,
        "fingerprint": row.secret_hash.hex(),
        "ends_at": row.ends_at.isoformat(),
        "ended": row.ended_at is not None,
    }


def _check_new(conn: Connection, store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    values, faults = plan.values, Faults()
    with faults.gather():
        ensure_new(before)
    if not _ID.fullmatch(plan.target):
        faults.add("target", Fault.MISSING)
    if not 0 < len(values["name"]) <= _LONGEST_NAME:
        faults.add("name", Fault.MISSING)
    if not values["scopes"]:
        faults.add("scopes", Fault.MISSING)
    if (fault := _fault_of_agency(conn, values)) is not None:
        faults.add("agency", fault)
    if (fault := _fault_of_fingerprint(conn, values["fingerprint"])) is not None:
        faults.add("fingerprint", fault)
    ends, now = datetime.fromisoformat(values["ends_at"]), store.clock.database_now(conn)
    if not now < ends <= now + LONGEST:
        faults.add("ends_at", Fault.TWO_YEARS)
    faults.settle()


def _fault_of_agency(conn: Connection, values: Values) -> Fault | None:
    """The network's figures are the network's; everything else is somebody's own."""
    agency, is_networks = values["agency"], set(values["scopes"]) <= {Scope.FIGURES.value}
    if is_networks or agency is None:
        return None if is_networks == (agency is None) else Fault.AGENCY
    return None if catalogue.is_holder(conn, agency) else Fault.UNKNOWN


def _fault_of_fingerprint(conn: Connection, fingerprint: str) -> Fault | None:
    if not keys.is_fingerprint(fingerprint):
        return Fault.FINGERPRINT
    same = select(ApiKey.id).where(ApiKey.secret_hash == bytes.fromhex(fingerprint))
    return None if conn.execute(same).first() is None else Fault.KNOWN


def _check_end(_conn: Connection, _store: Store, _plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    if known(before)["ended"]:
        raise ChangeFaultError("target", Fault.NOTHING)


def _add(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    values = plan.values
    holding.add(
        conn,
        plan.target,
        name=values["name"],
        scopes=[Scope(each) for each in values["scopes"]],
        agency=values["agency"],
        fingerprint=values["fingerprint"],
        ends_at=datetime.fromisoformat(values["ends_at"]),
        now=store.clock.database_now(conn),
    )
    _record(conn, store, EventName.API_KEY_ADDED, by, plan.target)


def _end(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    holding.end(conn, plan.target, store.clock.database_now(conn))
    _record(conn, store, EventName.API_KEY_ENDED, by, plan.target)


def _record(conn: Connection, store: Store, event: EventName, by: Actor, key_id: str) -> None:
    now = store.clock.database_now(conn)
    outbox.record(conn, chain="system", type=event, actor=by, data={"key": key_id}, at=now)


KINDS = {
    ChangeKind.API_KEY_ADD: Kind(about="api_key", current=current, check=_check_new, apply=_add),
    ChangeKind.API_KEY_END: Kind(about="api_key", current=current, check=_check_end, apply=_end, is_stricter=ALWAYS),
}
"""The kinds of change that are about keys of programs."""
