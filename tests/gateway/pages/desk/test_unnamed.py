"""A service of a special category is named where its work is done, and in no list that others read."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from connectors.sdk.outcome import Standing
from gateway.people.roles import Role
from gateway.services import keeping
from gateway.services.sensitivity import Sensitivity
from gateway.services.tables import Service
from gateway.visits import second_looks
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import BENEFIT, QUEUE, Desk
from tests.gateway.visits import followed
from tests.gateway.visits.colleagues import a_colleague

TITLE, UNNAMED = "Sickness benefit", "A service of VSAA that lists do not name"
TITLES = (TITLE, "Kindergarten queue")
NOT_HERE = "lv.vdeavk.disability_assessment"


def mark(desk: Desk, kind: Sensitivity) -> None:
    named = update(Service).where(Service.id.in_([BENEFIT, QUEUE])).values(sensitivity=kind.value)
    desk.write(lambda conn: conn.execute(named))
    desk.write(keeping.count_on)


def open_visits(desk: Desk) -> str:
    desk.at(Stage.QUESTIONS)
    return desk.browser.get("/desk").text


def closed_visits(desk: Desk) -> str:
    desk.at(Stage.CLOSED)
    return desk.browser.get("/desk").text


def news(desk: Desk) -> str:
    followed.filed(desk)
    followed.told(desk, Standing.IN_PROGRESS)
    desk.freshen()
    return desk.browser.get("/desk").text


def open_elsewhere(desk: Desk) -> str:
    desk.at(Stage.QUESTIONS)
    return desk.another_assistant().get("/desk/colleagues").text


def doubts(desk: Desk) -> str:
    desk.at(Stage.NEEDS_HUMAN)
    return desk.browser.get("/desk").text + desk.browser.get("/desk/doubts").text


def permissions(desk: Desk) -> str:
    desk.at(Stage.QUESTIONS)
    return desk.callers.staff(Role.MANAGER).get("/manage/delegations").text


def set_aside(desk: Desk) -> str:
    desk.at(Stage.SET_ASIDE)
    return desk.browser.get("/desk/set-aside").text


LISTS: dict[str, Callable[[Desk], str]] = {
    "open visits": open_visits,
    "closed visits": closed_visits,
    "news": news,
    "open elsewhere": open_elsewhere,
    "doubts": doubts,
    "permissions": permissions,
    "set aside": set_aside,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_does_not_say_what_somebody_came_for(desk: Desk, name: str) -> None:
    mark(desk, Sensitivity.SPECIAL)
    page = LISTS[name](desk)
    assert not [each for each in TITLES if each in page]
    assert "that lists do not name" in page


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_what_is_not_of_a_special_category(desk: Desk, name: str) -> None:
    page = LISTS[name](desk)
    assert [each for each in TITLES if each in page]
    assert "that lists do not name" not in page


def test_whoever_works_on_it_sees_its_name(desk: Desk) -> None:
    mark(desk, Sensitivity.SPECIAL)
    desk.at(Stage.QUESTIONS)
    assert TITLE in desk.look().text
    desk.at(Stage.SECOND_LOOK)
    colleague = a_colleague(desk)
    (waiting,) = desk.read(lambda conn: second_looks.waiting_for(conn, colleague, desk.clock.now(), most=10))
    assert waiting.service == UNNAMED
    one = desk.read(lambda conn: second_looks.one_for(conn, colleague, waiting.id))
    assert one.service == TITLE


def test_the_display_names_it_only_where_the_resident_has_to_read_it(desk: Desk) -> None:
    display = desk.callers.display()
    mark(desk, Sensitivity.SPECIAL)
    desk.at(Stage.REQUEST)
    greeting = display.get("/display").text
    assert "Asistents gatavo jūsu lietu" in greeting
    assert "Slimības pabalsts" not in greeting


def test_what_is_not_filed_here_is_told_about_and_not_named_in_the_list(desk: Desk) -> None:
    """Sent on to where it is given: the card says where, the list only that somebody was there."""
    desk.open(NOT_HERE)
    assert "Disability assessment" in desk.look().text
    assert "Disability assessment" not in desk.browser.get("/desk").text
    desk.press_button("close", {"ending": "referred"})
    listed = desk.browser.get("/desk").text
    assert "Disability assessment" not in listed
    assert "A service of VDEĀVK that lists do not name" in listed
