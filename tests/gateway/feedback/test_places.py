"""No answer is taken where the helper looks on: not in a browser of staff, not at an enrolled computer or display."""

from typing import Any

import pytest
from sqlalchemy import select

from gateway.feedback.tables import FeedbackAnswer
from gateway.web.cookies import CookieName
from tests.gateway.callers import Caller
from tests.gateway.feedback.conftest import Phones
from tests.gateway.visits.counter import Counter

FILLED = {"satisfaction": "5", "done": "yes", "clear": "yes", "comment": ""}
MARKS = [
    pytest.param(CookieName.STAFF, id="staff are signed in"),
    pytest.param(CookieName.BROWSER, id="staff were signed in once"),
    pytest.param(CookieName.TERMINAL, id="an enrolled computer"),
    pytest.param(CookieName.DISPLAY, id="a display"),
    pytest.param(CookieName.GUEST, id="a shared computer"),
]


def kept(counter: Counter) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(FeedbackAnswer.__table__)).all()))


@pytest.fixture
def desk(phones: Phones, request: pytest.FixtureRequest) -> Caller:
    """A browser with one of the marks; it opened the page of the code before it got it."""
    browser = phones.one()
    browser.proves = False
    browser.csrf = browser.get("/f").csrf
    browser.cookies[request.param.value] = "of a browser of staff"
    return browser


@pytest.mark.parametrize("desk", MARKS, indirect=True)
def test_a_link_copied_to_the_desk_takes_no_answer_and_stays_good(
    counter: Counter, phones: Phones, desk: Caller, token: str
) -> None:
    for answer in (desk.get("/f"), desk.get(f"/f/{token}")):
        assert answer.status == 403
        assert "cannot be answered on this computer" in answer.text
        assert "Paraugu centrs" not in answer.text, "nothing is looked up"
    for path, data in ((f"/f/{token}", FILLED), ("/f", {"code": token})):
        answer = desk.post(path, data)
        assert (answer.status, answer.location) == (403, ""), path
    assert kept(counter) == []
    phone = phones.one()
    phone.csrf = phone.get(f"/f/{token}").csrf
    assert phone.post(f"/f/{token}", FILLED).location == "/f/thanks"
    assert len(kept(counter)) == 1


def test_a_private_window_at_the_desk_cannot_be_told_from_a_phone(counter: Counter, phones: Phones, token: str) -> None:
    """It shows none of our marks. What holds then is that each visit has one answer, and `docs/threats.md` says so."""
    window = phones.one()
    window.csrf = window.get(f"/f/{token}").csrf
    assert window.post(f"/f/{token}", FILLED).location == "/f/thanks"
    assert window.post(f"/f/{token}", FILLED).status == 410
    assert len(kept(counter)) == 1
