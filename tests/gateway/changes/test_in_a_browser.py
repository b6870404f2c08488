"""Administrators' pages in a real browser, at both widths: every kind of page is accessible."""

import pytest
from playwright.sync_api import Browser

from gateway.changes.tables import ChangeKind
from tests.gateway.changes.conftest import PORTAL, RULES, SERVICE, Office
from tests.gateway.windows import address, open_as
from tests.wcag import ensure_accessible

__all__ = ["address"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_every_page_of_a_change_is_accessible(browser: Browser, address: str, office: Office) -> None:
    change = office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", PORTAL)
    office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 3})
    context = open_as(browser, address, office.page())
    page = context.new_page()
    for path in (
        "/admin",
        f"/admin/changes/{change}",
        "/admin/services",
        "/admin/propose/portal.register",
        f"/admin/propose/service.rules?target={SERVICE}",
    ):
        page.goto(address + path)
        ensure_accessible(page)
    page.goto(f"{address}/admin/propose/provider.add")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("alert").wait_for()
    ensure_accessible(page)
    context.close()
