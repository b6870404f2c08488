"""Whether the connector on this machine may fill in anything at its service's portal, judged before each run."""

from datetime import datetime

from sqlalchemy import Connection

from connectors.sdk import registry
from gateway.parts import Parts
from gateway.services import forms, quality
from gateway.visits import drift
from gateway.visits.errors import ConnectorUnprovedError


def why_unfit(conn: Connection, parts: Parts, service_id: str, now: datetime) -> tuple[str, str] | None:
    """Why not: the run's reason, and the filing's. None where it may."""
    if not forms.count(conn, parts.settings, registry.find(service_id), now):
        return drift.UNACCEPTED, drift.CHANGED
    if not quality.may_file(conn, parts.settings, service_id):
        return ConnectorUnprovedError.code, ConnectorUnprovedError.code
    return None


def ensure_proved(conn: Connection, parts: Parts, service_id: str) -> None:
    """Refuse what its run would refuse, before anybody waits for it.

    Raises:
        ConnectorUnprovedError: the connector may not file at a live portal.
    """
    if not quality.may_file(conn, parts.settings, service_id):
        raise ConnectorUnprovedError(f"the connector of {service_id} is of level practice, and its portal is live")
