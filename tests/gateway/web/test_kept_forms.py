"""What was typed for too long is not lost: it is kept for whoever typed it, and sent only when they say so."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from gateway.pages.kept import PAGE_OF
from gateway.people import kept_forms
from gateway.people.access import Access
from gateway.people.tables import KeptForm
from gateway.sweeping import sweep
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller
from tests.gateway.pages.desk.conftest import desk
from tests.gateway.pages.desk.desk import Desk

__all__ = ["desk"]

ACCOUNT = "LV78PARA0000000000001"
TYPED = {"account": ACCOUNT, "do": "keep"}


def rows(desk: Desk) -> int:
    return desk.read(lambda conn: conn.execute(select(func.count()).select_from(KeptForm)).scalar_one())


def unlock(desk: Desk, then: str) -> None:
    """Type the password at the locked computer."""
    browser = desk.browser
    browser.csrf = browser.get("/unlock").csrf
    answer = browser.post("/unlock", {"password": PASSWORD, "next": then})
    assert (answer.status, answer.location) == (303, then), answer.text
    refresh(desk, browser)


def refresh(desk: Desk, browser: Caller) -> None:
    session = desk.callers.session_of(browser.cookies["pilnvara_staff"])
    assert session
    browser.csrf = session.csrf


def send_again(desk: Desk, page: Answer) -> Answer:
    """Press the button on the page of what was kept."""
    action, inside = re.findall(
        r'<form method="post" action="([^"]+/answers)"[^>]*>(.*?)</form>', page.text, re.DOTALL
    )[0]
    fields = [
        (unescape(name), unescape(value)) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', inside)
    ]
    given = {"content-type": "application/x-www-form-urlencoded"}
    return desk.browser.call("POST", action, headers=given, body=urlencode(fields).encode())


def kept_account(desk: Desk) -> object:
    draft = desk.opened(lambda opened: opened.draft())
    return None if draft is None else draft.values.get("account")


@pytest.fixture
def typing(desk: Desk) -> Desk:
    """An assistant in the middle of the questions."""
    return desk.ready()


class TestAForm:
    def test_that_arrives_at_a_locked_computer_is_offered_after_unlocking_and_sent_once(self, typing: Desk) -> None:
        browser = typing.browser
        old = browser.csrf
        browser.post("/lock")
        browser.csrf = old
        refused = typing.press_button("answers", TYPED)
        assert (refused.status, refused.location) == (303, "/unlock?next=/kept")
        assert ACCOUNT not in refused.text
        assert kept_account(typing) != ACCOUNT
        unlock(typing, "/kept")
        page = browser.get("/kept")
        assert "This was not sent" in page.text
        assert "Answers to the questions" in page.text
        assert ACCOUNT not in re.sub(r"<[^>]*>", "", page.text), "it stands in hidden fields alone"
        assert send_again(typing, page).status == 303
        assert kept_account(typing) == ACCOUNT
        assert rows(typing) == 0
        assert "Nothing waits here" in browser.get("/kept").text

    def test_from_a_page_left_open_overnight_is_offered_after_signing_in(self, typing: Desk) -> None:
        old = typing.browser
        typing.clock.move(timedelta(hours=11))
        refused = old.post(f"{typing.path}/answers", TYPED)
        assert (refused.status, refused.location) == (303, "/sign-in?next=/kept&why=over")
        typing.freshen()
        assert ACCOUNT in typing.browser.get("/kept").text

    def test_with_the_token_of_an_earlier_session_is_offered_at_once(self, typing: Desk) -> None:
        old = typing.browser.csrf
        typing.browser.post("/lock")
        unlock(typing, "/")
        typing.browser.csrf = old
        refused = typing.press_button("answers", TYPED)
        assert (refused.status, refused.location) == (303, "/kept")
        assert ACCOUNT in typing.browser.get("/kept").text

    def test_can_be_dropped(self, typing: Desk) -> None:
        late(typing)
        form = re.search(r'action="(/kept/[^"]+/drop)"', typing.browser.get("/kept").text)
        assert form
        assert typing.browser.post(form[1]).location == "/kept"
        assert rows(typing) == 0

    def test_replaces_an_earlier_one_of_the_same_page(self, typing: Desk) -> None:
        late(typing)
        late(typing, TYPED | {"account": "LV78PARA0000000000002"})
        assert rows(typing) == 1
        assert "LV78PARA0000000000002" in typing.browser.get("/kept").text


class TestNobodyElse:
    def test_is_offered_it_at_the_same_computer(self, typing: Desk) -> None:
        late(typing)
        assert "Nothing waits here" in typing.another_assistant().get("/kept").text

    def test_is_offered_it_by_another_sites_form_or_a_token_of_nobodys(self, typing: Desk) -> None:
        late(typing, site="cross-site")
        assert rows(typing) == 0
        typing.browser.csrf = "made up"
        assert typing.press_button("answers", TYPED).status == 403
        assert rows(typing) == 0

    def test_reads_it_in_the_database(self, typing: Desk) -> None:
        late(typing)
        content = typing.read(lambda conn: conn.execute(select(KeptForm.content)).scalar_one())
        assert ACCOUNT.encode() not in content


class TestNothingIsKept:
    def test_of_a_form_that_says_yes_or_no(self, typing: Desk) -> None:
        app = typing.callers.app
        kept = {
            path
            for route in app.routes
            for path, handler in [(route.path, each) for each in getattr(route, "route_handlers", [])]
            if isinstance(access := handler.opt.get("access"), Access) and access.keeps
        }
        assert {re.sub(r":\w+}", "}", path) for path in kept} == set(PAGE_OF)

    def test_after_the_end_of_the_visit(self, typing: Desk) -> None:
        late(typing)
        typing.close()
        assert rows(typing) == 0

    def test_after_twelve_hours(self, typing: Desk) -> None:
        late(typing)
        typing.clock.move(kept_forms.LIFE + timedelta(minutes=1))
        typing.freshen()
        assert "Nothing waits here" in typing.browser.get("/kept").text
        now = typing.clock.now()
        assert typing.write(lambda conn: sweep(conn, "kept_form", now)) == 1


def late(desk: Desk, typed: dict[str, str] | None = None, *, site: str = "same-origin") -> None:
    """Send the answers with the token of an earlier session, and be back in the present one."""
    browser = desk.browser
    old = browser.csrf
    browser.post("/lock")
    unlock(desk, "/")
    now, browser.csrf = browser.csrf, old
    browser.post(f"{desk.path}/answers", typed or TYPED, sec_fetch_site=site)
    browser.csrf = now
