"""The pages of a visit, each in the state in which somebody sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.people import sessions
from gateway.people.sessions import Lifetime, SignedIn
from gateway.visits.reading import Stage
from tests.benchmarks.gateways import BusyDesk, Gateway

DESK_STAGES = (
    Stage.SERVICE,
    Stage.REQUEST,
    Stage.APPROVAL,
    Stage.QUESTIONS,
    Stage.FILLING,
    Stage.PERMIT,
    Stage.SENDING,
    Stage.FILED,
    Stage.DECLINED,
    Stage.STOPPED,
    Stage.FAILED,
    Stage.CLOSED,
)
DISPLAY_STAGES = (Stage.APPROVAL, Stage.FILLING, Stage.PERMIT, Stage.FILED)


@dataclass(frozen=True)
class Page:
    """One page as one browser asks for it."""

    name: str
    path: str
    cookies: Mapping[str, str] = field(default_factory=dict)


def pages_of(gateway: Gateway) -> list[Page]:
    """Every page of a visit, on visits that this brings to the stages where it is seen."""
    return [
        *_before_signing_in(gateway),
        *_at_the_desk(gateway),
        *_on_the_phone(gateway),
        *_on_the_display(gateway),
        *_afterwards(gateway),
    ]


def _before_signing_in(gateway: Gateway) -> list[Page]:
    terminal = {"pilnvara_terminal": gateway.desk().callers.terminal_secret}
    return [Page("start", "/", terminal), Page("sign in", "/sign-in", terminal), Page("phone: type the code", "/a")]


def _at_the_desk(gateway: Gateway) -> list[Page]:
    busy = gateway.desk()
    for stage in (Stage.REQUEST, Stage.SERVICE, Stage.REFERRAL):
        busy.at(stage)
    pages = [Page("desk: three open visits", "/desk", busy.browser.cookies)]
    for stage in DESK_STAGES:
        desk = gateway.desk().at(stage)
        pages.append(Page(f"desk: {stage.value}", desk.path, desk.browser.cookies))
    ready = gateway.desk().ready()
    pages.append(Page("desk: questions, all of them", ready.path, ready.browser.cookies))
    filed = gateway.desk().at(Stage.FILED)
    pages += [Page(f"desk: {name}", f"{filed.path}/{name}", filed.browser.cookies) for name in ("receipt", "close")]
    stoppable = gateway.desk().at(Stage.PERMIT)
    return [*pages, Page("desk: stop", f"{stoppable.path}/stop", stoppable.browser.cookies)]


def _on_the_phone(gateway: Gateway) -> list[Page]:
    number = gateway.desk().at(Stage.APPROVAL)
    number.enter_code()
    statement = gateway.desk().at(Stage.APPROVAL)
    statement.enter_code()
    statement.match()
    pages = [
        Page("phone: number", "/approve", _phone(gateway, number)),
        Page("phone: statement", "/approve", _phone(gateway, statement)),
        Page("phone: refuse", "/approve/refuse", _phone(gateway, statement)),
    ]
    for stage in (Stage.FILLING, Stage.PERMIT, Stage.SENDING, Stage.FILED):
        cookies = _phone(gateway, gateway.desk().at(stage), signed_in=True)
        pages.append(Page(f"phone: {stage.value}", "/approve", cookies))
    stoppable = _phone(gateway, gateway.desk().at(Stage.FILLING), signed_in=True)
    return [*pages, Page("phone: stop", "/approve/stop", stoppable)]


def _phone(gateway: Gateway, desk: BusyDesk, *, signed_in: bool = False) -> dict[str, str]:
    now, settings = gateway.clock.now(), gateway.parts.settings
    approver = SignedIn(desk.delegation().approver_id, now, "substantial") if signed_in else None
    approval_id = desk.approval().id
    token = desk.write(
        lambda conn: sessions.begin_resident(
            conn,
            visit_id=desk.visit_id,
            approval_id=approval_id,
            language="lv",
            now=now,
            lifetime=Lifetime(settings.resident_session, settings.resident_session),
            signed_in=approver,
        )
    )
    return {"pilnvara_resident": token}


def _on_the_display(gateway: Gateway) -> list[Page]:
    asked = gateway.desk()
    asked.asked_on_display()
    pages = [
        Page("display: between visits", "/display", gateway.desk().screen.cookies),
        Page("display: statement and code", "/display", asked.screen.cookies),
    ]
    for stage in DISPLAY_STAGES:
        desk = gateway.desk().at(stage)
        pages.append(Page(f"display: {stage.value}", "/display", desk.screen.cookies))
    return pages


def _afterwards(gateway: Gateway) -> list[Page]:
    desk = gateway.desk().at(Stage.CLOSED)
    link = desk.opened(lambda opened: opened.feedback_link())
    assert link
    return [Page("feedback", link.removeprefix(gateway.parts.settings.public_url))]
