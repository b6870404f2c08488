"""A connector's changed forms: they count once two administrators have seen how they differ from those before."""

from typing import Final

from sqlalchemy import Connection

from audit.entry import Actor
from audit.events import EventName
from connectors.sdk.connector import Connector
from gateway.changes.checks import known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import Kind, Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.services import catalogue, forms
from gateway.visits import drift

INSTALLED: Final = "connector.installed"
"""Why the gateway itself proposes; pages say it in the reader's language."""
SAID: Final = ("version", "forms", "difference")
"""What the event of an acceptance names."""


def plan_for(conn: Connection, store: Store, connector: Connector) -> tuple[Plan, bool]:
    """What is to be proposed for a connector's forms, and whether it never was before."""
    offered, is_new = forms.offer(conn, connector, store.clock.database_now(conn))
    return Plan(kind=ChangeKind.FORM_ACCEPT, target=connector.id, values=offered.values), is_new


def _check(conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    if known(before)["forms"] == plan.values.get("forms"):
        raise ChangeFaultError("target", Fault.NOTHING)
    if not forms.is_known(conn, plan.target, plan.values.get("forms", "")):
        raise ChangeFaultError("target", Fault.UNKNOWN)


def _accept(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    now = store.clock.database_now(conn)
    forms.accept(conn, plan.target, plan.values["forms"], now)
    drift.accepted(conn, catalogue.find(conn, plan.target), plan.values["forms"], now)
    data = {"service": plan.target, **{name: plan.values[name] for name in SAID}}
    outbox.record(conn, chain="system", type=EventName.CONNECTOR_DRIFT_ACCEPTED, actor=by, data=data, at=now)


KINDS = {
    ChangeKind.FORM_ACCEPT: Kind(about="form", current=forms.current, check=_check, apply=_accept, waits=False),
}
"""The kind of change that is about a portal's form."""
