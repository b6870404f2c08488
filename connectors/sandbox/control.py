"""The sandbox's own switches, under `/_sandbox/` on each of its addresses: faults, counters, reset."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency

from connectors.sandbox.faults import AROUND, FAULTS, Faults, UnknownFaultError
from connectors.sandbox.handling import Handlings, State, UnknownStateError
from connectors.sandbox.pages import PageError, page, see_other
from connectors.sandbox.settings import FIRST

AnyRequest = Request[Any, Any, Any]

_MEANINGS = {
    "slow": "Portāls atbild vēlu",
    "down": "Portāls nav pieejams (503)",
    "form_changed": "Otrā soļa veidlapa ir mainīta",
    "form_changed_cosmetic": "Otrais solis izskatās citādi, lauki tie paši",
    "refuses_values": "Turētājs nepieņem vērtību",
    "dies_after_accepting": "Iesniegums pieņemts, atbildes nav",
    "resets_final": "Pēdējais pieprasījums pārtrūkst, nekas nav pieņemts",
    "redirects_final": "Pēdējais pieprasījums pāradresēts (307)",
    "accepts_twice": "Katrs pēdējais pieprasījums tiek pieņemts",
    "session_lost": "Sesija beidzas, iesniedzot soli",
    "sms_down": "Īsziņu operators nedarbojas",
    "sms_unreachable": "Īsziņu operators ziņo, ka tāda numura nav",
    "sms_reported_twice": "Īsziņu operators par katru īsziņu ziņo divreiz",
    "reuses_sign_in": "Identitātes sniedzējs atbild ar agrāku pieteikšanos, arī ja prasīta jauna",
}


class Switched(Protocol):
    """What the switches act on: one portal."""

    @property
    def faults(self) -> Faults:
        """Its faults."""

    @property
    def handlings(self) -> Handlings:
        """How far its holders are with each application."""

    def state(self) -> dict[str, Any]:
        """Its counters and applications."""

    def reset(self) -> None:
        """Make it forget what happened."""


@dataclass(frozen=True)
class ControlDesk:
    """The switches, as they stand at one address."""

    portals: Mapping[str, Switched]
    own: str
    """The portal that is meant at this address where a request names none."""
    reset_all: Callable[[], None]
    key: str

    def portal(self, name: str) -> Switched:
        """The portal called `name`, or the address's own.

        Raises:
            PageError: there is none.
        """
        if (name or self.own) not in self.portals:
            raise PageError(404, "Tāda portāla nav", name)
        return self.portals[name or self.own]

    def switch(self, portal: str, fault: str, on: bool, parameters: Mapping[str, Any] | None = None) -> None:
        """Switch one fault of a portal, or of what is around all portals.

        Raises:
            UnknownFaultError: there is none by that name.
            PageError: there is no such portal.
        """
        around = self.portals[FIRST] if fault in AROUND else self.portal(portal)
        around.faults.switch(fault, on, parameters)

    def check(self, request: AnyRequest, given: str = "") -> None:
        """See that a request may use the switches.

        Raises:
            PageError: a control key is set, and the request does not carry it.
        """
        given = given or request.headers.get("x-sandbox-key", "") or request.query_params.get("key", "")
        if self.key and not hmac.compare_digest(given.encode(), self.key.encode()):
            raise PageError(403, "Vadības atslēga nav derīga", "Pievienojiet galveni X-Sandbox-Key.")


@get("/", sync_to_thread=False)
def show_switches(request: AnyRequest, control: NamedDependency[ControlDesk]) -> Response[str]:
    """The page with switches."""
    control.check(request)
    name = request.query_params.get("portal", "") or control.own
    portal = control.portal(name)
    state = portal.state()
    on = {*portal.faults.all_on(), *(each for each in control.portals[FIRST].faults.all_on() if each in AROUND)}
    return page(
        "control/switches.html",
        faults=[(each, _MEANINGS[each], each in on) for each in FAULTS],
        portal=name,
        portals=list(control.portals),
        final_posts=state["final_posts"],
        accepted=state["accepted"],
        drafts=state["drafts"],
        key=control.key,
        references=[one["reference"] for one in state["applications"]],
        states=[each.value for each in State],
    )


@get("/state", sync_to_thread=False)
def read_state(request: AnyRequest, control: NamedDependency[ControlDesk]) -> dict[str, Any]:
    """Counters, applications, faults."""
    control.check(request)
    portal = control.portal(request.query_params.get("portal", ""))
    return {**portal.state(), "faults": portal.faults.all_on()}


@post("/faults", status_code=200)
async def switch_fault(request: AnyRequest, control: NamedDependency[ControlDesk]) -> Response[dict[str, Any]]:
    """Switch one fault; answers with all that are on."""
    control.check(request)
    try:
        wanted = msgspec.json.decode(await request.body(), type=dict[str, Any])
        name, on = str(wanted.pop("fault")), bool(wanted.pop("on", True))
        portal = str(wanted.pop("portal", ""))
        control.switch(portal, name, on, wanted)
    except (msgspec.MsgspecError, KeyError, UnknownFaultError) as error:
        return Response({"error": f"{type(error).__name__}: {error}"}, status_code=400)
    return Response({"faults": control.portal(portal).faults.all_on()})


@post("/switch")
async def switch_by_page(request: AnyRequest, control: NamedDependency[ControlDesk]) -> Response[None]:
    """The same, from the page."""
    form = dict(parse_qsl((await request.body()).decode()))
    control.check(request, form.get("key", ""))
    portal = form.get("portal", "") or control.own
    if form.get("fault") == "reset":
        control.reset_all()
    else:
        try:
            control.switch(portal, form.get("fault", ""), form.get("on") == "1")
        except UnknownFaultError as error:
            raise PageError(400, "Tādas kļūmes nav", str(error)) from error
    return see_other(_switches(control, portal))


def _switches(control: ControlDesk, portal: str) -> str:
    """Address of the page with a portal's switches."""
    asked = {"portal": portal, **({"key": control.key} if control.key else {})}
    return f"/_sandbox/?{urlencode(asked)}"


@post("/applications", status_code=200)
async def handle_application(
    request: AnyRequest, control: NamedDependency[ControlDesk]
) -> Response[dict[str, str]] | Response[None]:
    """Say how far the holder is with an application; a form of the page may say it too."""
    body = await request.body()
    by_page = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    try:
        said = dict(parse_qsl(body.decode())) if by_page else msgspec.json.decode(body, type=dict[str, str])
        control.check(request, said.pop("key", ""))
        portal = said.pop("portal", "") or control.own
        done = control.portal(portal).handlings.set(
            said["reference"].strip(), said["state"], said.get("wanted", ""), said.get("until", "")
        )
    except (msgspec.MsgspecError, KeyError, UnknownStateError) as error:
        return Response({"error": f"{type(error).__name__}: {error}"}, status_code=400)
    if by_page:
        return see_other(_switches(control, portal))
    return Response({"state": done.state.value, "wanted": done.wanted, "until": done.until})


@post("/reset", status_code=200)
async def reset(request: AnyRequest, control: NamedDependency[ControlDesk]) -> dict[str, Any]:
    """Forget everything that happened, everywhere or at the portal that is named."""
    control.check(request)
    named = request.query_params.get("portal", "")
    if named:
        control.portal(named).reset()
    else:
        control.reset_all()
    return control.portal(named).state()


def control_routes() -> Router:
    """The switches, to be put into one application; they ask for a dependency `control`."""
    return Router(
        "/_sandbox", route_handlers=[show_switches, read_state, switch_fault, switch_by_page, handle_application, reset]
    )
