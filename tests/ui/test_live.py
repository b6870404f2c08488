"""How a page in a real browser follows what the server says has changed, under the policy of the real pages."""

from playwright.sync_api import FilePayload, Page, expect

from tests.ui.server import GUARDED, NONCE, Site, Write

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

DRAWN_ON = """{% extends "layout/desk.html" %}{% block title %}Drawn on{% endblock %}
{% block content %}{% call ui.live("/events", "progress") %}<h1 id="state">{{ state }}</h1>
{{ ui.textarea("why", "Why", maxlength=100) }}{{ ui.details("More", text="All of it", id="more") }}
{{ ui.text_input("word", "Word") }}<ol id="rows"><li>2</li><li>1</li></ol>{% endcall %}{% endblock %}"""
REPEATED = """{% extends "layout/desk.html" %}{% block title %}Reason{% endblock %}
{% block content %}{% call ui.live("/visit/events", "progress") %}
{% if error %}{{ ui.error_summary([{"text": error, "href": "#number"}]) }}{% endif %}<h1 id="state">{{ state }}</h1>
{% call ui.form("/visit/search", "t") %}{{ ui.text_input("number", "Number", value=typed, error=error) }}
{{ ui.textarea("why", "Why", value=typed) }}{{ ui.button("Go on") }}{% endcall %}{% endcall %}{% endblock %}"""


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

    def test_what_scripts_and_the_reader_drew_on_a_part_is_no_change_of_it(
        self, site: Site, tab: Page, write: Write
    ) -> None:
        """The rule holds whatever was added: nothing has to be known of the script that did it."""
        site.pages["/visit"] = write(DRAWN_ON, state="asked")
        tab.goto(f"{site.base}/visit")
        tab.get_by_label("Why").fill("half a sen")
        expect(tab.get_by_text("You have 90 characters left").first).to_be_attached()
        tab.locator("#more > summary").click()
        tab.evaluate("""() => {
            const rows = document.getElementById("rows"), word = document.getElementById("word");
            rows.append(rows.firstChild);
            rows.className = "sorted";
            word.type = "password";
            word.after(document.createElement("button"));
        }""")
        word = tab.get_by_label("Word")
        word.fill("gho")
        look_again(site, tab)
        expect(tab.get_by_label("Why")).to_have_value("half a sen")
        expect(word).to_have_value("gho")
        expect(word).to_be_focused()
        expect(tab.locator("#more")).to_have_attribute("open", "")
        expect(tab.locator("#rows.sorted")).to_have_text("12")
        site.pages["/visit"] = write(DRAWN_ON, state="lapsed")
        site.changed()
        expect(tab.locator("#state")).to_have_text("lapsed")
        expect(word).to_have_value("")
        tab.evaluate("document.getElementById('state').marked = true")
        look_again(site, tab)
        assert tab.evaluate("document.getElementById('state').marked") is True, "compared with what came last"

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

    def test_what_was_typed_wrongly_stays_to_be_mended(self, site: Site, tab: Page, write: Write) -> None:
        site.pages["/visit"] = write(REPEATED, state="asked", error=None, typed="")
        site.answers["/visit/search"] = write(REPEATED, state="asked", error="No such number", typed="12x")
        tab.goto(f"{site.base}/visit")
        with tab.expect_navigation():
            tab.get_by_role("button", name="Go on").click()
        tab.get_by_label("Why").fill("12x and more")
        look_again(site, tab)
        expect(tab.locator("#number-error")).to_contain_text("No such number")
        expect(tab.get_by_label("Number")).to_have_value("12x")
        expect(tab.get_by_label("Why")).to_have_value("12x and more")

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
