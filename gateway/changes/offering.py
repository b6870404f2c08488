"""Offers the forms of newly installed versions of connectors to two administrators, when a worker starts and each hour.

Until they have accepted them nothing is filed at those services, and the pages say so. A proposal that nobody answered
in time is made again; one that somebody refused is not.
"""

from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, select

from connectors.sdk import fingerprints, registry
from connectors.sdk.connector import Connector
from connectors.sdk.registry import UnknownConnectorError
from connectors.sdk.words import Words
from gateway.changes import bootstrap
from gateway.changes.errors import ChangeFaultError
from gateway.changes.kinds import Plan
from gateway.changes.portal_forms import INSTALLED, plan_for
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.parts import Store
from gateway.services import catalogue, forms
from gateway.visits import drift

_ASKED = (
    select(SecurityChange.payload, SecurityChange.state)
    .where(SecurityChange.kind == ChangeKind.FORM_ACCEPT, SecurityChange.target == bindparam("target"))
    .order_by(SecurityChange.proposed_at.desc(), SecurityChange.id.desc())
)
_log = structlog.get_logger("gateway.changes")


def offer_installed(conn: Connection, store: Store) -> None:
    """Look at every connector of the catalogue's services as it is installed here."""
    for service_id in catalogue.electronic(conn):
        try:
            connector = registry.find(service_id)
        except UnknownConnectorError:
            continue  # another machine has it
        _settle(conn, store, connector)


def propose(conn: Connection, store: Store, connector: Connector, *, reason: str) -> str | None:
    """Propose that a connector's forms count; the change's id, none where nobody has to be asked.

    Raises:
        ChangeFaultError: they count already, or another proposal about this service waits.
    """
    plan, _ = plan_for(conn, store, connector)
    return bootstrap.put(conn, store, plan, reason=reason).change_id


def _settle(conn: Connection, store: Store, connector: Connector) -> None:
    now, service = store.clock.database_now(conn), catalogue.find(conn, connector.id)
    if forms.count(conn, store.settings, connector, now):
        drift.accepted(conn, service, fingerprints.of_all(connector), now)
        return
    differences: list[Words] = []
    try:
        with conn.begin_nested():
            plan, _ = plan_for(conn, store, connector)
            differences = [Words(**each) for each in plan.values["differences"]]
            drift.unaccepted(conn, service, differences, now)
            if _is_to_be_asked(conn, plan):
                bootstrap.put(conn, store, plan, reason=INSTALLED)
    except ChangeFaultError as error:
        # Nobody was asked: that these forms were offered is forgotten with the rest, and another start asks.
        drift.unaccepted(conn, service, differences, now)
        _log.warning(
            "forms could not be proposed", connector=connector.id, kind=ChangeKind.FORM_ACCEPT.value, code=error.code
        )


def _is_to_be_asked(conn: Connection, plan: Plan) -> bool:
    """Whether nobody was asked about these forms, or nobody answered in time; what somebody refused stays refused."""
    last = next((row for row in conn.execute(_ASKED, {"target": plan.target}) if _is_about(row, plan)), None)
    return last is None or last.state is ChangeState.LAPSED


def _is_about(row: Any, plan: Plan) -> bool:
    return bool(row.payload.get("forms") == plan.values["forms"])
