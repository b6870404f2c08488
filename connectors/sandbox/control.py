"""The sandbox's own switches, under `/_sandbox/` on each of its addresses: faults, counters, reset."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency

from connectors.sandbox.faults import FAULTS, Faults, UnknownFaultError
from connectors.sandbox.handling import Handlings, State, UnknownStateError
from connectors.sandbox.pages import PageError, page, see_other

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
    "reuses_sign_in": "Identitātes sniedzējs atbild ar agrāku pieteikšanos, arī ja prasīta jauna",
}


@dataclass(frozen=True)
class ControlDesk:
    """What the switches act on."""

    faults: Faults
    state: Callable[[], dict[str, Any]]
    reset: Callable[[], None]
    key: str
    handlings: Handlings

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
    state = control.state()
    return page(
        "control/switches.html",
        faults=[(name, _MEANINGS[name], name in control.faults) for name in FAULTS],
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
    return {**control.state(), "faults": control.faults.all_on()}


@post("/faults", status_code=200)
async def switch_fault(request: AnyRequest, control: NamedDependency[ControlDesk]) -> Response[dict[str, Any]]:
    """Switch one fault; answers with all that are on."""
    control.check(request)
    try:
        wanted = msgspec.json.decode(await request.body(), type=dict[str, Any])
        name, on = str(wanted.pop("fault")), bool(wanted.pop("on", True))
        control.faults.switch(name, on, wanted)
    except (msgspec.MsgspecError, KeyError, UnknownFaultError) as error:
        return Response({"error": f"{type(error).__name__}: {error}"}, status_code=400)
    return Response({"faults": control.faults.all_on()})


@post("/switch")
async def switch_by_page(request: AnyRequest, control: NamedDependency[ControlDesk]) -> Response[None]:
    """The same, from the page."""
    form = dict(parse_qsl((await request.body()).decode()))
    control.check(request, form.get("key", ""))
    if form.get("fault") == "reset":
        control.reset()
    else:
        try:
            control.faults.switch(form.get("fault", ""), form.get("on") == "1")
        except UnknownFaultError as error:
            raise PageError(400, "Tādas kļūmes nav", str(error)) from error
    return see_other("/_sandbox/" + (f"?key={control.key}" if control.key else ""))


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
        done = control.handlings.set(
            said["reference"].strip(), said["state"], said.get("wanted", ""), said.get("until", "")
        )
    except (msgspec.MsgspecError, KeyError, UnknownStateError) as error:
        return Response({"error": f"{type(error).__name__}: {error}"}, status_code=400)
    if by_page:
        return see_other("/_sandbox/" + (f"?key={control.key}" if control.key else ""))
    return Response({"state": done.state.value, "wanted": done.wanted, "until": done.until})


@post("/reset", status_code=200)
async def reset(request: AnyRequest, control: NamedDependency[ControlDesk]) -> dict[str, Any]:
    """Forget everything that happened."""
    control.check(request)
    control.reset()
    return control.state()


def control_routes() -> Router:
    """The switches, to be put into one application; they ask for a dependency `control`."""
    return Router(
        "/_sandbox", route_handlers=[show_switches, read_state, switch_fault, switch_by_page, handle_application, reset]
    )
