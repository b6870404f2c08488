"""A resident acts alone at a shared computer: the page that waits, the guest's pages, and what the desk shows of it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.events import EventName
from gateway.people import guest_sessions, staff
from gateway.people.guest_sessions import FIRST, LONGEST
from gateway.people.roles import Role
from gateway.terminals import enrolment
from gateway.visits.reading import Stage
from gateway.visits.tables import Channel, Ending
from tests.gateway.callers import PASSWORD, Caller, Callers
from tests.gateway.pages.desk.desk import BENEFIT, PASSPORT, Desk
from tests.gateway.terminal_key import TERMINAL_KEY
from tests.gateway.visits.played import PORTAL

GUEST = "pilnvara_guest"


def another_computer(callers: Callers, centre_id: str | None = None, name: str = "Visitors 1") -> Callers:
    """A second enrolled computer, of this centre or of another."""
    centre, now, database = centre_id or callers.centre_id, callers.clock.now(), callers.parts.database
    secret = database.write_now(
        lambda conn: enrolment.add(
            conn, centre_id=centre, name=name, means=TERMINAL_KEY.means, enrolled_by=None, now=now
        )
    )
    found = database.read_now(lambda conn: enrolment.find(conn, secret))
    assert found
    return replace(callers, terminal_id=found.id, terminal_secret=secret)


def code_of(desk: Desk) -> str:
    """The digits that the visit's page shows, made if there are none."""
    desk.press_button("guest/code")
    return shown(desk)


def shown(desk: Desk) -> str:
    return "".join(re.findall(r"app-code__group\">(\d+)<", desk.look().text))


def sit_down(browser: Caller, code: str) -> Caller:
    """Type the code at the computer that waits, as somebody who sees its page."""
    browser.csrf = browser.get("/guest").csrf
    answer = browser.post("/guest/begin", {"code": code})
    assert answer.location == "/guest", answer.text
    browser.csrf = browser.get("/guest").csrf
    return browser


@pytest.fixture
def guided(desk: Desk) -> Desk:
    """A visit in which the resident acts alone."""
    return desk.at(Stage.GUIDING)


@pytest.fixture
def public(desk: Desk) -> Callers:
    """The visitors' computer."""
    return another_computer(desk.callers)


@pytest.fixture
def guest(guided: Desk, public: Callers) -> Caller:
    """A resident who has sat down at it."""
    return sit_down(public.nobody(at_terminal=True), code_of(guided))


class TestSittingDown:
    def test_begins_with_the_code_that_the_desk_shows(self, guided: Desk, guest: Caller) -> None:
        assert 'name="query"' in guest.get("/guest").text
        page = guided.look().text
        assert "Visitors 1" in page
        assert shown(guided) == ""
        begun = guided.entry(EventName.GUEST_BEGUN)
        assert begun.actor.id == f"guest:{guided.visit_id}"

    def test_takes_a_code_once(self, guided: Desk, public: Callers) -> None:
        code = code_of(guided)
        sit_down(public.nobody(at_terminal=True), code)
        second = another_computer(guided.callers, name="Visitors 2").nobody(at_terminal=True)
        second.csrf = second.get("/guest").csrf
        assert second.post("/guest/begin", {"code": code}).status == 404
        assert GUEST not in second.cookies

    def test_takes_no_code_of_before_after_another_was_made(self, guided: Desk, public: Callers) -> None:
        first = code_of(guided)
        assert code_of(guided) != first
        browser = public.nobody(at_terminal=True)
        browser.csrf = browser.get("/guest").csrf
        assert browser.post("/guest/begin", {"code": first}).status == 404

    def test_takes_no_code_of_a_visit_that_is_over(self, guided: Desk, public: Callers) -> None:
        code = code_of(guided)
        guided.close()
        browser = public.nobody(at_terminal=True)
        browser.csrf = browser.get("/guest").csrf
        assert browser.post("/guest/begin", {"code": code}).status == 404

    def test_is_for_enrolled_computers_of_the_same_centre(self, guided: Desk) -> None:
        database, now = guided.callers.parts.database, guided.clock.now()
        elsewhere = database.write_now(
            lambda conn: staff.add_centre(conn, name="Cits centrs", kind="vpvkac", municipality="Cits novads", now=now)
        )
        code = code_of(guided)
        browser = another_computer(guided.callers, elsewhere).nobody(at_terminal=True)
        browser.csrf = browser.get("/guest").csrf
        assert browser.post("/guest/begin", {"code": code}).status == 404
        unknown = guided.callers.nobody()
        assert "/guest/begin" not in unknown.get("/guest").text
        unknown.csrf = unknown.get("/sign-in").csrf
        assert "/terminal/enrol" in unknown.post("/guest/begin", {"code": code}).text
        assert GUEST not in browser.cookies | unknown.cookies

    def test_shuts_the_door_after_ten_wrong_codes(self, public: Callers) -> None:
        browser = public.nobody(at_terminal=True)
        browser.csrf = browser.get("/guest").csrf
        assert {browser.post("/guest/begin", {"code": "000000"}).status for _ in range(10)} == {404}
        assert browser.post("/guest/begin", {"code": "000000"}).status == 429

    def test_locks_whoever_of_staff_is_signed_in_there(self, guided: Desk, public: Callers) -> None:
        colleague = public.staff(Role.MANAGER)
        before = dict(colleague.cookies)
        browser = sit_down(Caller(colleague.app, dict(colleague.cookies)), code_of(guided))
        assert "pilnvara_staff" not in browser.cookies
        assert Caller(colleague.app, before, colleague.csrf).get("/manage/terminals").location.startswith("/unlock")

    def test_at_the_assistants_own_computer_locks_them_and_unlocking_ends_it(self, guided: Desk) -> None:
        assert guided.press_button("guest/here").location == "/guest"
        browser = guided.browser
        assert "pilnvara_staff" not in browser.cookies
        assert browser.get("/guest").status == 200
        assert browser.get("/desk").location.startswith("/sign-in")
        back = browser.get("/sign-in")
        browser.csrf = back.csrf
        who = re.search(r'name="who" value="([^"]+)"', back.text)
        assert who
        answer = browser.post("/sign-in/back", {"who": who[1]} | browser.proof("sign_in"))
        assert answer.location == "/unlock", answer.text
        browser.csrf = browser.get("/unlock").csrf
        assert browser.post("/unlock", {"password": PASSWORD}).status == 303
        assert guided.entry(EventName.GUEST_ENDED).data["why"] == "sign_in"
        assert GUEST in browser.cookies
        assert browser.get("/guest").location.startswith("/guest/over")
        assert GUEST not in browser.cookies


class TestTheGuest:
    def test_is_nobody_to_another_browser_that_shows_the_cookies_and_that_is_one_event(
        self, guided: Desk, guest: Caller
    ) -> None:
        thief = replace(guest, cookies=dict(guest.cookies))
        elsewhere = "a thief's browser"
        assert thief.post("/guest/search", {"query": "pabalsts"}, user_agent=elsewhere).location == "/guest"
        assert thief.post("/guest/extend", user_agent=elsewhere).location == "/guest"
        assert thief.post("/guest/end", user_agent=elsewhere).location == "/guest"
        assert guided.entry(EventName.GUEST_REFUSED).data == {"reason": "other_connection"}
        assert guided.events().count(EventName.GUEST_REFUSED) == 1
        assert thief.get("/guest", user_agent=elsewhere).location.startswith("/guest/over")
        assert 'name="query"' in guest.get("/guest").text

    def test_is_nobody_without_the_computers_own_cookie_and_that_is_an_event(self, guided: Desk, guest: Caller) -> None:
        thief = replace(guest, cookies={GUEST: guest.cookies[GUEST]})
        assert 'name="query"' not in thief.get("/guest").text
        assert guided.entry(EventName.GUEST_REFUSED).data == {"reason": "other_connection"}

    def test_searches_reads_and_is_led_to_the_institutions_own_portal(self, guest: Caller) -> None:
        found = guest.post("/guest/search", {"query": "slimibas lapa"})
        assert f'href="/guest/services/{BENEFIT}"' in found.text
        page = guest.get(f"/guest/services/{BENEFIT}").text
        links = re.findall(r'<a[^>]+href="[^"]+"[^>]+target="_blank"[^>]*>', page)
        assert len([each for each in links if f'href="{PORTAL}"' in each]) == 1
        assert all('rel="noopener noreferrer"' in each for each in links)

    def test_reads_where_to_go_with_what_where_there_is_no_portal(self, guest: Caller) -> None:
        page = guest.get(f"/guest/services/{PASSPORT}").text
        assert "PMLP" in page
        assert "_blank" not in page

    def test_reads_a_life_event_with_its_services(self, guest: Caller) -> None:
        events = re.findall(r'href="(/guest/life-events/[^"]+)"', guest.get("/guest").text)
        assert events
        assert guest.get(events[0]).text.count('href="/guest/services/') >= 2
        assert guest.get("/guest/life-events/none").status == 404

    def test_is_told_what_to_do_where_nothing_fits_and_where_to_go_with_what_is_not_done_here(
        self, guest: Caller
    ) -> None:
        nothing = guest.post("/guest/search", {"query": "kosmoss"}).text
        assert "Jautājiet asistentam: ko nekārto šeit, to uzmeklēs kopā ar jums" in nothing
        assert 'href="/guest/services/lv.civil_registry.birth_registration"' in nothing
        assert "PMLP nodaļā, iepriekš pierakstoties" in guest.post("/guest/search", {"query": "pasi pazaudeju"}).text

    def test_leaves_nothing_of_what_was_searched_for(self, guided: Desk, guest: Caller) -> None:
        before = guided.events()
        guest.post("/guest/search", {"query": "slimibas lapa"})
        guest.get(f"/guest/services/{BENEFIT}")
        assert guided.events() == before

    def test_is_refused_whatever_is_not_a_guests(self, guest: Caller, guided: Desk) -> None:
        for path in ("/desk", guided.path, "/mine", "/audit", "/admin", "/display", "/manage"):
            assert guest.get(path).status in {303, 401, 403}, path
            assert "app-guest" not in guest.get(path).text

    def test_has_twenty_minutes_and_a_clear_page_afterwards(self, guided: Desk, guest: Caller) -> None:
        guided.clock.move(FIRST - timedelta(seconds=1))
        assert guest.get("/guest/help").status == 200
        guided.clock.move(timedelta(seconds=1))
        assert guest.get("/guest/help").location == "/guest"
        over = guest.get("/guest")
        assert (over.location, over.headers["clear-site-data"]) == ("/guest/over?in=lv", '"cache"')
        assert "Jūsu laiks šeit ir beidzies" in guest.get(over.location).text
        assert GUEST not in guest.cookies

    def test_may_go_on_longer_but_not_for_ever(self, guided: Desk, guest: Caller) -> None:
        began = guided.clock.now()
        while guest.post("/guest/extend").location == "/guest" and GUEST in guest.cookies:
            guided.clock.move(FIRST - timedelta(minutes=1))
            guest.get("/guest")
        assert began + LONGEST <= guided.clock.now() < began + LONGEST + FIRST

    def test_ends_it_and_the_computer_waits_for_the_next(self, guided: Desk, guest: Caller) -> None:
        kept = Caller(guest.app, dict(guest.cookies), guest.csrf)
        ended = guest.post("/guest/end")
        assert (ended.location, ended.headers["clear-site-data"]) == ("/guest", '"cache"')
        guest.get("/guest")
        assert GUEST not in guest.cookies
        assert kept.get(f"/guest/services/{BENEFIT}").location == "/guest"
        assert guided.entry(EventName.GUEST_ENDED).data["why"] == "guest"

    def test_is_nobody_at_another_computer(self, guest: Caller, guided: Desk, public: Callers) -> None:
        another = another_computer(guided.callers, name="Visitors 2")
        for secret in ({"pilnvara_terminal": another.terminal_secret}, {}):
            thief = Caller(guest.app, {GUEST: guest.cookies[GUEST]} | secret, guest.csrf)
            assert thief.get("/guest/help").location == "/guest"
            thief.page = False
            assert thief.post("/guest/end").status == 401
        assert guest.get("/guest/help").status == 200
        assert public.terminal_id != another.terminal_id


class TestTheDesk:
    def test_extends_and_ends_from_its_own_computer(self, guided: Desk, guest: Caller) -> None:
        guided.clock.move(FIRST / 2)
        guided.press_button("guest/extend")
        guided.clock.move(FIRST - timedelta(minutes=1))
        assert guest.get("/guest/help").status == 200
        guided.freshen()
        guided.press_button("guest/end")
        assert guest.get("/guest/help").location == "/guest"
        assert guided.entry(EventName.GUEST_ENDED).data["why"] == "desk"

    def test_ends_it_with_the_visit_as_done_by_the_resident_alone(self, guided: Desk, guest: Caller) -> None:
        page = guided.look().text
        assert re.search(r'class="govuk-button"[^>]*value="self_served"', page)
        answer = guided.press_button("close", {"ending": "self_served", "help": "no_device"})
        assert answer.status == 303
        assert guided.view().visit["ending"] is Ending.SELF_SERVED
        assert guest.get("/guest/help").location == "/guest"
        assert EventName.FEEDBACK_ASKED in guided.events()

    def test_offers_no_delegation(self, guided: Desk) -> None:
        assert guided.press_button("service", {"service": BENEFIT}).status == 409
        assert guided.press_button("search", {"query": "slimibas"}).status == 200
        assert "Choose<" not in guided.look("?panel=choose").text
        assert guided.view().service is None

    def test_serves_them_at_the_counter_when_they_cannot_do_it_alone(self, guided: Desk, guest: Caller) -> None:
        assert guided.press_button("guest/counter").location.startswith(guided.path)
        assert guided.view().stage is Stage.SERVICE
        assert guided.view().visit["channel"] is Channel.COUNTER
        assert guest.get("/guest/help").location == "/guest"
        assert guided.press_button("service", {"service": BENEFIT}).status == 303
        assert guided.stage is Stage.REQUEST

    def test_begins_no_guest_in_a_visit_of_another_kind(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        for step in ("code", "here", "extend", "end", "counter"):
            assert desk.press_button(f"guest/{step}").status == 409, step
        assert desk.read(lambda conn: guest_sessions.of_visit(conn, desk.visit_id)) is None

    def test_keeps_the_display_for_whoever_is_in_front_of_it(self, guided: Desk) -> None:
        screen = guided.callers.display()
        guided.at(Stage.APPROVAL)
        before = screen.get("/display").text
        guided.at(Stage.GUIDING)
        assert ("app-calm" in screen.get("/display").text) == ("app-calm" in before)
