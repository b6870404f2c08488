"""What every page of the portal stands on: registry, sessions, faults, clock, and who is asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Request

from connectors.sandbox.faults import Faults
from connectors.sandbox.handling import Handlings
from connectors.sandbox.pages import PageError
from connectors.sandbox.portal.drafts import Registry
from connectors.sandbox.portal.kindergarten_queue import KINDERGARTEN_QUEUE
from connectors.sandbox.portal.received import Received
from connectors.sandbox.portal.services import Service
from connectors.sandbox.portal.sessions import COOKIE, Session, Sessions
from connectors.sandbox.portal.sickness_benefit import SICKNESS_BENEFIT
from connectors.sandbox.settings import SandboxSettings

SERVICES: tuple[Service, ...] = (SICKNESS_BENEFIT, KINDERGARTEN_QUEUE)


class SignInNeededError(Exception):
    """Nobody is signed in, or the session has ended."""

    def __init__(self, come_back: str, *, ended: bool) -> None:
        super().__init__("sign in needed")
        self.come_back = come_back
        self.ended = ended


@dataclass(frozen=True)
class Visitor:
    """Who sends a request."""

    session: Session

    def check_form(self, form: Mapping[str, object]) -> None:
        """See that a form was rendered for this very session.

        Raises:
            PageError: it was not (cross-site request forgery, or a page from before the last sign-in).
        """
        if not self.session.accepts(str(form.get("csrf", ""))):
            raise PageError(403, "Lapa ir novecojusi", "Atgriezieties un atveriet lapu no jauna.")

    def shown(self) -> dict[str, Any]:
        """What the page's frame says about them."""
        return {"session": self.session, "csrf": self.session.form_token()}


@dataclass(frozen=True)
class PortalDesk:
    """One portal's state."""

    settings: SandboxSettings
    faults: Faults
    registry: Registry
    sessions: Sessions
    received: Received
    handlings: Handlings

    def now(self) -> datetime:
        """Aware UTC."""
        return self.settings.now()

    def today(self) -> date:
        """The day, in UTC."""
        return self.now().date()

    def service(self, slug: str) -> Service:
        """The service at an address.

        Raises:
            PageError: there is none.
        """
        for service in SERVICES:
            if service.slug == slug:
                return service
        raise PageError(404, "Lapa nav atrasta", "Šāda pakalpojuma nav.")

    def session(self, request: Request[Any, Any, Any]) -> Session | None:
        """The live session of a request, if there is one."""
        return self.sessions.find(request.cookies.get(COOKIE))

    def visitor(self, request: Request[Any, Any, Any]) -> Visitor:
        """Who sends a request.

        Raises:
            SignInNeededError: nobody, or not any more.
            PageError: somebody whose delegation was stopped.
        """
        session = self.session(request)
        if session is None:
            # A POST cannot be repeated; its wizard's overview leads to the first step that is not complete.
            posted_to, _, _ = request.url.path.rpartition("/")
            come_back = request.url.path if request.method == "GET" else f"{posted_to}/parskats"
            raise SignInNeededError(come_back, ended=COOKIE in request.cookies)
        if session.is_stopped:
            raise PageError(403, "Pilnvarojums vairs nav spēkā", "Tas ir apturēts vai beidzies: rīkoties vairs nevar.")
        return Visitor(session)

    def lose_session(self, request: Request[Any, Any, Any], step: str) -> None:
        """End the session, when the fault `session_lost` is on for this step."""
        if "session_lost" in self.faults and self.faults.parameters("session_lost")["step"] in ("", step):
            self.sessions.close(request.cookies.get(COOKIE))
