"""What the scripts do in a real browser, under the policy of the real pages."""

from playwright.sync_api import FilePayload, Page, expect

from tests.ui.server import GUARDED, NONCE, Site, Write
from ui.environment import Renderer
from ui.gallery import sample_page

IDLE = """{% extends "layout/desk.html" %}
{% set lock_action = "/lock" %}{% set idle_seconds = 4 %}
{% block title %}Idle{% endblock %}{% block content %}<h1>Desk</h1>{% endblock %}"""


class TestTheSharedTerminal:
    def test_a_page_from_the_back_forward_cache_is_asked_for_anew(self, site: Site, tab: Page, write: Write) -> None:
        # chromium-headless-shell has no such cache; the event that it would bring is sent by hand.
        site.pages["/anna"] = write(GUARDED)
        tab.goto(f"{site.base}/anna")
        tab.wait_for_selector("body.js-enabled")
        site.pages["/anna"] = "<!DOCTYPE html><title>ended</title><p>This visit has ended"
        tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        expect(tab.get_by_text("This visit has ended")).to_be_visible()

    def test_going_back_asks_the_server_for_the_page(self, site: Site, tab: Page, write: Write) -> None:
        site.pages |= {"/anna": write(GUARDED), "/blank": "<!DOCTYPE html><title>blank</title>"}
        tab.goto(f"{site.base}/anna")
        tab.goto(f"{site.base}/blank")
        site.pages["/anna"] = "<!DOCTYPE html><title>ended</title><p>This visit has ended"
        tab.go_back()
        expect(tab.get_by_text("This visit has ended")).to_be_visible()
        expect(tab.get_by_text("Anna")).to_have_count(0)

    def test_a_page_that_is_left_is_hidden_before_it_is_stored(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/anna"] = write(GUARDED)
        tab.goto(f"{site.base}/anna")
        tab.wait_for_selector("body.js-enabled")
        tab.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        expect(tab.get_by_role("heading", name="Anna")).to_be_hidden()

    def test_an_idle_terminal_warns_and_locks(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/desk"] = write(IDLE)
        tab.clock.install(time=0)
        tab.clock.pause_at(1)
        tab.goto(f"{site.base}/desk")
        tab.wait_for_selector("body.js-enabled")
        warning = tab.get_by_text("This terminal is about to lock.", exact=True)
        expect(warning).to_be_hidden()
        tab.clock.run_for(3000)
        expect(warning).to_be_visible()
        tab.keyboard.press("Shift")
        expect(warning).to_be_hidden()
        tab.clock.run_for(3000)
        expect(warning).to_be_visible()
        assert site.posts == []
        with tab.expect_request("**/lock") as locked:
            tab.clock.run_for(1000)
        tab.wait_for_url("**/lock")
        assert site.posts == ["/lock"]
        assert str(locked.value.post_data).endswith("&why=idle")

    def test_the_warning_says_the_seconds_and_has_a_button(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/desk"] = write(IDLE)
        tab.clock.install(time=0)
        tab.clock.pause_at(1)
        tab.goto(f"{site.base}/desk")
        tab.wait_for_selector("body.js-enabled")
        tab.clock.run_for(3000)
        expect(tab.locator("[data-idle-left]")).to_have_text("1")
        expect(tab.get_by_role("alert")).to_have_text("This terminal is about to lock. Seconds left: 2")
        tab.get_by_role("button", name="Go on").click()
        expect(tab.locator("[data-idle-message]")).to_be_hidden()
        assert site.posts == []

    def test_whoever_works_in_one_tab_is_there_in_all(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/desk"] = write(IDLE)
        tab.clock.install(time=0)
        tab.clock.pause_at(1)
        tab.goto(f"{site.base}/desk")
        tab.wait_for_selector("body.js-enabled")
        with tab.expect_popup() as opened:
            tab.evaluate("open('/desk')")
        other = opened.value
        other.wait_for_selector("body.js-enabled")
        for _step in range(7):
            tab.clock.run_for(1000)
            tab.keyboard.press("Shift")
        expect(other.locator("[data-idle-message]")).to_be_hidden()
        assert site.posts == []
        other.close()

    def test_whoever_types_and_sends_nothing_keeps_the_session(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/desk"] = write(IDLE.replace("idle_seconds = 4", "idle_seconds = 600"))
        tab.clock.install(time=0)
        tab.clock.pause_at(1)
        tab.goto(f"{site.base}/desk")
        tab.wait_for_selector("body.js-enabled")
        tab.clock.run_for(120_000)
        assert site.posts == []
        tab.keyboard.press("Shift")
        with tab.expect_response("**/alive"):
            tab.clock.run_for(1000)
        tab.keyboard.press("Shift")
        tab.clock.run_for(30_000)
        assert site.posts == ["/alive"]


class TestFields:
    def test_an_error_summary_takes_the_focus_and_leads_to_its_field(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/form"] = write(
            '{% extends "layout/base.html" %}{% block title %}F{% endblock %}{% block content %}'
            '{{ ui.error_summary([{"text": "Enter a note", "href": "#note"}]) }}'
            '{{ ui.text_input("note", "Note", error="Enter a note") }}{% endblock %}'
        )
        tab.goto(f"{site.base}/form")
        expect(tab.locator(".govuk-error-summary")).to_be_focused()
        tab.get_by_role("link", name="Enter a note").click()
        expect(tab.get_by_label("Note")).to_be_focused()

    def test_a_code_is_sent_without_blanks(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/form"] = write(
            '{% extends "layout/base.html" %}{% block title %}F{% endblock %}{% block content %}'
            '{% call ui.form("/code", "t") %}{{ ui.code_input("code", "Code", digits=false) }}{{ ui.button("Go") }}'
            "{% endcall %}{% endblock %}"
        )
        tab.goto(f"{site.base}/form")
        tab.wait_for_selector("body.js-enabled")
        tab.get_by_label("Code").fill("ab c-12 3")
        with tab.expect_request("**/code") as request:
            tab.get_by_role("button", name="Go").click()
        assert "code=ABC123" in (request.value.post_data or "")

    def test_the_counter_counts_in_latvian(self, site: Site, tab: Page, renderer: Renderer) -> None:
        site.pages["/fields"] = sample_page(renderer, "fields", "lv", NONCE)
        tab.goto(f"{site.base}/fields")
        note = tab.get_by_label("Piezīme")
        note.fill("x" * 199)
        expect(tab.get_by_text("Atlikusi 1 rakstzīme").first).to_be_visible()
        note.fill("x" * 221)
        expect(tab.get_by_text("Par 21 rakstzīmi par daudz").first).to_be_visible()

    def test_files_of_one_paper_are_sent_in_the_order_in_which_they_were_put(
        self, site: Site, tab: Page, write: Write
    ) -> None:
        site.pages["/form"] = write(
            '{% extends "layout/base.html" %}{% block title %}F{% endblock %}{% block content %}'
            '{% call ui.form("/sheet", "t", files=true) %}{{ ui.file_upload("sheet", "Photographs", multiple=true) }}'
            '<ol data-pages-of="sheet" data-up="Move up" data-down="Move down" aria-label="Pages" hidden></ol>'
            '{{ ui.button("Go") }}{% endcall %}{% endblock %}'
        )
        tab.goto(f"{site.base}/form")
        tab.wait_for_selector("body.js-enabled")
        pages = tab.get_by_role("list", name="Pages").get_by_role("listitem")
        pictures: list[FilePayload] = [
            {"name": f"{number}.png", "mimeType": "image/png", "buffer": b"picture"} for number in (1, 2, 3)
        ]
        tab.get_by_label("Photographs").set_input_files(pictures[:1])
        expect(pages).to_have_count(0)
        tab.get_by_label("Photographs").set_input_files(pictures)
        tab.get_by_role("button", name="Move up: 3.png").click()
        expect(tab.get_by_role("button", name="Move up: 3.png")).to_be_focused()
        tab.keyboard.press("Enter")
        tab.get_by_role("button", name="Move down: 1.png").click()
        expect(pages.locator("span")).to_have_text(["3.png", "2.png", "1.png"])
        expect(pages.get_by_role("button")).to_have_text(["Move down", "Move up", "Move down", "Move up"])
        assert pages.nth(0).locator("img").get_attribute("src") == "data:image/png;base64,cGljdHVyZQ=="
        sent = tab.evaluate("Array.from(new FormData(document.forms[0]).getAll('sheet'), (file) => file.name)")
        assert sent == ["3.png", "2.png", "1.png"]
