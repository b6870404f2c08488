"""The portal's pages besides wizard and sign-in, and all of it put together."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from connectors.sandbox.common.applications import Application
from connectors.sandbox.common.desk import SignInNeededError
from connectors.sandbox.common.receipts import decision_pdf, receipt_pdf
from connectors.sandbox.common.sign_in import SIGN_IN_ROUTES, SignInDesk
from connectors.sandbox.common.trouble import TroubledPortal
from connectors.sandbox.pages import PageError, build_application, page, see_other
from connectors.sandbox.portal.desk import SERVICES, PortalDesk
from connectors.sandbox.portal.wizard import WIZARD_ROUTES

AnyRequest = Request[Any, Any, Any]


def _frame(desk: PortalDesk, request: AnyRequest) -> dict[str, Any]:
    session = desk.session(request)
    return {"session": session, "csrf": session.form_token() if session else ""}


@get("/", sync_to_thread=False)
def home() -> Response[None]:
    """The first page is the list of services."""
    return see_other("/pakalpojumi")


@get("/pakalpojumi", sync_to_thread=False)
def list_services(request: AnyRequest, desk: NamedDependency[PortalDesk]) -> Response[str]:
    """All services."""
    return page("portal/services.html", **_frame(desk, request), services=SERVICES)


@get("/pakalpojumi/{slug:str}", sync_to_thread=False)
def show_service(request: AnyRequest, desk: NamedDependency[PortalDesk], slug: FromPath[str]) -> Response[str]:
    """What a service is, with the link that begins it."""
    return page("portal/service.html", **_frame(desk, request), service=desk.service(slug))


@get("/mani-iesniegumi", sync_to_thread=False)
def list_applications(request: AnyRequest, desk: NamedDependency[PortalDesk]) -> Response[str]:
    """What this person has filed."""
    visitor = desk.visitor(request)
    return page(
        "portal/applications.html",
        **visitor.shown(),
        applications=[
            (one, desk.handlings.of(one.reference, one.received_at))
            for one in desk.registry.applications_for(visitor.session)
        ],
    )


@get("/api/mani-iesniegumi", sync_to_thread=False)
def applications_as_json(request: AnyRequest, desk: NamedDependency[PortalDesk]) -> Response[dict[str, Any]]:
    """The same for machines: 401 instead of a redirect."""
    session = desk.session(request)
    if session is None:
        return Response({"kluda": "Nav pieslēgšanās"}, status_code=401)
    listed = [
        one.for_person(desk.handlings.of(one.reference, one.received_at))
        for one in desk.registry.applications_for(session)
    ]
    return Response({"iesniegumi": listed}, headers={"Cache-Control": "no-store"})


def _own(desk: PortalDesk, request: AnyRequest, reference: str) -> tuple[dict[str, Any], Application]:
    visitor = desk.visitor(request)
    for application in desk.registry.applications_for(visitor.session):
        if application.reference == reference:
            return visitor.shown(), application
    raise PageError(404, "Iesniegums nav atrasts", "Jums nav iesnieguma ar šādu numuru.")


@get("/pakalpojumi/{slug:str}/sanemts/{reference:str}", sync_to_thread=False)
def show_receipt(
    request: AnyRequest, desk: NamedDependency[PortalDesk], slug: FromPath[str], reference: FromPath[str]
) -> Response[str]:
    """The page after the final request."""
    desk.service(slug)
    frame, application = _own(desk, request, reference)
    return page("portal/received.html", **frame, application=application)


@get("/iesniegumi/{reference:str}/apliecinajums.pdf", sync_to_thread=True)
def download_receipt(
    request: AnyRequest, desk: NamedDependency[PortalDesk], reference: FromPath[str]
) -> Response[bytes]:
    """The receipt as a PDF."""
    _, application = _own(desk, request, reference)
    return Response(
        receipt_pdf(application),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="apliecinajums-{application.reference}.pdf"',
            "Cache-Control": "no-store",
        },
    )


@get("/iesniegumi/{reference:str}/lemums.pdf", sync_to_thread=True)
def download_decision(
    request: AnyRequest, desk: NamedDependency[PortalDesk], reference: FromPath[str]
) -> Response[bytes]:
    """The decision as a PDF, once there is one."""
    _, application = _own(desk, request, reference)
    handling = desk.handlings.of(application.reference, application.received_at)
    if not handling.is_decided:
        raise PageError(404, "Lēmuma vēl nav", "Iesniegums vēl nav izlemts.")
    return Response(
        decision_pdf(application, handling),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="lemums-{application.reference}.pdf"',
            "Cache-Control": "no-store",
        },
    )


def _to_sign_in(_request: object, error: SignInNeededError) -> Response[None]:
    ended = "&beigusies=1" if error.ended else ""
    return see_other(f"/pieslegties?next={quote(error.come_back)}{ended}")


def build_portal(desk: PortalDesk, sign_in: SignInDesk, control: object, control_router: Router) -> TroubledPortal:
    """The portal as one ASGI application."""
    application = build_application(
        [
            home,
            list_services,
            show_service,
            list_applications,
            applications_as_json,
            show_receipt,
            download_receipt,
            download_decision,
            SIGN_IN_ROUTES,
            WIZARD_ROUTES,
            control_router,
        ],
        {"desk": desk, "sign_in": sign_in, "control": control},
        "portal/error.html",
        {SignInNeededError: _to_sign_in},
    )
    return TroubledPortal(application, desk)
