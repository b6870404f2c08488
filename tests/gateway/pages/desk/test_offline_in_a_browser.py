"""A lost connection keeps what was typed: sealed in the browser, offered again, never sent by itself."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from gateway.visits import asking, reading
from gateway.visits.asking import Draft
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.windows import address, go, listen, open_as
from tests.wcag import ensure_accessible

__all__ = ["address"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

SHEET, TYPED = "Number of sick-leave sheet B", "B-26-00001-1"
TAKEN = "What this computer had kept is a draft at the gateway now. Nothing was sent"
QUARTER_PAST_MIDNIGHT = datetime(2026, 1, 6, 22, 15, tzinfo=UTC)
"""In Riga, on the 7th."""
_RECORDS = """() => new Promise((resolve) => {
    const opening = indexedDB.open("pilnvara-drafts");
    opening.onsuccess = () => {
        const all = opening.result.transaction("drafts").objectStore("drafts").getAll();
        all.onsuccess = () => resolve(all.result.map((each) => new TextDecoder().decode(each.content)));
    };
})"""
_ONCE = f"""async (count) => {{
    for (let tries = 0; (await ({_RECORDS})()).length !== count; tries += 1) {{
        if (tries > 200) throw new Error(`not ${{count}} drafts`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }}
}}"""
_LOSE_A_RECEIPT = """() => {
    const whole = window.fetch;
    window.fetch = async (...request) => {
        window.fetch = whole;
        await whole(...request);
        window.isLost = true;
        throw new TypeError("the connection was lost");
    };
}"""
_KEY = """() => new Promise((resolve) => {
    const opening = indexedDB.open("pilnvara-drafts");
    opening.onsuccess = () => {
        const key = opening.result.transaction("keys").objectStore("keys").get("own");
        key.onsuccess = () => crypto.subtle.exportKey("raw", key.result).then(() => resolve("read"), () => resolve(""));
    };
})"""


@pytest.fixture
def page(browser: Browser, address: str, desk: Desk) -> Iterator[Page]:
    """The assistant's browser at the questions of a visit."""
    desk.ready()
    context = open_as(browser, address, desk.browser)
    page = context.new_page()
    go(page, address + desk.path)
    yield page
    context.close()


def drafted(desk: Desk) -> str:
    """What the server's own draft says of the sheet."""
    view = desk.view()
    draft: Draft | None = desk.read(lambda conn: reading.OpenedVisit(conn, desk.store, view).draft())
    return str(draft.values.get("sheet", "")) if draft else ""


def type_and_lose(page: Page) -> None:
    """Type an answer without connection and press the button."""
    page.context.set_offline(True)
    page.get_by_label(SHEET).fill(TYPED)
    page.get_by_role("button", name="Fill in the portal’s form").click()
    expect(page.get_by_role("heading", name="Not connected: kept on this computer, nothing was sent")).to_be_visible()
    expect(page.locator("#draft")).to_be_focused()


def records(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_RECORDS)
    return found


class TestWithoutConnection:
    def test_the_page_stays_says_what_waits_and_nothing_is_sent(self, page: Page, desk: Desk) -> None:
        type_and_lose(page)
        waits = page.locator("[data-draft-list] li")
        expect(waits.first).to_have_text(re.compile(SHEET))
        expect(page.get_by_label(SHEET)).to_have_value(TYPED)
        expect(page.locator("#draft h2:visible")).to_have_count(1)
        ensure_accessible(page)
        assert drafted(desk) == ""
        assert desk.view().filing is None

    def test_what_waits_is_named_by_its_questions_in_the_order_of_the_page(self, page: Page) -> None:
        page.context.set_offline(True)
        page.locator("input[name$='-month']").first.fill("7")
        page.get_by_label("Account number").fill("LV80")
        page.get_by_label(SHEET).fill(TYPED)
        waits = page.locator("[data-draft-list] li")
        expect(waits).to_have_text([re.compile(SHEET), re.compile("Period from"), re.compile("Account number")])

    def test_it_lies_sealed_under_a_key_that_no_script_can_read(self, page: Page) -> None:
        type_and_lose(page)
        assert len(records(page)) == 1
        assert all(TYPED not in each for each in records(page))
        assert page.evaluate(_KEY) == ""


class TestOnceItIsBack:
    def test_it_becomes_the_servers_draft_and_nothing_else(self, page: Page, desk: Desk) -> None:
        type_and_lose(page)
        page.context.set_offline(False)
        expect(page.get_by_role("heading", name="The connection is back.")).to_be_visible(timeout=30_000)
        assert drafted(desk) == TYPED
        assert desk.view().filing is None
        page.evaluate(_ONCE, 0)

    @pytest.mark.parametrize("more", ["", "-02"])
    def test_a_draft_whose_receipt_was_lost_is_known_again(self, page: Page, desk: Desk, more: str) -> None:
        page.evaluate(_LOSE_A_RECEIPT)
        sheet = page.get_by_label(SHEET)
        sheet.fill(TYPED)
        sheet.blur()
        page.wait_for_function("() => window.isLost")
        assert drafted(desk) == TYPED
        sheet.fill(TYPED + more)
        self._goes_on(page)
        assert drafted(desk) == TYPED + more

    def test_that_it_was_kept_while_the_page_looked_is_no_conflict(self, page: Page, desk: Desk) -> None:
        """The page asks what the server has; before the answer is there, what is typed has been kept."""
        held: list[tuple[Route, APIResponse]] = []
        page.route("**/*panel=edit", lambda route: held.append((route, route.fetch())))
        page.context.set_offline(True)
        expect(page.locator("#draft")).to_be_visible()
        with page.expect_request("**/*panel=edit"):
            page.context.set_offline(False)
        mark = page.locator("input[name=draft]")
        before = mark.input_value()
        page.get_by_label(SHEET).fill(TYPED)
        page.get_by_label(SHEET).blur()
        expect(page.locator("[data-kept]")).to_be_visible()
        assert mark.input_value() != before
        ((route, older),) = held
        route.fulfill(response=older)
        self._goes_on(page)
        assert drafted(desk) == TYPED

    @staticmethod
    def _goes_on(page: Page) -> None:
        expect(page.get_by_role("heading", name="The connection is back.")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("button", name="Take what is kept here")).to_be_hidden()
        page.evaluate(_ONCE, 0)

    def test_what_was_changed_meanwhile_is_not_written_over(self, page: Page, desk: Desk) -> None:
        type_and_lose(page)
        values = {"precondition.sheet_b_closed": "yes", "email": "cits@piemers.example"}
        desk.write(lambda conn: asking.save_draft(conn, desk.store, desk.by, desk.visit_id, values, {}))
        page.context.set_offline(False)
        differ = page.get_by_role("heading", name="Answers kept on this computer differ")
        expect(differ).to_be_visible(timeout=30_000)
        assert drafted(desk) == ""
        page.get_by_role("button", name="Take what is kept here").click()
        expect(page.get_by_text(TAKEN)).to_be_visible()
        expect(differ).to_be_hidden()
        expect(page.locator("#draft")).to_be_hidden()
        assert drafted(desk) == TYPED


class TestAPageThatWasLost:
    """The browser was closed, or showed its own error: the visit is opened again."""

    def test_is_offered_again_and_taken_by_a_press(self, page: Page, desk: Desk, address: str) -> None:
        said = listen(page)
        self._lose(page, address + desk.path)
        expect(page.get_by_role("heading", name="Answers are kept on this computer that were not sent")).to_be_visible()
        expect(page.locator("#draft")).to_be_focused()
        ensure_accessible(page)
        assert drafted(desk) == ""
        page.get_by_role("button", name="Take what is kept here").click()
        expect(page.get_by_text(TAKEN)).to_be_visible()
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.locator("#draft")).to_be_hidden()
        expect(page.get_by_label(SHEET)).to_be_visible()
        assert drafted(desk) == TYPED
        assert said == []

    def test_is_thrown_away_by_a_press(self, page: Page, desk: Desk, address: str) -> None:
        self._lose(page, address + desk.path)
        page.get_by_role("button", name="Throw it away").click()
        expect(page.get_by_text("What this computer had kept has been thrown away")).to_be_visible()
        expect(page.locator("#draft")).to_be_hidden()
        page.evaluate(_ONCE, 0)
        assert drafted(desk) == ""

    def test_says_when_it_was_typed_as_the_pages_do(self, page: Page, desk: Desk, address: str) -> None:
        """24 hours in the gateway's zone, whatever this computer is set to; the day where it is another one."""
        time = page.locator("[data-draft-time]")
        page.clock.set_fixed_time(QUARTER_PAST_MIDNIGHT)
        self._lose(page, address + desk.path)
        expect(time).to_have_text("00:15")
        page.clock.set_fixed_time(QUARTER_PAST_MIDNIGHT + timedelta(hours=23, minutes=30))
        go(page, address + desk.path)
        expect(time).to_have_text("00:15")
        page.clock.set_fixed_time(QUARTER_PAST_MIDNIGHT + timedelta(hours=23, minutes=50))
        go(page, address + desk.path)
        expect(time).to_have_text("07.01.2026 00:15")

    @pytest.mark.parametrize("button", ["Lock", "Somebody else"])
    def test_is_wiped_when_the_terminal_is_left(self, page: Page, desk: Desk, address: str, button: str) -> None:
        self._lose(page, address + desk.path)
        page.get_by_role("button", name=button).click()
        page.wait_for_url(re.compile("/unlock|/sign-in"))
        page.evaluate(_ONCE, 0)

    def test_what_was_typed_last_is_not_kept_after_the_wiping(self, page: Page, desk: Desk) -> None:
        page.route("**/lock", lambda route: route.abort("aborted"))
        page.clock.install()
        page.get_by_label(SHEET).fill(TYPED)
        with page.expect_event("requestfailed", lambda request: request.url.endswith("/lock")):
            page.get_by_role("button", name="Lock").click()
        page.clock.run_for(5000)
        assert records(page) == []

    def test_is_wiped_when_a_guest_sits_down_here(self, page: Page, desk: Desk, address: str) -> None:
        self._lose(page, address + desk.path)
        desk.at(Stage.GUIDING)
        go(page, address + desk.path)
        page.evaluate(_ONCE, 1)
        page.get_by_role("button", name="Let them sit at this computer").click()
        page.wait_for_url(re.compile("/guest$"))
        page.evaluate(_ONCE, 0)

    def test_is_wiped_with_the_end_of_the_visit(self, page: Page, desk: Desk, address: str) -> None:
        self._lose(page, address + desk.path)
        desk.close()
        go(page, address + desk.path)
        page.evaluate(_ONCE, 0)

    def test_is_wiped_where_somebody_else_works(self, page: Page, desk: Desk, address: str) -> None:
        self._lose(page, address + desk.path)
        token = desk.another_assistant().cookies["pilnvara_staff"]
        page.context.add_cookies([{"name": "pilnvara_staff", "value": token, "url": address}])
        go(page, f"{address}/desk")
        page.evaluate(_ONCE, 0)

    def test_is_wiped_after_a_day(self, page: Page, desk: Desk, address: str) -> None:
        self._lose(page, address + desk.path)
        page.clock.install()
        page.clock.fast_forward(int(timedelta(hours=25).total_seconds() * 1000))
        go(page, f"{address}/desk")
        page.evaluate(_ONCE, 0)

    @staticmethod
    def _lose(page: Page, url: str) -> None:
        page.get_by_label(SHEET).fill(TYPED)
        page.evaluate(_ONCE, 1)
        go(page, url)
        expect(page.locator("#draft")).to_be_visible()


def test_with_a_connection_nothing_stays_on_the_computer(page: Page, desk: Desk) -> None:
    page.get_by_label(SHEET).fill(TYPED)
    page.get_by_role("button", name="Keep for later").click()
    expect(page.get_by_text("The answers have been kept")).to_be_visible()
    assert drafted(desk) == TYPED
    page.evaluate(_ONCE, 0)
    expect(page.locator("#draft")).to_be_hidden()
