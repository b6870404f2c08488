"""The desk in a real browser: accessible at every stage, live without taking anything away, whole without scripts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.runner.errors import ValuesRefusedError
from gateway.people import sessions
from gateway.visits import asking, looking
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.pages.desk.test_documents import first_has_said_yes
from tests.gateway.pages.desk.test_rows import EVENT
from tests.gateway.terminal_key import BROWSER
from tests.gateway.windows import address, go, open_as
from tests.wcag import ensure_accessible

__all__ = ["address"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def latvian(desk: Desk) -> Desk:
    """An assistant who reads Latvian."""
    desk.by = replace(desk.by, language="lv")
    desk.freshen()
    return desk


@pytest.fixture
def page(browser: Browser, address: str, desk: Desk) -> Iterator[Page]:
    """The assistant's browser."""
    context = open_as(browser, address, desk.browser)
    yield context.new_page()
    context.close()


def test_lists_forms_and_confirmations_are_accessible(browser: Browser, address: str, latvian: Desk) -> None:
    latvian.at(Stage.NEEDS_HUMAN)
    latvian.close()
    latvian.at(Stage.REFERRAL)
    latvian.close()
    another_day(latvian)
    latvian.asked_on_display()
    display = latvian.path
    first_has_said_yes(latvian)
    document = latvian.path
    latvian.at(Stage.SERVICE)
    empty = latvian.path
    latvian.ready()
    ready = latvian.path
    latvian.at(Stage.PERMIT)
    latvian.write(lambda conn: looking.note(conn, latvian.store, latvian.by, latvian.visit_id))
    context = open_as(browser, address, latvian.browser)
    page = context.new_page()
    shown = f"{latvian.path}?shown=1"
    for path in ("/desk", empty, ready, display, document, shown, f"{latvian.path}/stop", f"{latvian.path}/close"):
        go(page, address + path)
        ensure_accessible(page)
    go(page, address + document)
    page.locator('form[action$="/document"] button').click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    ensure_accessible(page)
    go(page, address + empty)
    page.locator("#query").fill("slimibas lapa")
    page.locator("form[role=search] button").click()
    expect(page.get_by_role("heading", name="Slimības pabalsts")).to_be_visible()
    ensure_accessible(page)
    go(page, address + ready)
    page.get_by_role("button", name="Aizpildīt portāla veidlapu").click()
    expect(page.get_by_role("alert")).to_contain_text("Ievadiet datumu")
    ensure_accessible(page)
    page.get_by_role("link", name="Periods no: Ievadiet datumu.").click()
    assert page.evaluate("document.activeElement.id") == "period_from-day"
    context.close()


def test_what_the_portal_refused_is_accessible(browser: Browser, address: str, latvian: Desk) -> None:
    latvian.fails(ValuesRefusedError({"account": "Konts nepieder iesniedzējam."}, ("Pārbaudiet ievadīto.",)))
    context = open_as(browser, address, latvian.browser)
    page = context.new_page()
    go(page, address + latvian.path)
    expect(page.get_by_role("alert")).to_contain_text("Konts nepieder iesniedzējam.")
    ensure_accessible(page)
    go(page, f"{address}{latvian.path}?panel=choose")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jautājumi")
    context.close()


def test_the_page_follows_the_resident(page: Page, address: str, desk: Desk) -> None:
    desk.at(Stage.APPROVAL)
    number = desk.invitation().match_number
    go(page, address + desk.path)
    desk.enter_code()
    expect(page.locator("#match-number")).to_have_text(number)
    desk.match()
    expect(page.get_by_text("The resident is reading and says yes or no")).to_be_visible()
    desk.sign_in()
    expect(page.get_by_role("heading", name="Before the questions")).to_be_visible()


def test_a_stop_takes_nothing_away_from_whoever_types(page: Page, address: str, desk: Desk) -> None:
    desk.ready()
    go(page, address + desk.path)
    sheet = page.get_by_label("Number of sick-leave sheet B")
    sheet.press_sequentially("B-26")
    desk.stop()
    expect(page.locator("#visit-progress").get_by_text("Stopped", exact=True)).to_be_visible()
    expect(page.get_by_role("alert").get_by_text("Whatever is typed is not sent any more")).to_be_visible()
    sheet.press_sequentially("-00001")
    assert sheet.input_value() == "B-26-00001"


def test_the_page_shows_how_far_the_form_is(page: Page, address: str, desk: Desk) -> None:
    desk.at(Stage.FILLING)
    go(page, address + desk.path)
    expect(page.get_by_text("Step 3 of 6")).to_be_visible()
    desk.progress(3, 6)
    expect(page.get_by_text("Step 4 of 6")).to_be_visible()


def test_the_page_goes_when_the_session_does(page: Page, address: str, desk: Desk) -> None:
    desk.at(Stage.APPROVAL)
    go(page, address + desk.path)
    expect(page.get_by_text("Waiting for the resident’s phone")).to_be_visible()
    desk.write(lambda conn: sessions.end_all_of_staff(conn, desk.by.staff_id, desk.clock.now()))
    page.wait_for_url("**/sign-in**")


def test_a_dependent_question_appears_with_its_answer(page: Page, address: str, desk: Desk) -> None:
    desk.ready()
    go(page, address + desk.path)
    last_day = page.get_by_role("group", name="Last day of the employment")
    expect(last_day).to_be_hidden()
    page.get_by_role("group", name="Has the employment ended?").get_by_label("Yes").check()
    expect(last_day).to_be_visible()


def test_a_question_of_one_municipality_goes_when_another_is_chosen(page: Page, address: str, desk: Desk) -> None:
    desk.open(EVENT).grant(services=(Wanted(service=EVENT),))
    settled = {"precondition.safety_plan_ready": "yes"}
    desk.write(lambda conn: asking.save_draft(conn, desk.store, desk.by, desk.visit_id, settled, {}))
    go(page, address + desk.path)
    asked_there = page.get_by_label("Waste collector and number of the contract")
    expect(asked_there).to_be_hidden()
    municipality = page.get_by_label("Municipality", exact=True)
    municipality.select_option("juras")
    expect(asked_there).to_be_visible()
    municipality.select_option("ziemelu")
    expect(asked_there).to_be_hidden()


def test_a_visit_is_served_without_scripts(browser: Browser, address: str, desk: Desk) -> None:
    context = browser.new_context(java_script_enabled=False, user_agent=BROWSER)
    cookies = desk.browser.cookies.items()
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies])
    page = context.new_page()
    go(page, f"{address}/desk")
    page.get_by_role("button", name="Open the visit").click()
    desk.visit_id = page.url.rpartition("/")[2]
    page.get_by_label("In plain words").fill("sick leave")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Choose Sickness benefit").click()
    page.get_by_label("Passport").check()
    page.get_by_label("Name and surname", exact=True).fill("Ilze Paraudziņa")
    page.get_by_label("Personal code", exact=True).fill("329999-00001")
    page.get_by_label("I have compared the document").check()
    page.get_by_role("button", name="Ask for the yes").click()
    desk.enter_code()
    page.get_by_role("link", name="Check again").first.click()
    expect(page.locator("#match-number")).to_have_text(desk.invitation().match_number)
    desk.match()
    desk.sign_in()
    page.reload()
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#conditional-work_ended noscript p").first).to_be_visible()
    fill_in(page)
    page.get_by_role("button", name="Fill in the portal’s form").click()
    expect(page.get_by_role("heading", name="The application waits for its turn")).to_be_visible()
    desk.filing_id = desk.filing().id
    desk.report_read_back()
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("LV78••••01").first).to_be_visible()
    desk.sign_in()
    desk.send_and_file()
    go(page, address + desk.path)
    expect(page.get_by_text("SP-2026-000001")).to_be_visible()
    page.get_by_label("Printed on paper").check()
    page.get_by_role("button", name="Record").click()
    page.locator("#main-content").get_by_role("button", name="End the visit").click()
    expect(page.get_by_role("heading", name="The visit is closed")).to_be_visible()
    page.get_by_role("button", name="Back to the desk").click()
    expect(page.get_by_text("Closed today")).to_be_visible()
    context.close()


def another_day(desk: Desk) -> None:
    """So that the next claim is for another period."""
    desk.clock.move(timedelta(days=1))
    desk.freshen()


def fill_in(page: Page) -> None:
    page.get_by_label("I have read about the service").check()
    page.get_by_label("Claim the sickness benefit").check()
    page.get_by_label("Number of sick-leave sheet B").fill("B-26-00001-1")
    for group, day in (("Period from", "13"), ("Period to", "23")):
        date = page.get_by_role("group", name=group)
        for part, value in (("Day", day), ("Month", "10"), ("Year", "2026")):
            date.get_by_label(part).fill(value)
    page.get_by_label("Account number (IBAN)").fill("LV78PARA0000000000001")
    page.get_by_role("group", name="Has the employment ended?").get_by_label("No", exact=True).check()
    page.get_by_role("group", name="How would you like to hear").get_by_label("By e-mail").check()
    page.get_by_role("group", name="How would you like to get").get_by_label("In the portal").check()
    for declared in ("I declare that what", "I agree that VSAA", "I undertake to pay back"):
        page.get_by_label(declared).check()
