"""The portals: of what make each one is, and one as it runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx2
from litestar import Router

from connectors.sandbox.common.applications import AnyService, Keeping, Registry
from connectors.sandbox.common.journal import Journal
from connectors.sandbox.common.received import Received
from connectors.sandbox.common.relying_party import RelyingParty
from connectors.sandbox.common.sessions import Sessions
from connectors.sandbox.common.sign_in import SignInDesk
from connectors.sandbox.common.trouble import TroubledPortal
from connectors.sandbox.faults import Faults
from connectors.sandbox.handling import Handlings
from connectors.sandbox.portal.application import build_portal
from connectors.sandbox.portal.desk import SERVICES, PortalDesk
from connectors.sandbox.portal.drafts import Drafts
from connectors.sandbox.settings import Issuer, PortalPlace, SandboxSettings
from connectors.sandbox.single_page import application as single_page
from connectors.sandbox.tables.application import build_tables
from connectors.sandbox.tables.desk import SERVICES as TABLES_SERVICES
from connectors.sandbox.tables.desk import TablesDesk, Works


@dataclass(frozen=True)
class Make:
    """Of what make a portal is."""

    services: Sequence[AnyService]
    registry: Callable[[Keeping | None], Registry]
    desk: Callable[..., Any]
    """Takes what every `common.desk.Desk` takes."""
    build: Callable[[Any, SignInDesk, object, Router], TroubledPortal]
    cookie: str


MAKES: Mapping[str, Make] = {
    "latvija": Make(SERVICES, Drafts, PortalDesk, build_portal, "portala_sesija"),
    "eiestades": Make(
        single_page.SERVICES,
        single_page.Drafts,
        single_page.SinglePageDesk,
        single_page.build_single_page,
        "iestazu_sesija",
    ),
    "registri": Make(TABLES_SERVICES, Works, TablesDesk, build_tables, "registru_sesija"),
}
"""By the word that a portal is known by."""


class Portal:
    """One portal as it runs."""

    def __init__(
        self, name: str, url: str, other_url: str, settings: SandboxSettings, http: httpx2.AsyncClient
    ) -> None:
        self.name = name
        self.url = url
        self.other_url = other_url
        self.place: PortalPlace = settings.places[name]
        self.faults = Faults()
        make = MAKES[name]
        kept = settings.kept_in(name, settings.applications_file.name) if settings.applications_file else None
        self.registry = make.registry(Journal(kept, make.services) if kept else None)
        self._received = Received(settings.kept_in(name, "sandbox-received.txt"))
        self._sessions = Sessions(timedelta(minutes=self.place.session_minutes), settings.now, make.cookie)
        self.handlings = Handlings(settings.now)
        self._http = http
        self.sign_in = SignInDesk({})
        self._desk = make.desk(settings, self.faults, self.registry, self._sessions, self._received, self.handlings)
        self._build = make.build

    @property
    def callback(self) -> str:
        """The redirect address that the portal is to be registered with."""
        return f"{self.url}/oidc/callback"

    def application(self, control: object, control_router: Router) -> TroubledPortal:
        """The portal as one ASGI application."""
        application = self._build(self._desk, self.sign_in, control, control_router)
        application.other_origin = self.other_url
        return application

    def trust(self, issuer: Issuer) -> None:
        """Let people in by this issuer, instead of the one before."""
        self.sign_in.trust(RelyingParty(issuer, self.callback, self._http, self._received))

    def trust_gateway(self, url: str, place: PortalPlace, acr_values: str) -> None:
        """Take delegations from the gateway at `url`, under the registration in `place`."""
        self.place = place
        gateway = Issuer(
            "pilnvara", url, place.client_id, place.client_secret, scope="openid e_service", delegated=True
        )
        self.trust(replace(gateway, acr_values=acr_values))

    def state(self) -> dict[str, Any]:
        """What `/_sandbox/state` says, without the faults."""
        return self.registry.for_tests()

    def reset(self) -> None:
        """Forget everything that happened; registrations stay."""
        self.faults.clear()
        self.registry.clear()
        self._received.clear()
        self.handlings.clear()
        self._sessions.clear()
        self.sign_in.clear()
