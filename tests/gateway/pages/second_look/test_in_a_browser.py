"""The second look in two real browsers: the desk goes on by itself when the colleague has confirmed."""

import pytest
from playwright.sync_api import Browser, expect

from gateway.people import fingerprints
from gateway.people.roles import Role
from gateway.people.tables import ValueKind
from gateway.visits.reading import Stage
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.windows import address, go, listen, open_as
from tests.wcag import ensure_accessible

__all__ = ["address"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_a_colleague_looks_and_the_desk_goes_on(browser: Browser, address: str, desk: Desk, colleague: Caller) -> None:
    desk.at(Stage.SECOND_LOOK)
    counter = open_as(browser, address, desk.browser)
    waiting = counter.new_page()
    go(waiting, address + desk.path)
    expect(waiting.get_by_role("heading", level=1)).to_have_text("A colleague has to look first")

    elsewhere = open_as(browser, address, colleague)
    page = elsewhere.new_page()
    said = listen(page)
    for path in ("/account/values", "/desk"):
        go(page, address + path)
        ensure_accessible(page)
    page.get_by_role("link", name="1 colleague’s question waits").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second look")
    ensure_accessible(page)
    page.get_by_role("button", name="Look").click()
    ensure_accessible(page)
    page.get_by_role("button", name="Show what is to be judged").click()
    expect(page.get_by_text("Parauga iela 1-2, Paraugciems")).to_be_visible()
    ensure_accessible(page)
    page.get_by_role("button", name="Yes, I confirm").click()
    expect(page.get_by_text("This has been confirmed")).to_be_visible()
    ensure_accessible(page)
    expect(waiting.get_by_role("heading", level=1)).to_contain_text("Waiting for the yes")
    assert said == []
    elsewhere.close()
    counter.close()


def test_a_managers_pages_are_accessible(browser: Browser, address: str, desk: Desk) -> None:
    me, now, sealer = desk.by, desk.clock.now(), desk.store.sealer
    desk.write(
        lambda conn: fingerprints.add(conn, sealer, me.staff_id, ValueKind.PHONE, "20000009", by=me.actor, now=now)
    )
    context = open_as(browser, address, desk.callers.staff(Role.MANAGER, language="lv"))
    page = context.new_page()
    go(page, f"{address}/people")
    ensure_accessible(page)
    page.get_by_role("link", name=me.name, exact=True).click()
    ensure_accessible(page)
    page.get_by_role("link", name=f"Mainīt {me.name}").click()
    ensure_accessible(page)
    page.get_by_role("button", name="Saglabāt").click()
    expect(page.get_by_role("alert")).to_contain_text("Izvēlieties, kas tas ir")
    ensure_accessible(page)
    context.close()
