"""What the scripts do in a real browser, under the policy of the real pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser import attend
from tests.ui.server import NONCE, Site, serving
from ui.environment import Renderer, environment
from ui.gallery import sample_page

Write = Callable[..., str]

LIVE = """{% extends "layout/desk.html" %}
{% block title %}{{ state }}{% endblock %}
{% block content %}<h1>Visit</h1>
{% call ui.live("/events", "progress") %}<p id="state">{{ state }}</p>{{ ui.button("Go on", id="go") }}{% endcall %}
{{ ui.text_input("note", "Note") }}{% endblock %}"""
SEARCH = """{% extends "layout/desk.html" %}{% block title %}Search{% endblock %}
{% block content %}<h1>Search</h1>
{% call ui.form("/visit/search", "t") %}{{ ui.text_input("query", "Words") }}{{ ui.button("Search") }}{% endcall %}
{% call ui.live("/visit/events", "progress") %}<p id="state">{{ state }}</p>{% endcall %}{% endblock %}"""
MISTAKEN = """{% extends "layout/desk.html" %}{% block title %}Code{% endblock %}
{% block content %}
<div id="now" data-live="/visit/events">
{% if error %}{{ ui.error_summary([{"text": error, "href": "#code"}]) }}{% endif %}
<h1 id="state">{{ state }}</h1>
{% call ui.form("/visit/code", "t") %}{{ ui.code_input("code", "Code", hint="Six digits", error=error) }}
{{ ui.button("Go on") }}{% endcall %}
</div>{% endblock %}"""
PHOTOGRAPHED = """{% extends "layout/desk.html" %}{% block title %}Sheet{% endblock %}
{% block content %}{% call ui.live("/events", "progress") %}<h1 id="state">{{ state }}</h1>
{{ ui.code_input("code", "Code") }}<input type="file" id="sheet" multiple aria-label="Sheet">
<ol data-pages-of="sheet" data-up="Up" data-down="Down" hidden></ol>{% endcall %}{% endblock %}"""
IDLE = """{% extends "layout/desk.html" %}
{% set lock_action = "/lock" %}{% set idle_seconds = 4 %}
{% block title %}Idle{% endblock %}{% block content %}<h1>Desk</h1>{% endblock %}"""
GUARDED = """{% extends "layout/desk.html" %}{% block title %}Anna{% endblock %}
{% block content %}<h1>Anna Paraudziņa</h1>{% endblock %}"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


@pytest.fixture
def write(renderer: Renderer, tmp_path: Path) -> Write:
    def page(source: str, **context: object) -> str:
        (tmp_path / "page.html").write_text(source, encoding="utf-8")
        return environment(languages=("en",), templates=[tmp_path]).render(
            "page.html", "en", NONCE, **{"csrf_token": "t", **context}
        )

    return page


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    page = attend(browser.new_page())
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    site.end()
    page.close()
    assert problems == []


def look_again(site: Site, tab: Page) -> None:
    """Have the page look for changes, and wait until it has dealt with what it found.

    It looks once at a time: when it asks a second time, it is done with the first answer.
    """
    for _time in range(2):
        with tab.expect_request(lambda request: request.method == "GET" and request.url.endswith("/visit")):
            site.changed()


class TestLivePages:
    def test_a_change_is_shown_and_what_is_being_typed_stays(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(LIVE, state="waiting")
        tab.goto(f"{site.base}/visit")
        tab.get_by_label("Note").fill("half a sen")
        site.pages["/visit"] = write(LIVE, state="agreed")
        site.changed()
        expect(tab.locator("#state")).to_have_text("agreed")
        expect(tab).to_have_title("agreed – Pilnvara")
        expect(tab.get_by_label("Note")).to_have_value("half a sen")
        expect(tab.get_by_label("Note")).to_be_focused()

    def test_the_focus_stays_on_a_button_that_is_drawn_anew(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(LIVE, state="waiting")
        tab.goto(f"{site.base}/visit")
        tab.locator("#go").focus()
        site.pages["/visit"] = write(LIVE, state="agreed")
        site.changed()
        expect(tab.locator("#state")).to_have_text("agreed")
        expect(tab.locator("#go")).to_be_focused()

    def test_a_part_that_did_not_change_is_left_alone(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(LIVE, state="waiting")
        tab.goto(f"{site.base}/visit")
        tab.wait_for_selector("#go[data-govuk-button-init]")
        tab.evaluate("document.getElementById('state').marked = true")
        look_again(site, tab)
        assert tab.evaluate("document.getElementById('state').marked") is True

    def test_photographs_that_were_chosen_stay_until_something_else_changes(
        self, site: Site, tab: Page, write: Write
    ) -> None:
        site.pages["/visit"] = write(PHOTOGRAPHED, state="asked")
        tab.goto(f"{site.base}/visit")
        tab.locator("#code").fill("123456")
        page: FilePayload = {"name": "1.png", "mimeType": "image/png", "buffer": b""}
        tab.locator("#sheet").set_input_files([page, page])
        expect(tab.locator("[data-pages-of] > li")).to_have_count(2)
        look_again(site, tab)
        expect(tab.locator("#code")).to_have_value("123456")
        expect(tab.locator("[data-pages-of] > li")).to_have_count(2)
        assert tab.evaluate("document.getElementById('sheet').files.length") == 2
        site.pages["/visit"] = write(PHOTOGRAPHED, state="lapsed")
        site.changed()
        expect(tab.locator("#state")).to_have_text("lapsed")
        expect(tab.locator("[data-pages-of]")).to_be_hidden()

    def test_a_change_is_drawn_as_when_the_page_is_opened_then(self, site: Site, tab: Page, write: Write) -> None:
        calm = write(MISTAKEN, state="calm", error=None)
        site.pages["/visit"] = calm
        tab.goto(f"{site.base}/visit")
        now = '<div id="now" {}data-live="/visit/events">'.format
        site.pages["/visit"] = write(MISTAKEN, state="over", error=None).replace(now(""), now('class="app-farewell" '))
        site.changed()
        expect(tab.locator("#now.app-farewell #state")).to_have_text("over")
        site.pages["/visit"] = calm
        site.changed()
        expect(tab.locator("#now:not([class]) #state")).to_have_text("calm")

    def test_what_changed_before_the_stream_began_is_shown(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(LIVE, state="waiting")
        agreed = write(LIVE, state="agreed")
        tab.add_init_script("window.EventSource = class extends EventSource { constructor(a) { super(a + '?late'); } }")
        tab.route("**/events?late", lambda route: (site.pages.update({"/visit": agreed}), route.continue_()))
        tab.goto(f"{site.base}/visit")
        expect(tab.locator("#state")).to_have_text("agreed")

    def test_when_the_visit_has_moved_on_the_page_follows(self, site: Site, tab: Page, write: Write) -> None:
        site.pages |= {"/visit": write(LIVE, state="waiting"), "/receipt": write(GUARDED)}
        tab.goto(f"{site.base}/visit")
        site.moved["/visit"] = "/receipt"
        site.changed()
        tab.wait_for_url("**/receipt")

    def test_the_server_can_send_the_page_on_but_only_within_the_house(
        self, site: Site, tab: Page, write: Write
    ) -> None:
        site.pages |= {"/visit": write(LIVE, state="waiting"), "/next": write(GUARDED)}
        tab.goto(f"{site.base}/visit")
        look_again(site, tab)
        site.tell("event: go\ndata: http://127.0.0.2:9/\n\nevent: go\ndata: javascript:alert(1)\n\n")
        site.tell("event: go\ndata: /next\n\n")
        tab.wait_for_url(f"{site.base}/next")

    def test_a_page_that_answered_a_form_follows_without_sending_the_form_again(
        self, site: Site, tab: Page, write: Write
    ) -> None:
        site.pages["/visit"] = site.answers["/visit/search"] = write(SEARCH, state="waiting")
        tab.goto(f"{site.base}/visit")
        with tab.expect_navigation():
            tab.get_by_role("button", name="Search").click()
        tab.get_by_label("Words").fill("sick leave")
        site.pages["/visit"] = write(SEARCH, state="agreed")
        site.changed()
        expect(tab.locator("#state")).to_have_text("agreed")
        expect(tab.get_by_label("Words")).to_have_value("sick leave")
        assert site.posts == ["/visit/search"]

    def test_a_mistake_stays_told_until_something_moves_on(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(MISTAKEN, state="asked", error=None)
        site.answers["/visit/code"] = write(MISTAKEN, state="asked", error="The code is not right")
        tab.goto(f"{site.base}/visit")
        with tab.expect_navigation():
            tab.get_by_role("button", name="Go on").click()
        look_again(site, tab)
        expect(tab.get_by_role("alert")).to_contain_text("The code is not right")
        expect(tab.locator("#code-error")).to_contain_text("The code is not right")
        site.pages["/visit"] = write(MISTAKEN, state="lapsed", error=None)
        site.changed()
        expect(tab.locator("#state")).to_have_text("lapsed")
        expect(tab.get_by_role("alert")).to_have_count(0)

    def test_the_title_of_an_error_stays_until_something_moves_on(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(SEARCH, state="waiting")
        wrong = SEARCH.replace("title %}Search", "title %}Error: Search")
        site.answers["/visit/search"] = write(wrong, state="waiting")
        tab.goto(f"{site.base}/visit")
        with tab.expect_navigation():
            tab.get_by_role("button", name="Search").click()
        look_again(site, tab)
        assert tab.title() == "Error: Search – Pilnvara"
        site.pages["/visit"] = write(SEARCH, state="agreed")
        site.changed()
        expect(tab).to_have_title("Search – Pilnvara")

    def test_a_change_that_comes_while_a_form_is_on_its_way_does_not_call_it_back(
        self, site: Site, tab: Page, write: Write
    ) -> None:
        site.pages |= {"/visit": write(SEARCH, state="waiting"), "/receipt": write(GUARDED)}
        tab.goto(f"{site.base}/visit")
        site.answers["/visit/search"] = write(SEARCH, state="found")
        site.heeds.clear()
        with tab.expect_navigation(url="**/visit/search", wait_until="commit"):
            with tab.expect_request("**/visit/search"):
                tab.get_by_role("button", name="Search").click(no_wait_after=True)
            site.moved["/visit"] = "/receipt"  # not before: a page looks once by itself when its stream opens
            look_again(site, tab)
            site.heeds.set()

    def test_in_another_language_the_whole_page_is_loaded(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(LIVE, state="waiting")
        tab.goto(f"{site.base}/visit")
        site.pages["/visit"] = write(LIVE, state="agreed").replace('lang="en"', 'lang="lv"', 1)
        site.changed()
        expect(tab.locator("#state")).to_have_text("agreed")
        expect(tab.locator("html")).to_have_attribute("lang", "lv")

    def test_a_script_in_a_fetched_part_never_runs(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(LIVE, state="waiting")
        tab.goto(f"{site.base}/visit")
        script = f'<script nonce="{NONCE}">document.title = "taken"</script><p id="state">agreed</p>'
        site.pages["/visit"] = write(LIVE, state="agreed").replace('<p id="state">agreed</p>', script)
        site.changed()
        expect(tab.locator("#state")).to_have_text("agreed")
        expect(tab).to_have_title("agreed – Pilnvara")

    def test_a_lost_connection_is_told(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(LIVE, state="waiting")
        tab.goto(f"{site.base}/visit")
        expect(tab.get_by_text("The connection was lost")).to_be_hidden()
        tab.route("**/events", lambda route: route.abort())
        site.end()
        expect(tab.get_by_text("The connection was lost")).to_be_visible()


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
