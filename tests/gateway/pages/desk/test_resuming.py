"""An assistant who goes on with a visit after a lock or a new sign-in is in its trail, once for each session."""

from audit.entry import ActorKind
from audit.events import EventName
from gateway.visits.tables import Channel
from tests.gateway.callers import PASSWORD
from tests.gateway.pages.desk.desk import Desk


def opened(desk: Desk) -> Desk:
    """A visit that was opened on the page."""
    answer = desk.browser.post("/desk/visits", {"channel": Channel.COUNTER.value, "language": "lv"})
    desk.visit_id = answer.location.rpartition("/")[2]
    return desk


def times_resumed(desk: Desk) -> int:
    return desk.events().count(EventName.VISIT_RESUMED)


def test_is_not_said_of_the_session_in_which_it_was_opened(desk: Desk) -> None:
    opened(desk).look()
    assert desk.look().status == 200
    assert times_resumed(desk) == 0


def test_is_said_once_after_a_lock(desk: Desk) -> None:
    opened(desk)
    desk.browser.post("/lock")
    desk.browser.csrf = desk.browser.get("/unlock").csrf
    assert desk.browser.post("/unlock", {"password": PASSWORD}).status == 303
    assert [desk.look().status for _ in range(3)] == [200] * 3
    assert times_resumed(desk) == 1
    said = desk.entry(EventName.VISIT_RESUMED)
    assert (said.actor.kind, said.actor.id) == (ActorKind.ASSISTANT, desk.by.staff_id)


def test_is_said_once_after_a_new_sign_in(desk: Desk) -> None:
    opened(desk)
    desk.freshen()
    assert [desk.look().status for _ in range(2)] == [200] * 2
    assert times_resumed(desk) == 1


def test_is_not_said_of_a_colleague_who_does_not_get_to_see_it(desk: Desk) -> None:
    opened(desk)
    assert desk.another_assistant().get(desk.path).status == 404
    assert times_resumed(desk) == 0


def test_is_not_said_of_a_visit_that_is_over(desk: Desk) -> None:
    opened(desk)
    desk.close()
    desk.freshen()
    assert desk.look().status == 200
    assert times_resumed(desk) == 0
