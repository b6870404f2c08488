"""The language switch shows the same page again, also where a form led to it."""

import html
import re

from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk


def switched(desk: Desk, page: str) -> str:
    """Where the page's switch to Latvian leads."""
    found = re.search(r'href="(/language/lv\?[^"]*)"', page)
    assert found is not None
    answer = desk.browser.get(html.unescape(found[1]))
    assert answer.status == 303
    return str(answer.location)


def test_after_a_form_that_was_refused_it_leads_to_the_visit(desk: Desk) -> None:
    refused = desk.at(Stage.REQUEST).press_button("ask", {"name": "x"})
    assert refused.status == 422
    back = switched(desk, refused.text)
    assert back == desk.path
    assert desk.browser.get(back).status == 200


def test_what_the_page_was_asked_for_stays(desk: Desk) -> None:
    assert switched(desk, desk.ready().look("?panel=edit").text) == f"{desk.path}?panel=edit"


def test_whoever_unlocks_in_another_language_comes_back_to_their_page(desk: Desk) -> None:
    desk.ready()
    desk.browser.post("/lock", {"next": desk.path})
    locked = desk.browser.get(f"/unlock?next={desk.path}")
    assert switched(desk, locked.text) == f"/unlock?next={desk.path}"
