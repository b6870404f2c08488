"""What the desk may not do unseen, and what it may not slip into a statement."""

import pytest

from audit.events import EventName
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk

FORM = {"code": "329999-00001", "document": "passport", "present": "yes", "route": "phone"}


def test_opening_the_portals_receipt_at_the_desk_is_an_event(desk: Desk) -> None:
    desk.at(Stage.FILED)
    before = len(desk.events())
    assert desk.browser.get(f"{desk.path}/receipt.pdf").status == 200
    assert desk.events()[before:] == [EventName.RECEIPT_OPENED]


@pytest.mark.parametrize("name", ["Ilze\u202eadap", "Il\u200bze", "\u2066Ilze"])
def test_a_name_with_signs_that_nobody_sees_is_asked_for_again(desk: Desk, name: str) -> None:
    desk.at(Stage.REQUEST)
    answer = desk.press_button("ask", FORM | {"name": name})
    assert answer.status == 422
    assert "Enter the name and surname" in answer.text
    assert desk.view().stage is Stage.REQUEST
