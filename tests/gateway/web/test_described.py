"""What programs can ask is described: by documents that anybody's tools read, of every address and of no other."""

import re

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from gateway.people.access import ACCESS_KEY, Scope, Who
from tests.gateway.callers import Callers
from tests.gateway.described import APIS, document, ensure_described
from tests.gateway.programs import program


def operations(app: Litestar) -> dict[str, Scope]:
    """What programs can ask with a key, and what the key has to be good for: `get /api/figures`."""
    return {
        f"{method.lower()} {re.sub(r':[a-z]+}', '}', route.path)}": handler.opt[ACCESS_KEY].scope
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _model) in route.route_handler_map.items()
        if ACCESS_KEY in handler.opt and Who.API_KEY in handler.opt[ACCESS_KEY].who
    }


@pytest.mark.parametrize("api", APIS)
def test_a_document_is_openapi(callers: Callers, api: str) -> None:
    described = document(callers.nobody(), api)
    assert described["openapi"] == "3.1.0"
    validate(described, cls=OpenAPIV31SpecValidator)
    assert described["servers"] == [{"url": callers.parts.settings.public_url}]


def test_every_address_of_programs_is_described_with_its_scope_and_no_other_is(callers: Callers) -> None:
    found: dict[str, Scope] = {}
    for api in APIS:
        described = document(callers.nobody(), api)
        key = described["components"]["securitySchemes"]["key"]["description"]
        scope = next(each for each in Scope if key.endswith(f" {each.value}"))
        found |= {f"{method} {path}": scope for path, methods in described["paths"].items() for method in methods}
    assert found == operations(callers.app)


def test_figures_are_answered_as_described(callers: Callers) -> None:
    asking = program(callers, Scope.FIGURES)
    described = document(callers.nobody(), "/api/figures")
    for narrowed in ("", f"?place=centre:{callers.centre_id}&period=2026"):
        ensure_described(described, "/api/figures", asking.get(f"/api/figures{narrowed}"))
