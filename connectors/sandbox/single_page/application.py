"""The single page's portal, put together: one document and its script for every address, an API behind."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from connectors.sandbox.common.desk import SignInNeededError
from connectors.sandbox.common.receipts import decision_pdf, receipt_pdf
from connectors.sandbox.common.sign_in import SIGN_IN_ROUTES, SignInDesk
from connectors.sandbox.common.trouble import TroubledPortal
from connectors.sandbox.pages import PageError, build_application, page, see_other
from connectors.sandbox.single_page.api import API_ROUTES
from connectors.sandbox.single_page.desk import SERVICES, ApiError, Drafts, SinglePageDesk

__all__ = ["SERVICES", "Drafts", "SinglePageDesk", "build_single_page"]

AnyRequest = Request[Any, Any, Any]
_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'"


_SCRIPTS = {"lapa.js": "page.js", "lauki.js": "fields.js", "elementi.js": "elements.js"}


@cache
def _script(name: str) -> str:
    return Path(__file__).with_name(_SCRIPTS[name]).read_text(encoding="utf-8")


@get(["/lapa.js", "/lauki.js", "/elementi.js"], media_type="text/javascript", sync_to_thread=False)
def script(request: AnyRequest) -> Response[str]:
    """The page's script, in three parts."""
    content = _script(request.url.path.removeprefix("/"))
    return Response(content, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "max-age=3600"})


def _shell() -> Response[str]:
    answer = page("single_page/shell.html", services=SERVICES)
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


@get(["/", "/e"], sync_to_thread=False)
def home() -> Response[str]:
    """The list of services."""
    return _shell()


@get(["/e/{rest:path}"], sync_to_thread=False)
def any_address(rest: FromPath[str]) -> Response[str]:
    """Every address of the page is the same document; its script draws what belongs there."""
    if not rest:
        raise PageError(404, "Lapa nav atrasta", "Pārbaudiet adresi un mēģiniet vēlreiz.")
    return _shell()


def _file(desk: SinglePageDesk, request: AnyRequest, reference: str, name: str) -> Response[bytes]:
    session = desk.visitor(request).session
    for one in desk.registry.applications_for(session):
        if one.reference == reference:
            handling = desk.handlings.of(one.reference, one.received_at)
            if name == "lemums" and not handling.is_decided:
                break
            content = receipt_pdf(one) if name == "apliecinajums" else decision_pdf(one, handling)
            disposition = f'attachment; filename="{name}-{reference}.pdf"'
            headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
            return Response(content, media_type="application/pdf", headers=headers)
    raise PageError(404, "Dokuments nav atrasts", "Jums nav šāda dokumenta.")


@get("/iesniegumi/{reference:str}/apliecinajums.pdf", sync_to_thread=True)
def download_receipt(
    request: AnyRequest, desk: NamedDependency[SinglePageDesk], reference: FromPath[str]
) -> Response[bytes]:
    """The receipt as a PDF."""
    return _file(desk, request, reference, "apliecinajums")


@get("/iesniegumi/{reference:str}/lemums.pdf", sync_to_thread=True)
def download_decision(
    request: AnyRequest, desk: NamedDependency[SinglePageDesk], reference: FromPath[str]
) -> Response[bytes]:
    """The decision as a PDF, once there is one."""
    return _file(desk, request, reference, "lemums")


def _to_sign_in(_request: object, error: SignInNeededError) -> Response[None]:
    ended = "&beigusies=1" if error.ended else ""
    return see_other(f"/pieslegties?next={quote(error.come_back)}{ended}")


def _as_json(_request: object, error: ApiError) -> Response[dict[str, Any]]:
    content = {"kludas": {"": error.message}}
    return Response(content, status_code=error.status, headers={"Cache-Control": "no-store"})


def build_single_page(
    desk: SinglePageDesk, sign_in: SignInDesk, control: object, control_router: Router
) -> TroubledPortal:
    """The portal as one ASGI application."""
    application = build_application(
        [home, any_address, script, download_receipt, download_decision, API_ROUTES, SIGN_IN_ROUTES, control_router],
        {"desk": desk, "sign_in": sign_in, "control": control},
        "single_page/error.html",
        {SignInNeededError: _to_sign_in, ApiError: _as_json},
    )
    return TroubledPortal(application, desk)
