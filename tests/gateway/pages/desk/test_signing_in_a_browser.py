"""Paper and call in a real browser: accessible in every state, and the sheet is one that can be printed."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from delegation.assurance import Route
from gateway.visits import paper
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.desk import QUEUE, Desk
from tests.gateway.pages.desk.test_signing import known, takes
from tests.gateway.pages.second_look.conftest import colleague
from tests.gateway.pages.test_one_file import photograph
from tests.gateway.windows import address, go, listen, open_as
from tests.wcag import ensure_accessible

__all__ = ["address", "colleague"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def latvian(desk: Desk) -> Desk:
    """A desk read in Latvian, whose services take every way."""
    desk.by = replace(desk.by, language="lv")
    desk.freshen()
    return takes(desk, ["phone", "passkey", "display", "paper", "call"])


def test_a_sheet_is_printed_handed_in_and_witnessed(
    browser: Browser, address: str, latvian: Desk, colleague: Caller
) -> None:
    latvian.open().ask(Route.PAPER)
    code = paper.sheet_code(latvian.approval().subject_hash)
    counter, elsewhere = open_as(browser, address, latvian.browser), open_as(browser, address, colleague)
    desk, witness = counter.new_page(), elsewhere.new_page()
    said = (listen(desk), listen(witness))
    go(desk, address + latvian.path)
    ensure_accessible(desk)
    desk.locator('form[action$="/print"] button').click()
    expect(desk.locator("#sheet-code")).to_have_text(code)
    ensure_accessible(desk)
    desk.emulate_media(media="print")
    assert _pages(desk.pdf(format="A4")) == 2
    expect(desk.locator(".app-footer--paper")).to_have_css("display", "table-footer-group")  # on each page
    expect(desk.locator(".app-footer--paper")).to_contain_text(code)
    expect(desk.locator("[data-print]")).to_be_hidden()
    expect(desk.locator(".app-signature")).to_be_visible()
    desk.emulate_media(media="null")
    go(desk, address + latvian.path)
    desk.locator("#sheet_code").fill("0000-0000")
    desk.locator('form[action$="/sheet"] button').click()
    ensure_accessible(desk)
    go(desk, address + latvian.path)
    desk.locator("#sheet_code").fill(code)
    page: FilePayload = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photograph(30, 40).content}
    desk.locator("#sheet").set_input_files([page, page])
    expect(desk.locator("[data-pages-of] > li")).to_have_count(2)
    ensure_accessible(desk)
    desk.locator('form[action$="/sheet"] button[type=submit]').click()
    expect(desk.get_by_text("Gaidām liecinieku").first).to_be_visible()
    ensure_accessible(desk)
    go(witness, address + "/second-look")
    witness.locator('main a[href^="/second-look/"]').first.click()
    witness.locator('form[action$="/look"] button').click()
    ensure_accessible(witness)
    witness.locator('form[action$="/refuse-sheet"] button').click()
    expect(witness.locator(".govuk-error-summary")).to_be_visible()
    ensure_accessible(witness)
    witness.locator('form[action$="/confirm"] button').click()
    expect(witness.locator('form[action$="/confirm"]')).to_have_count(0)
    expect(desk.locator('form[action$="/preconditions"]')).to_be_visible()
    latvian.fill()
    latvian.report_read_back()
    go(desk, address + latvian.path)
    ensure_accessible(desk)
    desk.locator('form[action$="/print"] button').click()
    ensure_accessible(desk)
    assert _pages(desk.pdf(format="A4")) == 2
    # A form that is not taken is answered 422, and its own address has no page.
    assert [each for each in (*said[0], *said[1]) if "status of 4" not in each] == []
    counter.close()
    elsewhere.close()


def test_a_call_is_accessible_at_the_desk_and_on_the_phone(browser: Browser, address: str, latvian: Desk) -> None:
    known(latvian)
    latvian.open().ask(Route.CALL)
    context = open_as(browser, address, latvian.browser)
    page = context.new_page()
    said = listen(page)
    go(page, address + latvian.path)
    ensure_accessible(page)
    page.locator("#code").fill(latvian.sent_code())
    page.locator('form[action$="/spoken"] button').click()
    expect(page.locator('form[action$="/preconditions"]')).to_be_visible()
    latvian.fill()
    latvian.report_read_back()
    go(page, address + latvian.path)
    ensure_accessible(page)
    link = re.search(r"/a/\S+", latvian.newest_message())
    assert link
    go(page, address + link[0])
    page.locator('form[action^="/a/"] button').click()
    expect(page.locator("#number")).to_be_visible()
    ensure_accessible(page)
    page.locator("#number").fill(latvian.approval().match_number)
    page.locator('form[action$="/number"] button').click()
    expect(page.locator('form[action$="/heard"]')).to_be_visible()
    ensure_accessible(page)
    page.locator('form[action$="/heard"] button').click()
    expect(page.locator('form[action$="/heard"]')).to_have_count(0)
    assert latvian.stage is Stage.SENDING
    assert said == []
    context.close()


def test_a_receipt_is_one_sheet_also_with_what_stays_allowed(browser: Browser, address: str, latvian: Desk) -> None:
    latvian.open(QUEUE, language="en")
    latvian.grant(services=(Wanted(service=QUEUE, follow=True, collect=True),))
    latvian.fill()
    latvian.send()
    context = open_as(browser, address, latvian.browser)
    desk = context.new_page()
    go(desk, f"{address}{latvian.path}/receipt")
    desk.emulate_media(media="print")
    expect(desk.get_by_text("The assistant may receive the answer for you until")).to_be_visible()
    assert _pages(desk.pdf(format="A4")) == 1
    context.close()


def _pages(pdf: bytes) -> int:
    """How many sheets of paper it takes."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
