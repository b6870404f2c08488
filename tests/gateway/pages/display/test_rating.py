"""One touch after the visit says how it went; the answer knows no visit, and there is one."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation
from gateway.visits import facing as visits_facing
from gateway.visits import reading
from tests.gateway.pages.facing import Facing, Phone


@pytest.fixture
def farewell(facing: Facing) -> Phone:
    """A display just after a visit."""
    screen = facing.display()
    facing.counter.open(language="en")
    facing.counter.close()
    return screen


def mark_on(screen: Phone) -> str:
    found = re.search(r'name="farewell" value="([0-9a-f]+)"', screen.see("/display").text)
    assert found
    return found[1]


def kept(facing: Facing) -> list[Any]:
    return list(facing.counter.read(lambda conn: conn.execute(select(FeedbackAnswer.__table__)).all()))


def test_one_touch_is_kept_and_thanked_for(facing: Facing, farewell: Phone) -> None:
    assert farewell.send("/display/rating", rating="4", farewell=mark_on(farewell)).location == "/display"
    (answer,) = kept(facing)
    assert (answer.satisfaction, answer.done, answer.clear, answer.comment) == (4, None, None, None)
    page = farewell.see("/display").text
    assert "Thank you for your answer" in page
    assert 'name="rating"' not in page


def test_a_second_touch_is_none(facing: Facing, farewell: Phone) -> None:
    mark = mark_on(farewell)
    for rating in ("4", "1"):
        farewell.send("/display/rating", rating=rating, farewell=mark)
    assert [answer.satisfaction for answer in kept(facing)] == [4]


@pytest.mark.parametrize("rating", ["0", "6", "x", ""])
def test_what_is_no_rating_is_none(facing: Facing, farewell: Phone, rating: str) -> None:
    farewell.send("/display/rating", rating=rating, farewell=mark_on(farewell))
    assert kept(facing) == []


def test_a_late_touch_rates_no_later_visit(facing: Facing, farewell: Phone) -> None:
    mark = mark_on(farewell)
    facing.counter.open(language="en")
    farewell.send("/display/rating", rating="1", farewell=mark)
    facing.counter.close()
    farewell.send("/display/rating", rating="1", farewell=mark)
    assert kept(facing) == []


def test_after_a_while_it_is_blank_and_takes_none(facing: Facing, farewell: Phone) -> None:
    mark = mark_on(farewell)
    facing.counter.clock.move(visits_facing.FAREWELL)
    assert "Thank you" not in farewell.see("/display").text
    farewell.send("/display/rating", rating="5", farewell=mark)
    assert kept(facing) == []


def test_whoever_needs_more_time_takes_it_again_and_again_but_not_for_ever(facing: Facing, farewell: Phone) -> None:
    mark_on(farewell)
    for _ in range(9):
        facing.counter.clock.move(visits_facing.FAREWELL - timedelta(seconds=1))
        assert farewell.send("/display/more-time").location == "/display"
        assert 'name="rating"' in farewell.see("/display").text
    facing.counter.clock.move(visits_facing.LONGEST_FAREWELL)
    farewell.send("/display/more-time")
    assert 'name="rating"' not in farewell.see("/display").text


def test_neither_row_nor_page_tells_which_visit_it_was(facing: Facing, farewell: Phone) -> None:
    page = farewell.see("/display").text
    farewell.send("/display/rating", rating="5", farewell=mark_on(farewell))
    rows = facing.counter.read(lambda conn: conn.execute(select(FeedbackInvitation.__table__)).all())
    assert facing.counter.visit_id not in page
    assert facing.counter.visit_id not in repr([*rows, *kept(facing)])


def test_the_phone_then_asks_only_for_the_rest(facing: Facing, farewell: Phone) -> None:
    code = re.search(r"/f/[0-9A-Z]+", farewell.see("/display").text)
    link = code[0] if code else _link(farewell)
    farewell.send("/display/rating", rating="2", farewell=mark_on(farewell))
    phone = facing.phone()
    assert 'name="satisfaction"' not in phone.see(link).text
    answer = phone.send(link, done="no", clear="yes", comment="Ilgi jāgaida", satisfaction="5")
    assert answer.location == "/f/thanks"
    rows = sorted((row.satisfaction or 0, row.done) for row in kept(facing))
    assert rows == [(0, "no"), (2, None)]


def test_answered_on_the_phone_first_leaves_nothing_to_touch(facing: Facing, farewell: Phone) -> None:
    mark, link, phone = mark_on(farewell), _link(farewell), facing.phone()
    phone.see(link)
    phone.send(link, satisfaction="5", done="yes", clear="yes", comment="")
    assert 'name="rating"' not in farewell.see("/display").text
    farewell.send("/display/rating", rating="1", farewell=mark)
    assert [answer.satisfaction for answer in kept(facing)] == [5]


def _link(screen: Phone) -> str:
    groups = re.findall(r'app-feedback-code__group">([0-9A-Z]+)', screen.see("/display").text)
    return f"/f/{''.join(groups)}"


class TestNoMore:
    @pytest.fixture
    def farewell(self, facing: Facing) -> Phone:
        """A display just after a visit of somebody whose name is known."""
        screen = facing.display()
        facing.counter.open(language="en")
        facing.counter.ask()
        facing.counter.close()
        return screen

    def test_whoever_does_not_want_to_be_asked_touches_that(self, facing: Facing, farewell: Phone) -> None:
        farewell.send("/display/no-more", farewell=mark_on(farewell))
        page = farewell.see("/display").text
        assert "We will not ask you any more" in page
        assert 'name="rating"' not in page
        assert kept(facing) == []
        (row,) = facing.counter.read(lambda conn: conn.execute(select(FeedbackInvitation.__table__)).all())
        assert (row.used, row.declined) == (True, True)
        facing.counter.open(language="en")
        facing.counter.ask()
        facing.counter.close()
        assert 'name="rating"' not in farewell.see("/display").text, "nor after the next visit"

    def test_a_late_touch_is_none_of_the_next_persons(self, facing: Facing, farewell: Phone) -> None:
        mark = mark_on(farewell)
        facing.counter.open(language="en")
        facing.counter.ask()
        facing.counter.close()
        farewell.send("/display/no-more", farewell=mark)
        assert 'name="rating"' in farewell.see("/display").text


def test_nobody_is_offered_it_whose_name_is_not_known(farewell: Phone) -> None:
    assert "/display/no-more" not in farewell.see("/display").text


def test_the_desk_learns_nothing_of_the_moment_of_a_rating(facing: Facing, farewell: Phone) -> None:
    """What the desk's pages compare, to say that something has changed, stays the same: no live update goes out."""
    counter = facing.counter
    before = counter.read(lambda conn: reading.moment(conn, counter.store, counter.visit_id))
    page = counter.view()
    farewell.send("/display/rating", rating="1", farewell=mark_on(farewell))
    assert len(kept(facing)) == 1
    assert counter.read(lambda conn: reading.moment(conn, counter.store, counter.visit_id)) == before
    assert counter.view().visit == page.visit
