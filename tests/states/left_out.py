"""What is no page of its own, and why; whatever else answers a browser stands in a scene."""

from typing import Final

ROUTES: Final = {
    "/.well-known/oauth-authorization-server": "metadata for programs",
    "/.well-known/openid-configuration": "metadata for programs",
    "/approve/events": "a stream",
    "/approve/picture": "a picture within a page",
    "/approve/receipt.pdf": "a file",
    "/assets/{path:path}": "style sheets, scripts, pictures",
    "/audit/visits/{visit_id:str}/bundle.zip": "a file",
    "/desk/events": "a stream",
    "/desk/visits/{visit_id:str}/events": "a stream",
    "/desk/visits/{visit_id:str}/picture": "a picture within a page",
    "/desk/visits/{visit_id:str}/receipt.pdf": "a file",
    "/display/events": "a stream",
    "/guest/events": "a stream",
    "/holder/filings.csv": "a file",
    "/holder/filings/list.csv": "a file",
    "/holder/reconciliations/{list_id:str}/csv": "a file",
    "/holder/statements/{month:str}/{form:str}": "a file",
    "/language/{code:str}": "leads back to the page it was chosen on",
    "/log/checkpoint": "text for programs",
    "/log/origins": "text for programs",
    "/log/tile/{place:path}": "bytes for programs",
    "/log/vkey": "text for programs",
    "/manage/delegations/events": "a stream",
    "/api/figures": "for programs",
    "/figures/report.pdf": "a file",
    "/figures/report.xlsx": "a file",
    "/figures/tables/{sheet:str}": "a file",
    "/mine/delegations/{delegation_id:str}/filings/{filing_id:str}/decision.pdf": "a file",
    "/mine/delegations/{delegation_id:str}/filings/{filing_id:str}/picture": "a picture within a page",
    "/mine/delegations/{delegation_id:str}/filings/{filing_id:str}/receipt.pdf": "a file",
    "/mine/delegations/{delegation_id:str}/proof.zip": "a file",
    "/oauth/authorize": "leads a connector's browser back to its portal; what is wrong is a problem page",
    "/oauth/jwks": "keys for programs",
    "/oauth/status/{number:int}": "a token for programs",
    "/oauth/userinfo": "claims for programs",
    "/presented/{shown_id:str}/{delegation_id:str}/decision/{filing_id:str}": "a file",
    "/services.jsonld": "JSON-LD for programs",
    "/services/{service_id:str}/data.jsonld": "JSON-LD for programs",
    "/second-look/events": "a stream",
    "/second-look/{look_id:str}/sheet": "a file within a page",
    "/sheets/{approval_id:str}": "leads from the printed sheet to its second look",
}
"""Routes that answer GET."""

TEMPLATES: Final[dict[str, str]] = {}
"""Templates below `pages/`."""
