"""The desk's first page through a day: what waits for whom, what is open elsewhere, and news until they are seen."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from connectors.sdk.outcome import Standing
from gateway.database.counting import count_statements
from gateway.people.tables import Staff, StaffState
from gateway.visits.outcome_tables import Following
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits import followed
from tests.gateway.visits.colleagues import a_terminal
from tests.gateway.windows import address, go, open_as

__all__ = ["address"]


def test_news_stay_until_they_are_seen(desk: Desk) -> None:
    followed.filed(desk)
    followed.told(desk, Standing.IN_PROGRESS)
    desk.freshen()
    page = desk.browser.get("/desk").text
    assert "There is news of 1 application" in page
    assert "Ilze" not in page
    until = page.split('name="until" value="')[1].split('"', maxsplit=1)[0]
    assert desk.browser.post("/desk/news/seen", {"until": "yesterday"}).location == "/desk"
    assert "There is news" in desk.browser.get("/desk").text
    assert desk.browser.post("/desk/news/seen", {"until": until}).location == "/desk"
    assert "There is news" not in desk.browser.get("/desk").text


def test_news_of_whoever_is_suspended_are_for_their_colleagues(desk: Desk) -> None:
    followed.filed(desk)
    followed.told(desk, Standing.IN_PROGRESS)
    colleague = desk.another_assistant()
    assert "There is news" not in colleague.get("/desk").text
    desk.write(
        lambda conn: conn.execute(update(Staff).where(Staff.id == desk.by.staff_id).values(state=StaffState.SUSPENDED))
    )
    page = colleague.get("/desk").text
    assert "There is news of 1 application" in page
    assert f"filed by {desk.by.name}, who is away" in page
    assert f'href="{desk.path}"' not in page
    until = page.split('name="until" value="')[1].split('"', maxsplit=1)[0]
    assert colleague.post("/desk/news/seen", {"until": until}).location == "/desk"
    assert "There is news" not in colleague.get("/desk").text


def test_visits_that_wait_for_somebody_else_stand_apart(desk: Desk) -> None:
    desk.at(Stage.APPROVAL)
    only_waiting = desk.browser.get("/desk").text
    assert "all of them wait for somebody else" in only_waiting
    assert only_waiting.index("Waiting for a yes or an answer") < only_waiting.index(f'href="{desk.path}"')
    asked = desk.path
    desk.at(Stage.SERVICE)
    both = desk.browser.get("/desk").text
    assert both.index(f'href="{desk.path}"') < both.index("Waiting for a yes") < both.index(f'href="{asked}"')


def test_what_was_begun_at_another_computer_says_how_to_go_on(desk: Desk) -> None:
    here = desk.by
    desk.by = replace(desk.by, terminal_id=a_terminal(desk, desk.by.centre_id))
    desk.at(Stage.SERVICE)
    desk.by = here
    page = desk.browser.get("/desk").text
    assert "1 other visit is open in the centre" in page
    assert "1 of them is yours, at another computer: take it over here" in page


def test_takes_six_statements(desk: Desk) -> None:
    followed.filed(desk)
    followed.told(desk, Standing.IN_PROGRESS)
    desk.freshen()
    desk.at(Stage.APPROVAL)
    desk.browser.get("/desk")
    with count_statements() as counted:
        assert desk.browser.get("/desk").status == 200
    assert counted.total <= 6


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_news_appear_while_somebody_looks(browser: Browser, address: str, desk: Desk) -> None:
    followed.filed(desk)
    desk.freshen()
    context = open_as(browser, address, desk.browser)
    page = context.new_page()
    go(page, f"{address}/desk")
    expect(page.get_by_text("There is news of")).to_have_count(0)
    now, me = desk.clock.now(), desk.by.staff_id  # told by hand: the portal is asked on another day, another session
    desk.write(lambda conn: conn.execute(update(Following).values(news_for=me, news_at=now)))
    expect(page.get_by_text("There is news of 1 application")).to_be_visible()
    context.close()
