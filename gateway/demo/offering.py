"""One more service in the demonstration, so that the author of a connector can file by the assistant's pages.

In a real network the portal is registered by two administrators, and its holder concludes an agreement.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection

from gateway.demo import catalogue
from gateway.demo.seed import NotDemoError
from gateway.oauth import clients
from gateway.oauth.clients import AuthMethod, ClientRegistration
from gateway.parts import Store
from gateway.reaching import is_out_of_reach
from gateway.services import agreements, keeping
from gateway.services.catalogue import Service
from gateway.services.keeping import PortalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalOffered:
    """A portal's test system, and what it calls itself at the gateway."""

    callback: str
    """Where it wants people sent back to when they have signed in."""
    client_id: str
    client_secret: str
    auth_method: AuthMethod = AuthMethod.SECRET_BASIC
    """How it names itself when it redeems a code."""

    @property
    def origin(self) -> str:
        """Where it is."""
        parts = urlsplit(self.callback)
        return f"{parts.scheme}://{parts.netloc}"


def offer(conn: Connection, store: Store, service: Service, portal: PortalOffered) -> None:
    """Put the service into the catalogue and every centre's basket, and register its portal; again brings up to date.

    Raises:
        NotDemoError: the gateway is not in demo mode.
        ValueError: the service has no portal, or one outside the made-up world.
    """
    if store.settings.mode != "demo":
        raise NotDemoError("a service is offered without anybody's agreement for PILNVARA_MODE=demo only")
    if service.portal_id is None:
        raise ValueError(f"{service.id} names no portal")
    if is_out_of_reach(store.settings, portal.origin):
        raise ValueError(f"{portal.origin} is not on this machine: a demonstration reaches no real portal")
    entry = PortalEntry(
        id=service.portal_id, name=urlsplit(portal.origin).netloc, origin=portal.origin, client_id=portal.client_id
    )
    keeping.register_portal(conn, entry)
    keeping.upsert(conn, service)
    agreements.add_to_basket(conn, catalogue.BASKET, service.id)
    if not agreements.of_holder(conn, service.holder):
        agreements.conclude(conn, holder=service.holder, begins_at=catalogue.AGREED_SINCE)
    clients.register(
        conn,
        store,
        ClientRegistration(
            client_id=portal.client_id,
            portal_id=service.portal_id,
            secret=portal.client_secret,
            auth_method=portal.auth_method,
            redirect_uris=[portal.callback],
            personal_code_allowed=True,
        ),
    )
