"""E-services that an institution may ask its clients about: two people let one in, one closes it."""

import re
from typing import Final

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
from gateway.ratings import surveys
from gateway.ratings.tables import RatingSurvey
from gateway.services import catalogue

_LONGEST: Final = 200
_ID: Final = re.compile(r"[a-z0-9-]{1,64}")
_ADDRESS: Final = re.compile(r"https://[a-z0-9.-]+(?::\d{1,5})?(?:/[^\s\"'<>\\]*)?")


def current(conn: Connection, survey_id: str) -> Values | None:
    """An e-service as it is known now."""
    row = conn.execute(select(RatingSurvey.__table__).where(RatingSurvey.id == survey_id)).one_or_none()
    if row is None:
        return None
    return {
        "agency": row.agency,
        "name_lv": row.names.get("lv", ""),
        "name_en": row.names.get("en", ""),
        "return_url": row.return_url,
        "closed": row.closed_at is not None,
    }


def _check_new(conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    values, faults = plan.values, Faults()
    with faults.gather():
        ensure_new(before)
    if not _ID.fullmatch(plan.target):
        faults.add("target", Fault.MISSING)
    for name in ("name_lv", "name_en"):
        if not 0 < len(values[name]) <= _LONGEST:
            faults.add(name, Fault.MISSING)
    if values["agency"] is None:
        faults.add("agency", Fault.MISSING)
    elif not catalogue.is_holder(conn, values["agency"]):
        faults.add("agency", Fault.UNKNOWN)
    address = values["return_url"]
    if address is not None and (len(address) > _LONGEST or not _ADDRESS.fullmatch(address)):
        faults.add("return_url", Fault.ADDRESS)
    faults.settle()


def _check_close(
    _conn: Connection, _store: Store, _plan: Plan, before: Values | None, _by: StaffSession | None
) -> None:
    if known(before)["closed"]:
        raise ChangeFaultError("target", Fault.NOTHING)


def _open(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    values, now = plan.values, store.clock.database_now(conn)
    surveys.open_one(
        conn,
        plan.target,
        agency=values["agency"],
        names={"lv": values["name_lv"], "en": values["name_en"]},
        return_url=values["return_url"],
        now=now,
    )
    _record(conn, store, EventName.RATING_OPENED, by, survey=plan.target, agency=values["agency"])


def _close(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    surveys.close(conn, plan.target, store.clock.database_now(conn))
    _record(conn, store, EventName.RATING_CLOSED, by, survey=plan.target)


def _record(conn: Connection, store: Store, event: EventName, by: Actor, **data: str) -> None:
    now = store.clock.database_now(conn)
    outbox.record(conn, chain="system", type=event, actor=by, data=data, at=now)


KINDS = {
    ChangeKind.RATING_OPEN: Kind(about="rating", current=current, check=_check_new, apply=_open),
    ChangeKind.RATING_CLOSE: Kind(
        about="rating", current=current, check=_check_close, apply=_close, is_stricter=ALWAYS
    ),
}
"""The kinds of change that are about ratings of institutions' e-services."""
