"""Administrators' pages in a real browser, at both widths: every kind of page is accessible."""

import pytest
from playwright.sync_api import Browser

from gateway.changes.tables import ChangeKind
from gateway.people.roles import Role
from tests.gateway.changes.conftest import PORTAL, RULES, SERVICE, Office
from tests.gateway.changes.test_defining import TRAINING, give
from tests.gateway.changes.test_recovery import Lost, lost
from tests.gateway.windows import address, go, open_as
from tests.wcag import ensure_accessible

__all__ = ["address", "lost"]

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
        go(page, address + path)
        ensure_accessible(page)
    go(page, f"{address}/admin/propose/provider.add")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("alert").wait_for()
    ensure_accessible(page)
    context.close()


def test_every_page_of_roles_and_trainings_is_accessible(browser: Browser, address: str, office: Office) -> None:
    office.propose(ChangeKind.TRAINING_DEFINE, "gdpr", TRAINING)
    give(office, 9)
    context = open_as(browser, address, office.page())
    page = context.new_page()
    for path in (
        "/admin/training-kinds",
        "/admin/trainings-ending",
        "/admin/propose/training.alter?target=gdpr",
        "/account",
    ):
        go(page, address + path)
        ensure_accessible(page)
    go(page, f"{address}/admin/propose/account.roles?target={office.callers.account.id}")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("alert").get_by_role("link").first.click()
    ensure_accessible(page)
    context.close()


def test_every_page_of_a_recovery_is_accessible(browser: Browser, address: str, lost: Lost) -> None:
    change = lost.opened()
    halves = lost.halves(change)
    context = open_as(browser, address, lost.office.page())
    page = context.new_page()
    for path in (
        f"/admin/changes/{change}",
        "/people",
        f"/admin/propose/account.recover?target={lost.account.id}",
    ):
        go(page, address + path)
        ensure_accessible(page)
    context.close()
    lost.propose()
    context = open_as(browser, address, lost.place.staff(Role.ASSISTANT))
    page = context.new_page()
    go(page, f"{address}/account")
    ensure_accessible(page)
    context.close()
    page = browser.new_page()
    go(page, f"{address}/recover")
    ensure_accessible(page)
    page.get_by_label("Lietotājvārds").fill("cilda")
    page.get_by_label("Viena koda puse").fill(halves[0])
    page.get_by_label("Otra puse").fill(halves[1])
    page.get_by_role("button", name="Turpināt").click()
    page.get_by_label("Jaunā parole", exact=True).fill("short")
    ensure_accessible(page)
    page.get_by_role("button", name="Iestatīt").click()
    page.get_by_role("alert").wait_for()
    ensure_accessible(page)
    page.close()
