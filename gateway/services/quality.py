"""How far a connector has to be proved before it may file: one of level *practice* meets no portal that is live.

A portal counts as live unless it stands on this machine, as the sandbox does, or a demonstration files at what the
operator has listed as that portal's test system.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from connectors.sdk import registry
from connectors.sdk.manifest import Quality
from connectors.sdk.registry import UnknownConnectorError
from gateway.config import Settings
from gateway.oauth.tables import OAuthClient
from gateway.services import catalogue
from gateway.services.tables import Portal, Service
from gateway.setting_texts import is_loopback

_FILED = (
    select(Service.id, Service.portal_id, Portal.origin, OAuthClient.services)
    .join(Portal, Portal.id == Service.portal_id)
    .join(OAuthClient, OAuthClient.client_id == Portal.client_id)
    .where(OAuthClient.suspended_at.is_(None))
    .order_by(Service.id)
)


def may_file(conn: Connection, settings: Settings, service_id: str) -> bool:
    """Whether the connector installed here for a service has been proved far enough for the service's portal.

    Raises:
        UnknownConnectorError: none is installed here.
    """
    if not _is_practice(service_id):
        return True
    service = catalogue.find(conn, service_id)
    return not is_live(settings, service.portal_id, service.portal_origin)


def is_live(settings: Settings, portal_id: str | None, origin: str | None) -> bool:
    """Whether a portal is one that residents use."""
    if is_loopback(urlsplit(origin or "").hostname or ""):
        return False
    trial = settings.portal_trials.get(portal_id or "") if settings.mode == "demo" else None
    return trial is None or trial.url.rstrip("/") != origin


def unproved(service_ids: Collection[str]) -> list[str]:
    """Those of these services whose connector, where one is installed here, is of level *practice*."""
    found: list[str] = []
    for service_id in service_ids:
        try:
            if _is_practice(service_id):
                found.append(service_id)
        except UnknownConnectorError:
            continue  # another machine has it, and judges it there
    return found


def unproved_at_live_portals(conn: Connection, settings: Settings) -> list[str]:
    """Services that would be filed at a live portal now by a connector of level *practice*."""
    at_live = [
        row.id
        for row in conn.execute(_FILED)
        if is_live(settings, row.portal_id, row.origin) and (row.services is None or row.id in row.services)
    ]
    return unproved(at_live)


def _is_practice(service_id: str) -> bool:
    return registry.find(service_id).manifest.quality is Quality.PRACTICE
