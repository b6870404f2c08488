"""What every page of a portal stands on: what was filed, sessions, faults, clock, and who is asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Request

from connectors.sandbox.common.applications import Registry
from connectors.sandbox.common.received import Received
from connectors.sandbox.common.sessions import Session, Sessions
from connectors.sandbox.faults import Faults
from connectors.sandbox.handling import Handlings
from connectors.sandbox.pages import PageError
from connectors.sandbox.settings import SandboxSettings


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
class Desk:
    """One portal's state."""

    settings: SandboxSettings
    faults: Faults
    registry: Registry
    sessions: Sessions
    received: Received
    handlings: Handlings

    home = "/"
    """Where somebody arrives who asked for no page."""
    pages = "portal"
    """Folder of the portal's templates; `sign_in.html` and `error.html` are needed."""

    def now(self) -> datetime:
        """Aware UTC."""
        return self.settings.now()

    def today(self) -> date:
        """The day, in UTC."""
        return self.now().date()

    def session(self, request: Request[Any, Any, Any]) -> Session | None:
        """The live session of a request, if there is one."""
        return self.sessions.find(request.cookies.get(self.sessions.cookie))

    def come_back(self, request: Request[Any, Any, Any]) -> str:
        """Where to lead somebody who had to sign in for `request`."""
        return request.url.path if request.method == "GET" else self.home

    def visitor(self, request: Request[Any, Any, Any]) -> Visitor:
        """Who sends a request.

        Raises:
            SignInNeededError: nobody, or not any more.
            PageError: somebody whose delegation was stopped.
        """
        session = self.session(request)
        if session is None:
            raise SignInNeededError(self.come_back(request), ended=self.sessions.cookie in request.cookies)
        if session.is_stopped:
            raise PageError(403, "Pilnvarojums vairs nav spēkā", "Tas ir apturēts vai beidzies: rīkoties vairs nevar.")
        return Visitor(session)

    def lose_session(self, request: Request[Any, Any, Any], step: str) -> None:
        """End the session, when the fault `session_lost` is on for this step."""
        if "session_lost" in self.faults and self.faults.parameters("session_lost")["step"] in ("", step):
            self.sessions.close(request.cookies.get(self.sessions.cookie))
