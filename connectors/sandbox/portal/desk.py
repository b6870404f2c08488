"""What the wizard's pages stand on besides what every portal has: its services and drafts."""

from dataclasses import dataclass
from typing import Any

from litestar import Request

from connectors.sandbox.common.desk import Desk
from connectors.sandbox.pages import PageError
from connectors.sandbox.portal.childbirth_benefit import CHILDBIRTH_BENEFIT
from connectors.sandbox.portal.drafts import Drafts
from connectors.sandbox.portal.kindergarten_queue import KINDERGARTEN_QUEUE
from connectors.sandbox.portal.parental_benefit import PARENTAL_BENEFIT
from connectors.sandbox.portal.public_event import PUBLIC_EVENT
from connectors.sandbox.portal.services import Service
from connectors.sandbox.portal.sickness_benefit import SICKNESS_BENEFIT
from connectors.sandbox.portal.street_trading import STREET_TRADING
from connectors.sandbox.portal.street_trading_organising import STREET_TRADING_ORGANISING

SERVICES: tuple[Service, ...] = (
    SICKNESS_BENEFIT,
    PARENTAL_BENEFIT,
    CHILDBIRTH_BENEFIT,
    KINDERGARTEN_QUEUE,
    STREET_TRADING,
    STREET_TRADING_ORGANISING,
    PUBLIC_EVENT,
)


@dataclass(frozen=True)
class PortalDesk(Desk):
    """The wizard's state."""

    registry: Drafts

    home = "/pakalpojumi"

    def come_back(self, request: Request[Any, Any, Any]) -> str:
        """Where to lead somebody who had to sign in for `request`."""
        # A POST cannot be repeated; its wizard's overview leads to the first step that is not complete.
        posted_to, _, _ = request.url.path.rpartition("/")
        return request.url.path if request.method == "GET" else f"{posted_to}/parskats"

    def service(self, slug: str) -> Service:
        """The service at an address.

        Raises:
            PageError: there is none.
        """
        for service in SERVICES:
            if service.slug == slug:
                return service
        raise PageError(404, "Lapa nav atrasta", "Šāda pakalpojuma nav.")
